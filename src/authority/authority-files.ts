// The two files of an authority, ca.pem and ca.key, whose key may be under a passphrase.

import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { type Authority, readAuthority } from "./authority.ts"
import { type AskPassphrase, decryptKey, encryptKey, isEncrypted } from "./key-encryption.ts"
import { assertPrivate, reasonOf, writePrivate } from "./private-file.ts"
import { EXIT, UserError } from "../user-error.ts"

/** An authority's two files. */
export interface AuthorityFiles {
  /** Of the certificate. */
  readonly path: string
  readonly pem: string
  readonly keyPath: string
  /** May be encrypted. */
  readonly keyPem: string
}

/** Reads the authority in `dir`. Throws a UserError (78): absent, unreadable, not a pair, key readable by all, another passphrase. */
export async function loadAuthority(dir: string, ask?: AskPassphrase): Promise<Authority> {
  const { path, pem, keyPath, keyPem } = readAuthorityFiles(dir)
  return readAuthority(pem, await plainKey(keyPem, keyPath, ask), path)
}

async function plainKey(keyPem: string, path: string, ask: AskPassphrase | undefined): Promise<string> {
  if (!isEncrypted(keyPem)) return keyPem
  if (ask) return decryptKey(keyPem, await ask(path), path)
  throw new UserError(`${path} is encrypted`, { exitCode: EXIT.refusedToStart })
}

/** Encrypts the key in `dir`, or with `passphrase` undefined leaves it as it is without one; written whole or not at all. */
export async function changePassphrase(
  dir: string,
  ask: AskPassphrase,
  passphrase: () => Promise<string | undefined>,
): Promise<AuthorityFiles> {
  const files = readAuthorityFiles(dir)
  const plain = await plainKey(files.keyPem, files.keyPath, ask)
  // What is no pair is not made worse.
  await readAuthority(files.pem, plain, files.path)
  const next = await passphrase()
  const keyPem = next === undefined ? plain : encryptKey(plain, next)
  writePrivate(files.keyPath, keyPem)
  return { ...files, keyPem }
}

/** The texts of an authority's files, as they are. Throws a UserError (78) when one is absent, or its key is readable by all. */
export function readAuthorityFiles(dir: string): AuthorityFiles {
  const [path, key] = [join(dir, "ca.pem"), join(dir, "ca.key")]
  if (!existsSync(path) && !existsSync(key))
    throw new UserError(`there is no authority in ${dir}`, {
      hint: "make one: chat certs init, or scripts/gen-certs",
      exitCode: EXIT.refusedToStart,
    })
  const missing = [path, key].find((file) => !existsSync(file))
  if (missing)
    throw new UserError(`${missing} is gone, and an authority is nothing without it`, {
      hint: "put it back from a backup; or begin anew, which ends every pin: chat certs init --force",
      exitCode: EXIT.refusedToStart,
    })
  assertPrivate(key)
  return { path, pem: readText(path), keyPath: key, keyPem: readText(key) }
}

export function hasAuthority(dir: string): boolean {
  return existsSync(join(dir, "ca.pem")) || existsSync(join(dir, "ca.key"))
}

export function readText(path: string): string {
  try {
    return readFileSync(path, "utf8")
  } catch (cause) {
    throw new UserError(`cannot read ${path}: ${reasonOf(cause)}`, { exitCode: EXIT.refusedToStart })
  }
}
