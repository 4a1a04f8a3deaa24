// The authority that a server keeps in its data directory, and the server certificate it makes: at the first run, before
// the certificate ends, and when this machine has other names or addresses than the certificate.

import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import type { Authority } from "../authority/authority.ts"
import { hasAuthority, readAuthorityFiles } from "../authority/authority-files.ts"
import { ensureAuthority, ensureServer } from "../authority/folder.ts"
import { localHosts } from "../authority/hosts.ts"
import { assertPrivate } from "../authority/private-file.ts"
import type { PemFile } from "../server/tls-material.ts"
import { type Keyring, lockedOut, passphraseOfNew } from "./keyring.ts"

export interface OwnAuthority {
  /** Undefined while its key is encrypted and was not opened. */
  readonly authority: Authority | undefined
  readonly folder: string
  readonly ca: PemFile
  readonly cert: PemFile
  readonly key: PemFile
  /** Made just now. */
  readonly isNew: boolean
  /** Whether this machine has other names or addresses than when this was read. */
  isOutdated(): boolean
}

/** Reads the authority of a folder, or makes it; makes a new server certificate if that is due and somebody can sign it. */
export async function ownAuthority(
  folder: string,
  keyring: Keyring,
  passphraseFile: string | undefined,
): Promise<OwnAuthority> {
  const isNew = !hasAuthority(folder)
  const authority = isNew
    ? keyring.keep(await made(folder, passphraseFile))
    : await keyring.open(readAuthorityFiles(folder), passphraseFile)
  if (authority) await ensureServer(folder, authority, [])
  else if (!existsSync(join(folder, "server.pem"))) throw lockedOut(folder)
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
    isNew,
    isOutdated: () => localHosts().join(" ") !== hosts,
  }
}

async function made(folder: string, passphraseFile: string | undefined): Promise<Authority> {
  const { authority } = await ensureAuthority(folder, { newPassphrase: passphraseOfNew(passphraseFile) })
  return authority
}

/** What there is of the authority of a folder, which is checked as far as its key can be opened; changes nothing. */
export async function peekOwnAuthority(
  folder: string,
  keyring: Keyring,
  passphraseFile: string | undefined,
): Promise<"none" | "open" | "locked"> {
  const serverKey = join(folder, "server.key")
  if (existsSync(serverKey)) assertPrivate(serverKey)
  if (!hasAuthority(folder)) return "none"
  return (await keyring.open(readAuthorityFiles(folder), passphraseFile)) ? "open" : "locked"
}
