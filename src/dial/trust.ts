// From what the user said (a file, six words, nothing) and what is remembered to credentials for one server. Without a
// word of trust there is no connection, and no way to say "continue anyway".

import { readFileSync } from "node:fs"
import { matchesPin, parsePin, pinOf, sixWords } from "../authority/pin.ts"
import { assertPrivate } from "../authority/private-file.ts"
import { printable } from "../protocol/printable.ts"
import { EXIT, UserError } from "../user-error.ts"
import type { Address } from "./address.ts"
import { pemOf, UnknownAuthority, wrongAuthority } from "./certificate.ts"
import { connect, presentedAt, type Credentials } from "./connection.ts"
import type { Profile } from "./profiles.ts"

export interface TrustFlags {
  /** Paths. */
  readonly ca: string | undefined
  readonly cert: string | undefined
  readonly key: string | undefined
  /** Six words, or 64 hex digits. */
  readonly pin: string | undefined
}

/** Asks a person for the six words; undefined when there is nobody to ask. */
export type AskWords = (() => Promise<string | undefined>) | undefined

/** Credentials for `address`. May connect once without any certificate of ours, to see the server's authority. */
export async function credentialsFor(
  address: Address,
  flags: TrustFlags,
  profile: Profile | undefined,
  askWords: AskWords,
): Promise<Credentials> {
  const identity = identityOf(flags, profile)
  if (flags.ca !== undefined) return { ca: [readText(flags.ca)], ...identity }
  if (flags.pin !== undefined) return { ca: [await pinned(address, flags.pin)], ...identity }
  if (profile?.ca !== undefined) return { ca: [profile.ca], ...identity }
  if (await isPublic(address)) return { ca: undefined, ...identity }
  if (!askWords) throw nobodyToAsk(address)
  const words = await askWords()
  if (words === undefined || words.trim() === "") throw nobodyToAsk(address)
  return { ca: [await pinned(address, words)], ...identity }
}

/** The authority's certificate (PEM) in what the server presents, when its key has this fingerprint. */
export async function pinned(address: Address, text: string): Promise<string> {
  const pin = parsePin(text)
  const presented = await presentedAt(address)
  const { authority } = presented
  if (authority && matchesPin(authority, pin)) return pemOf(authority)
  const words = pin.bits === 256 ? sixWords(pin.value.toString(16).padStart(64, "0")) : text.trim()
  throw wrongAuthority(address, printable(words), presented)
}

/** Whether a public authority vouches for the server; tried without any certificate of ours. */
async function isPublic(address: Address): Promise<boolean> {
  try {
    const nobody = { ca: undefined, cert: undefined, key: undefined }
    const connection = await connect(address, nobody, { line() {}, closed() {} })
    connection.terminate()
    return true
  } catch (error) {
    if (error instanceof UnknownAuthority) return false
    throw error
  }
}

function nobodyToAsk(address: Address): UserError {
  return new UserError(
    `${printable(address.host)} is not known here, and no public authority vouches for it`,
    {
      hint: "ask its host for its six words and pass them with --pin, or its ca.pem with --ca",
      exitCode: EXIT.trust,
    },
  )
}

/** The STOP line for a server that credentials do not fit; any other error as it is. */
export function explained(error: unknown, address: Address, credentials: Credentials): unknown {
  if (!(error instanceof UnknownAuthority)) return error
  const [ca] = credentials.ca ?? []
  return ca === undefined
    ? nobodyToAsk(address)
    : wrongAuthority(address, sixWords(pinOf(ca)), error.presented)
}

function identityOf(flags: TrustFlags, profile: Profile | undefined) {
  if (flags.cert === undefined) {
    if (flags.key !== undefined)
      throw new UserError("--key needs the --cert that it belongs to", { exitCode: EXIT.usage })
    return { cert: profile?.cert, key: profile?.key }
  }
  const key = flags.key ?? flags.cert.replace(/(?:\.[^./\\]+)?$/, ".key")
  const texts = { cert: readText(flags.cert), key: readText(key) }
  assertPrivate(key)
  return texts
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8")
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const reason =
      code === "ENOENT" ? "there is no such file" : code === "EACCES" ? "it may not be read" : String(code)
    throw new UserError(`cannot read ${path}: ${reason}`, { exitCode: EXIT.usage })
  }
}
