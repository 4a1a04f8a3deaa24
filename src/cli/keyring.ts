// The authority's key as a server uses it. One that is encrypted is opened once, with what a file says or somebody types; from then
// on it is in memory, so that a reload asks nobody, and a passphrase that is changed meanwhile does not lock it.

import { type Authority, readAuthority } from "../authority/authority.ts"
import type { AuthorityFiles } from "../authority/authority-files.ts"
import { decryptKey, isEncrypted } from "../authority/key-encryption.ts"
import { pinOf } from "../authority/pin.ts"
import { shellWord } from "../authority/private-file.ts"
import { EXIT, UserError } from "../user-error.ts"
import { choosePassphrase, passphraseFrom } from "./passphrase.ts"
import { readPasted } from "./secret.ts"

export class Keyring {
  /** The PEM of the key that was opened, and the pin of its authority. */
  #opened: { readonly pin: string; readonly keyPem: string } | undefined
  /** Whether the one that was asked for last could not be opened: another authority may have taken the place of one that was open. */
  #isLocked = false
  /** What somebody says just now. */
  #said: string | undefined
  /** Whether somebody sits at the terminal to be asked. */
  isAttended: boolean

  constructor(isAttended: boolean) {
    this.isAttended = isAttended
  }

  /** Undefined when the key is encrypted and nobody says its passphrase. Throws a UserError (78) when that is another one. */
  async open(files: AuthorityFiles, passphraseFile: string | undefined): Promise<Authority | undefined> {
    const { path, pem } = files
    const pin = pinOf(pem)
    const plain = await this.#plain(files, pin, passphraseFile)
    this.#isLocked = plain === undefined
    if (plain === undefined) return undefined
    return this.keep(await readAuthority(pem, plain, path))
  }

  /** For later reads: whatever becomes of its file, this authority's key is open. */
  keep(authority: Authority): Authority {
    this.#opened = { pin: pinOf(authority.pem), keyPem: authority.keys.pem }
    return authority
  }

  /** Does `read` with a passphrase that somebody says; throws a UserError when it opens nothing. */
  async unlock(passphrase: string, read: () => Promise<void>) {
    if (this.#opened && !this.#isLocked) throw new UserError("the authority's key is open already")
    this.#said = passphrase
    try {
      await read()
    } finally {
      this.#said = undefined
    }
    if (!this.#opened || this.#isLocked)
      throw new UserError("there is no encrypted key of an authority to open")
  }

  async #plain({ keyPath, keyPem }: AuthorityFiles, pin: string, passphraseFile: string | undefined) {
    if (!isEncrypted(keyPem)) return keyPem
    if (this.#opened?.pin === pin) return this.#opened.keyPem
    const passphrase = await this.#passphrase(keyPath, passphraseFile)
    return passphrase === undefined ? undefined : decryptKey(keyPem, passphrase, keyPath)
  }

  async #passphrase(keyPath: string, passphraseFile: string | undefined): Promise<string | undefined> {
    if (this.#said !== undefined) return this.#said
    if (passphraseFile !== undefined) return passphraseFrom(passphraseFile)(keyPath)
    if (!this.isAttended) return undefined
    return (await readPasted(`passphrase of ${keyPath} (Enter alone: go on without it)`)) || undefined
  }
}

/** For an authority that is made: with a passphrase when a file says one. */
export function passphraseOfNew(passphraseFile: string | undefined) {
  return passphraseFile === undefined ? undefined : () => choosePassphrase(passphraseFile)
}

/** Nothing was made, since nobody can sign. */
export function lockedOut(folder: string): UserError {
  return new UserError(`there is no server certificate in ${folder}, and the authority's key is encrypted`, {
    hint: `name a file with its passphrase: --passphrase-file FILE; or: chat certs server --out ${shellWord(folder)}`,
    exitCode: EXIT.refusedToStart,
  })
}
