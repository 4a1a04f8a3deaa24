// Long text in pieces that others receive whole: https://modern.ircdocs.horse/#message-format allows 512 bytes for the
// line as the server relays it, with our source in front and CR LF behind.

import { LINE_BYTES_MAX } from "../protocol/limits.ts"
import { byteLength, truncated } from "../protocol/names.ts"

// USERLEN and HOSTLEN of most servers; used until the server has shown how we look to others.
const USER_BYTES = 20
const HOST_BYTES = 63
/** Where a name, or what a server calls us, leaves less room: such a line is the server's to refuse. */
const TEXT_BYTES_MIN = 64

/** Bytes left for text in `command target :text` when it is relayed with our source. */
export function textBytesMax(
  nick: string,
  source: string | undefined,
  command: string,
  target: string,
): number {
  const sourceBytes =
    source === undefined ? byteLength(nick) + USER_BYTES + HOST_BYTES + 2 : byteLength(source)
  const besides = 1 + sourceBytes + 1 + command.length + 1 + byteLength(target) + 2
  return Math.max(TEXT_BYTES_MIN, LINE_BYTES_MAX - 2 - besides)
}

/** `text` in pieces of at most `bytesMax` bytes, cut at spaces where there is one, never inside a character. */
export function splitText(text: string, bytesMax: number): string[] {
  const pieces: string[] = []
  let rest = text
  while (byteLength(rest) > bytesMax) {
    const piece = head(rest, bytesMax)
    pieces.push(piece.replace(/ +$/, ""))
    rest = rest.slice(piece.length).replace(/^ +/, "")
  }
  if (rest !== "" || pieces.length === 0) pieces.push(rest)
  return pieces.filter((piece) => piece !== "")
}

/** A line of a message of several lines; `concat`: it goes on where the one before it was cut. */
export interface Piece {
  readonly text: string
  readonly concat: boolean
}

/** Lines in pieces that together are exactly the text: https://ircv3.net/specs/extensions/multiline.html#splitting-long-lines */
export function multilinePieces(lines: readonly string[], bytesMax: number): Piece[] {
  return lines.flatMap((line) => {
    const pieces: Piece[] = []
    let rest = line
    while (byteLength(rest) > bytesMax) {
      const text = head(rest, bytesMax)
      pieces.push({ text, concat: pieces.length > 0 })
      rest = rest.slice(text.length)
    }
    if (rest !== "" || pieces.length === 0) pieces.push({ text: rest, concat: pieces.length > 0 })
    return pieces
  })
}

/** The text that pieces stand for. */
export function joined(pieces: readonly Piece[]): string {
  return pieces.map(({ text, concat }, i) => (i > 0 && !concat ? `\n${text}` : text)).join("")
}

function head(text: string, bytesMax: number): string {
  const whole = truncated(text, bytesMax)
  if (text[whole.length] === " ") return whole
  const space = whole.lastIndexOf(" ")
  // A word that alone is longer than most of a line is cut: a line of one short word helps nobody.
  if (space >= whole.length / 2) return whole.slice(0, space + 1)
  return whole === "" ? String.fromCodePoint(text.codePointAt(0) ?? 32) : whole
}

/** What a person or a pipe gave, as lines that may be sent: no NUL, CR or LF. */
export function sendableLines(text: string): string[] {
  return text.split(/\r\n|\r|\n/).map((line) => line.replaceAll("\0", ""))
}
