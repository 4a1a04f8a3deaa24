// A server in this process, with a real authority and real TLS on a port of its own, and a log in memory.

import { join } from "node:path"
import { siteOf } from "../../src/authority/authority.ts"
import { memberOf } from "../../src/authority/issue.ts"
import { signerOf } from "../../src/authority/signer.ts"
import type { Log, LogEntry } from "../../src/core/seams.ts"
import { readConfig } from "../../src/server/config.ts"
import { startServer, type Server } from "../../src/server/server.ts"
import { tlsMaterial } from "../../src/server/tls-material.ts"
import { openMemoryLog } from "../../src/storage/memory-log.ts"
import { type CertificateFiles, type TestAuthority, testAuthority } from "../support/certificates.ts"
import { Irc } from "../support/irc.ts"

export interface Serving extends AsyncDisposable {
  readonly server: Server
  readonly port: number
  readonly authority: TestAuthority
  readonly entries: LogEntry[]
  /** Errors that would have ended the process. */
  readonly broken: Error[]
  connect(certificate?: CertificateFiles): Promise<Irc>
  register(nick: string, ...capabilities: string[]): Promise<Irc>
  /** Reloads with another certificate and configuration. */
  reload(certificate: CertificateFiles, toml?: string): void
}

/** Open to guests unless `toml` says otherwise. */
export async function serving(
  toml = '[server]\naccess = "open"\n',
  log: Log = openMemoryLog(),
): Promise<Serving> {
  const authority = await testAuthority()
  const entries: LogEntry[] = []
  const broken: Error[] = []
  const site = (certificate: CertificateFiles, text: string) => ({
    config: readConfig({ path: "chat.toml", text }, {}, { listen: ["127.0.0.1:0"] }),
    motd: [],
    signer: signerOf(authority.authority),
    tls: tlsMaterial(
      {
        cert: { path: certificate.certPath, pem: certificate.certPem },
        key: { path: certificate.keyPath, pem: certificate.keyPem },
        ca: { path: authority.caPath, pem: authority.caPem },
      },
      siteOf,
    ),
  })
  const server = startServer({
    ...site(await authority.issueServer(), toml),
    log,
    logger: (entry) => entries.push(entry),
    version: "chat-test",
    memberOf,
    onBroken: (error) => broken.push(error),
    relaySocket: join(authority.folder, "relay.sock"),
  })
  const port = server.endpoints[0]?.port ?? 0
  const at = { port, authority } as never
  return {
    server,
    port,
    authority,
    entries,
    broken,
    connect: (certificate) => Irc.connect(at, certificate),
    register: (nick, ...capabilities) => Irc.register(at, nick, ...capabilities),
    reload: (certificate, text = toml) => server.reload(site(certificate, text)),
    async [Symbol.asyncDispose]() {
      await server.stop()
      authority.cleanup()
    },
  }
}
