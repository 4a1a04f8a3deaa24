// A real authority in a temporary folder, and certificates of it, sound or spoilt on purpose: what every test that speaks
// TLS begins with.

import { mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { createAuthority, DAY_MS, type Authority } from "../../src/authority/authority.ts"
import {
  issueClientCertificate,
  issueServerCertificate,
  type Issued,
  type IssueOptions,
} from "../../src/authority/issue.ts"
import { pinOf, sixWords } from "../../src/authority/pin.ts"
import { writePrivate, writePublic } from "../../src/authority/private-file.ts"

/** A certificate with its key, as texts and as files. A server's `certPem` is leaf and authority, as in its file. */
export interface CertificateFiles {
  readonly certPath: string
  readonly keyPath: string
  readonly certPem: string
  readonly keyPem: string
}

/** What a test may spoil: `EXPIRED`, `NOT_YET_VALID`, `usages: ["serverAuth"]`, `usages: []`, `site: "other.local"`. */
export type Overrides = IssueOptions & {
  /** The file's name without `.pem`, where a second certificate of one name is wanted. */
  readonly file?: string
}

export interface TestAuthority {
  readonly authority: Authority
  /** `ca.pem` and `ca.key` are here; servers and `clients/` are added as they are issued. */
  readonly folder: string
  readonly caPath: string
  readonly caPem: string
  /** 64 hex digits. */
  readonly pin: string
  readonly words: string
  readonly site: string
  issueClient(name: string, overrides?: Overrides): Promise<CertificateFiles>
  issueServer(hosts?: string[], overrides?: Overrides): Promise<CertificateFiles>
  /** Removes the folder; also done by `using`. */
  cleanup(): void
  [Symbol.dispose](): void
}

/** An authority as `chat certs init` makes it, for localhost unless told otherwise. */
export async function testAuthority(options: { hosts?: string[] } = {}): Promise<TestAuthority> {
  const folder = mkdtempSync(join(tmpdir(), "chat-authority-"))
  const authority = await createAuthority(options)
  const { certPath: caPath, certPem: caPem } = write(join(folder, "ca"), authority.pem, authority.keys.pem)
  const cleanup = () => rmSync(folder, { recursive: true, force: true })
  return {
    authority,
    folder,
    caPath,
    caPem,
    pin: pinOf(caPem),
    words: sixWords(caPem),
    site: authority.site,
    async issueClient(name, { file = name, ...overrides } = {}) {
      return writeIssued(
        join(folder, "clients", file),
        await issueClientCertificate(authority, name, overrides),
      )
    },
    async issueServer(hosts = ["localhost", "127.0.0.1", "::1"], { file = "server", ...overrides } = {}) {
      return writeIssued(join(folder, file), await issueServerCertificate(authority, hosts, overrides))
    },
    cleanup,
    [Symbol.dispose]: cleanup,
  }
}

/** Was good for a day, two days ago. */
export const EXPIRED: Overrides = daysFromNow(-3, -2)

/** Will be good from tomorrow on. */
export const NOT_YET_VALID: Overrides = daysFromNow(1, 2)

function daysFromNow(first: number, last: number): Overrides {
  const [notBefore, notAfter] = [first, last].map((days) => new Date(Date.now() + days * DAY_MS))
  return { notBefore: notBefore!, notAfter: notAfter! }
}

function writeIssued(stem: string, { pem, keyPem }: Issued): CertificateFiles {
  return write(stem, pem, keyPem)
}

function write(stem: string, certPem: string, keyPem: string): CertificateFiles {
  const [certPath, keyPath] = [`${stem}.pem`, `${stem}.key`]
  mkdirSync(dirname(stem), { recursive: true, mode: 0o700 })
  writePublic(certPath, certPem)
  writePrivate(keyPath, keyPem)
  return { certPath, keyPath, certPem, keyPem }
}
