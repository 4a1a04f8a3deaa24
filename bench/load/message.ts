// The text of a message: 120 bytes that name their sender and their number, and can be checked byte for byte.
//   "bench 0007 00000042 " and 100 bytes that depend on both.

export const TEXT_BYTES = 120
export const SEQ_MAX = 1e8
const MARK = Buffer.from("bench ")
const SENDER_AT = 6
const SEQ_AT = 11
const FILLER_AT = 20
const FILLER_BYTES = TEXT_BYTES - FILLER_AT
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
const FILLER = ALPHABET.repeat(3)
const FILLER_BUFFER = Buffer.from(FILLER)

const fillerStart = (sender: number, seq: number) => (sender * 7 + seq) % ALPHABET.length

export function textOf(sender: number, seq: number): string {
  const at = fillerStart(sender, seq)
  const numbers = `${String(sender).padStart(4, "0")} ${String(seq).padStart(8, "0")}`
  return `bench ${numbers} ${FILLER.slice(at, at + FILLER_BYTES)}`
}

/** Whether the line that ends at `end` (before its CR LF) ends in such a text. */
export function endsInText(bytes: Buffer, start: number, end: number): boolean {
  const at = end - TEXT_BYTES
  if (at <= start) return false
  for (let i = 0; i < MARK.length; i++) if (bytes[at + i] !== MARK[i]) return false
  return true
}

export const senderOf = (bytes: Buffer, end: number) => readDigits(bytes, end - TEXT_BYTES + SENDER_AT, 4)
export const seqOf = (bytes: Buffer, end: number) => readDigits(bytes, end - TEXT_BYTES + SEQ_AT, 8)

/** Whether the rest of the text is what belongs to this sender and number. */
export function isIntact(bytes: Buffer, end: number, sender: number, seq: number): boolean {
  const at = fillerStart(sender, seq)
  return bytes.compare(FILLER_BUFFER, at, at + FILLER_BYTES, end - FILLER_BYTES, end) === 0
}

/** A number of so many decimal digits; -1 when one of them is none. */
export function readDigits(bytes: Buffer, at: number, digits: number): number {
  let number = 0
  for (let i = at; i < at + digits; i++) {
    const digit = (bytes[i] ?? 0) - 48
    if (digit < 0 || digit > 9) return -1
    number = number * 10 + digit
  }
  return number
}
