// The authority that a server keeps in its data directory, and the server certificate it makes: at the first run, before
// the certificate ends, and when this machine has other names or addresses than the certificate.

import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import type { Authority } from "../authority/authority.ts"
import { ensureAuthority, ensureServer, loadAuthority } from "../authority/folder.ts"
import { localHosts } from "../authority/hosts.ts"
import { assertPrivate } from "../authority/private-file.ts"
import type { PemFile } from "../server/tls-material.ts"

export interface OwnAuthority {
  readonly authority: Authority
  readonly folder: string
  readonly ca: PemFile
  readonly cert: PemFile
  readonly key: PemFile
  /** Made just now. */
  readonly isNew: boolean
  /** Whether this machine has other names or addresses than when this was read. */
  isOutdated(): boolean
}

/** Reads the authority of a folder, or makes it; makes a new server certificate if that is due. */
export async function ownAuthority(folder: string): Promise<OwnAuthority> {
  const { authority, outcome } = await ensureAuthority(folder)
  await ensureServer(folder, authority, [])
  const hosts = localHosts().join(" ")
  const file = (name: string): PemFile => {
    const path = join(folder, name)
    return { path, pem: readFileSync(path, "utf8") }
  }
  return {
    authority,
    folder,
    ca: file("ca.pem"),
    cert: file("server.pem"),
    key: file("server.key"),
    isNew: outcome.status === "made",
    isOutdated: () => localHosts().join(" ") !== hosts,
  }
}

/** The authority of a folder if there is one; changes nothing. */
export async function peekOwnAuthority(folder: string): Promise<Authority | undefined> {
  const serverKey = join(folder, "server.key")
  if (existsSync(serverKey)) assertPrivate(serverKey)
  return existsSync(join(folder, "ca.pem")) ? loadAuthority(folder) : undefined
}
