// The passphrase of the authority's key: typed at a terminal without being shown, or the first line of a file. Never a flag's or
// a variable's value, which others on the machine may read.

import { existsSync, statSync } from "node:fs"
import { join } from "node:path"
import { readText } from "../authority/authority-files.ts"
import type { AuthorityOptions } from "../authority/folder.ts"
import { type AskPassphrase, isEncrypted } from "../authority/key-encryption.ts"
import { assertPrivate, shellWord } from "../authority/private-file.ts"
import { EXIT, UserError } from "../user-error.ts"
import { readPassword, readSecret } from "./secret.ts"

export const PASSPHRASE = {
  type: "boolean",
  description: "encrypt the authority's key with a passphrase, which is asked for",
} as const

export const PASSPHRASE_FILE = {
  type: "string",
  valueHint: "FILE",
  description: "its first line is the passphrase of the authority's key; - is standard input",
} as const

const LENGTH_MIN = 8

/** Of a key that is encrypted: from `file`, or typed once. */
export function passphraseFrom(file: string | undefined): AskPassphrase {
  return (path) => readFrom(file, `passphrase of ${path}`)
}

/** Of a key that is to be encrypted: from `file`, or typed twice. Throws a UserError (2) when it is too short. */
export async function choosePassphrase(file: string | undefined): Promise<string> {
  const what = "new passphrase of the authority's key"
  const passphrase = file === undefined ? await readSecret(what) : await readFrom(file, what)
  if (passphrase.length >= LENGTH_MIN) return passphrase
  throw new UserError(`a passphrase has at least ${LENGTH_MIN} characters`, {
    hint: "several words are easier to keep in mind than signs",
    exitCode: EXIT.usage,
  })
}

export interface PassphraseFlags {
  readonly passphrase: boolean | undefined
  readonly "passphrase-file": string | undefined
  readonly force?: boolean | undefined
}

/** What making an authority in `dir` needs to know. Throws a UserError (2) when what is there would be encrypted otherwise than is said. */
export function secrecyOf(
  dir: string,
  { passphrase, "passphrase-file": file, force }: PassphraseFlags,
): Pick<AuthorityOptions, "ask" | "newPassphrase"> {
  const isWanted = passphrase || file !== undefined
  const known = existsSync(join(dir, "ca.key")) ? isEncrypted(readText(join(dir, "ca.key"))) : undefined
  if (passphrase && !force && known === false)
    throw new UserError(`there is an authority in ${dir}, and its key is not encrypted`, {
      hint: `encrypt it: chat certs passphrase --out ${shellWord(dir)}`,
      exitCode: EXIT.usage,
    })
  if (force && known && !isWanted)
    throw new UserError(
      `the authority in ${dir} has a passphrase, and the one in its place would have none`,
      {
        hint: "say --passphrase, too; chat certs passphrase --remove takes it away later",
        exitCode: EXIT.usage,
      },
    )
  return {
    ask: passphraseFrom(file),
    ...(isWanted ? { newPassphrase: () => choosePassphrase(file) } : {}),
  }
}

async function readFrom(file: string | undefined, what: string): Promise<string> {
  if (file !== undefined && file !== "-" && existsSync(file) && statSync(file).isFile())
    assertPrivate(file, "passphrase file")
  return readPassword(what, file, "--passphrase-file")
}
