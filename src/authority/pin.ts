// An authority's fingerprint, for machines (64 hex digits) and for people (six words): SHA-256 over the
// SubjectPublicKeyInfo of its key, as in RFC 7469 §2.4. The key and not the certificate is pinned, so that an authority
// may renew its certificate. Six words are the first 66 bits: making another key that shares them costs 2^66 tries.
import { createHash, createPublicKey, X509Certificate } from "node:crypto"
import { EXIT, UserError } from "../user-error.ts"
import { quoted } from "./hosts.ts"
import { WORDS } from "./word-list.ts"

/** The first `bits` bits of a fingerprint: 66 from words, 256 from hex. */
export type Pin = { bits: number; value: bigint }

const WORD_BITS = 11
const WORD_COUNT = 6
const HEX = /^[0-9a-f]{64}$/

/** The fingerprint of a certificate's key (PEM, its first certificate, or DER): 64 lower-case hex digits. */
export function pinOf(certificate: string | Uint8Array): string {
  const key = new X509Certificate(certificate as string).publicKey.export({ type: "spki", format: "der" })
  return createHash("sha256").update(key).digest("hex")
}

/** The same of a private key in PEM. */
export function pinOfKey(keyPem: string): string {
  return createHash("sha256")
    .update(createPublicKey(keyPem).export({ type: "spki", format: "der" }))
    .digest("hex")
}

/** Six words with hyphens, of a certificate (PEM) or of a fingerprint in hex. */
export function sixWords(certificateOrPin: string): string {
  const pin = BigInt(`0x${HEX.test(certificateOrPin) ? certificateOrPin : pinOf(certificateOrPin)}`)
  const prefix = pin >> BigInt(256 - WORD_BITS * WORD_COUNT)
  const indexes = Array.from({ length: WORD_COUNT }, (_, i) =>
    Number((prefix >> BigInt(WORD_BITS * (WORD_COUNT - 1 - i))) & BigInt(WORDS.length - 1)),
  )
  return indexes.map((index) => WORDS[index]).join("-")
}

/** Six words, with hyphens or spaces, in any case. Throws a UserError (2) that says which word is not one. */
export function parseWords(text: string): Pin {
  const words = text
    .toLowerCase()
    .split(/[\s-]+/)
    .filter(Boolean)
  const unknown = words.find((word) => !WORDS.includes(word))
  if (unknown !== undefined) throw notAWord(unknown)
  if (words.length !== WORD_COUNT)
    throw new UserError(`a server's fingerprint is six words; these are ${words.length}`, {
      hint: "ask the host to read them again: chat certs show ca.pem prints them",
      exitCode: EXIT.usage,
    })
  const value = words.reduce((sum, word) => (sum << BigInt(WORD_BITS)) | BigInt(WORDS.indexOf(word)), 0n)
  return { bits: WORD_BITS * WORD_COUNT, value }
}

/** Six words, or all 64 hex digits (colons allowed) of a fingerprint. Throws as `parseWords`. */
export function parsePin(text: string): Pin {
  const hex = text.trim().replaceAll(":", "").toLowerCase()
  return HEX.test(hex) ? { bits: 256, value: BigInt(`0x${hex}`) } : parseWords(text)
}

/** Whether a certificate's key has this fingerprint: words, hex, or what `parsePin` made of them. */
export function matchesPin(certificate: string | Uint8Array, pin: Pin | string): boolean {
  const { bits, value } = typeof pin === "string" ? parsePin(pin) : pin
  return BigInt(`0x${pinOf(certificate)}`) >> BigInt(256 - bits) === value
}

function notAWord(word: string): UserError {
  const near = nearestWord(word)
  return new UserError(`${quoted(word)} is not one of the words that fingerprints are made of`, {
    hint: near
      ? `did you mean ${near}?`
      : "six words, such as otter-mango-lantern-cobalt-canoe-tulip, or 64 hex digits",
    exitCode: EXIT.usage,
  })
}

/** The only word one slip away (a letter wrong, missing, too many, or two exchanged), if there is just one. */
function nearestWord(word: string): string | undefined {
  const near = WORDS.filter((candidate) => oneSlip(candidate, word))
  return near.length === 1 ? near[0] : undefined
}

function oneSlip(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false
  let start = 0
  while (start < a.length && a[start] === b[start]) start++
  const [restA, restB] = [a.slice(start), b.slice(start)]
  const exchanged = restA.startsWith(`${restB[1]}${restB[0]}`) && restA.slice(2) === restB.slice(2)
  return exchanged || [restA, restA.slice(1)].some((x) => [restB, restB.slice(1)].some((y) => x === y))
}
