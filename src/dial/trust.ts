// From what the user said (a file, six words, nothing) and what is remembered to credentials for one server. Without a
// word of trust there is no connection, and no way to say "continue anyway".

import { readFileSync } from "node:fs"
import { matchesPin, parsePin, pinOf } from "../authority/pin.ts"
import { assertPrivate } from "../authority/private-file.ts"
import { printable } from "../protocol/printable.ts"
import { EXIT, UserError } from "../user-error.ts"
import type { Address } from "./address.ts"
import { isSelfSigned, pemOf, type Presented, UnknownAuthority } from "./certificate.ts"
import { connect, presentedAt, type Credentials } from "./connection.ts"
import type { Profile } from "./profiles.ts"
import { wrongAuthority, type Expected } from "./wrong-authority.ts"

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
  const ca = await authorityFor(address, flags, profile, askWords)
  // Who we were with another authority is nothing that this server is to see.
  return {
    ca: ca === undefined ? undefined : [ca],
    ...identityOf(flags, isOf(profile, ca) ? profile : undefined),
  }
}

/** Whether a profile is that of the server with this authority; undefined is a public one. */
export function isOf(profile: Profile | undefined, ca: string | undefined): boolean {
  if (profile?.ca === undefined || ca === undefined) return profile?.ca === ca
  return pinOf(profile.ca) === pinOf(ca)
}

/** PEM; undefined when a public authority vouches for the server. */
async function authorityFor(
  address: Address,
  flags: TrustFlags,
  profile: Profile | undefined,
  askWords: AskWords,
): Promise<string | undefined> {
  if (flags.ca !== undefined) return readAuthority(flags.ca)
  if (flags.pin !== undefined) return pinned(address, flags.pin)
  if (profile?.ca !== undefined) return profile.ca
  const unknown = await publicly(address)
  if (!unknown) return undefined
  if (profile) throw wrongAuthority(address, expectedOf(profile), unknown)
  if (!askWords) throw nobodyToAsk(address, unknown)
  const words = await askWords()
  if (words === undefined || words.trim() === "") throw nobodyToAsk(address, unknown)
  return pinned(address, words)
}

/** The authority's certificate (PEM) in what the server presents, when its key has this fingerprint. */
export async function pinned(
  address: Address,
  text: string,
  how: Expected["how"] = "given",
): Promise<string> {
  const pin = parsePin(text)
  const presented = await presentedAt(address)
  const { authority } = presented
  if (authority && matchesPin(authority, pin)) return pemOf(authority)
  const hex = pin.value.toString(16).padStart(64, "0")
  const by = pin.bits === 256 ? { pin: hex } : { words: printable(text.trim()) }
  throw wrongAuthority(address, { how, ...by }, presented)
}

/** What the server shows when no public authority vouches for it; tried without any certificate of ours. */
async function publicly(address: Address): Promise<Presented | undefined> {
  try {
    const nobody = { ca: undefined, cert: undefined, key: undefined }
    const connection = await connect(address, nobody, { line() {}, closed() {} })
    connection.terminate()
    return undefined
  } catch (error) {
    if (error instanceof UnknownAuthority) return error.presented
    throw error
  }
}

function nobodyToAsk(address: Address, presented: Presented): UserError {
  const shows = isSelfSigned(presented.leaf)
    ? "it shows a certificate that it signed itself"
    : "no public authority vouches for it"
  return new UserError(`${printable(address.host)} is not known here, and ${shows}`, {
    hint: "ask its host for its six words and pass them with --pin, or its ca.pem with --ca",
    exitCode: EXIT.trust,
  })
}

/** The STOP screen for a server that credentials do not fit; any other error as it is. */
export function explained(
  error: unknown,
  address: Address,
  credentials: Credentials,
  profile?: Profile,
): unknown {
  if (!(error instanceof UnknownAuthority)) return error
  const [ca] = credentials.ca ?? []
  if (profile && isOf(profile, ca)) return wrongAuthority(address, expectedOf(profile), error.presented)
  return ca === undefined
    ? nobodyToAsk(address, error.presented)
    : wrongAuthority(address, { how: "given", pin: pinOf(ca) }, error.presented)
}

function expectedOf({ ca, server }: Profile): Expected {
  const { since, lastUsed } = server
  const pin = ca === undefined ? {} : { pin: pinOf(ca) }
  return { how: "known", ...pin, ...(since === undefined ? { lastUsed } : { since }) }
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

function readAuthority(path: string): string {
  const text = readText(path)
  try {
    pinOf(text)
    return text
  } catch {
    throw new UserError(`${path} holds no certificate`, {
      hint: "an authority is a PEM file that begins with -----BEGIN CERTIFICATE-----",
      exitCode: EXIT.usage,
    })
  }
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
