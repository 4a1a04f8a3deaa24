// A message's id: https://ircv3.net/specs/extensions/message-ids.html. Four digits of the run of the server (its
// epoch) and ten of the place in the log, in lower-case Crockford base32: sortable, found without an index, and
// never repeated, since a restart or a restore begins a new epoch. Opaque to clients.

declare const brand: unique symbol
export type Msgid = string & { readonly [brand]: "Msgid" }

const DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"
const EPOCH_DIGITS = 4
const SEQ_DIGITS = 10
const SHAPE = /^[0-9a-hjkmnp-tv-z]{14}$/

export function msgidOf(epoch: number, seq: number): Msgid {
  return (base32(epoch, EPOCH_DIGITS) + base32(seq, SEQ_DIGITS)) as Msgid
}

/** The epoch and place of a msgid; undefined for a text that we never gave out. */
export function parseMsgid(text: string): { epoch: number; seq: number } | undefined {
  if (!SHAPE.test(text)) return undefined
  return { epoch: value(text.slice(0, EPOCH_DIGITS)), seq: value(text.slice(EPOCH_DIGITS)) }
}

function base32(number: number, width: number): string {
  let text = ""
  let rest = number
  for (let i = 0; i < width; i++) {
    text = (DIGITS[rest % 32] ?? "0") + text
    rest = Math.floor(rest / 32)
  }
  return text
}

function value(text: string): number {
  let number = 0
  for (const digit of text) number = number * 32 + DIGITS.indexOf(digit)
  return number
}
