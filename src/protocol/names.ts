// Names on the wire and how they compare: https://modern.ircdocs.horse/#casemapping-parameter (`ascii`),
// #channels and #clients. A brand is given by the parser here and nowhere else.

declare const brand: unique symbol
type Branded<T, B> = T & { readonly [brand]: B }

export type Nick = Branded<string, "Nick">
export type ChannelName = Branded<string, "ChannelName">

const ASCII = /^[\0-\x7f]*$/

/** The key under which a name is kept in a map; two names are the same when their keys are. */
export function folded(name: string): string {
  return ASCII.test(name) ? name.toLowerCase() : name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

// RFC 2812 §2.3.1, without a first digit or hyphen.
const NICK = /^[A-Za-z[\]\\`_^{|}][A-Za-z0-9[\]\\`_^{|}-]*$/

/** The nick that `text` is, or undefined; `lengthMax` in characters (nicks are ASCII). */
export function parseNick(text: string, lengthMax: number): Nick | undefined {
  return NICK.test(text) && text.length <= lengthMax ? (text as Nick) : undefined
}

/** The nick in nick!user@host. */
export function nickOf(source: string): string {
  return source.split("!", 1)[0] ?? ""
}

/** Names that people would take for the server's, or for one of its services', folded. */
export const RESERVED: ReadonlySet<string> = new Set([
  "botserv",
  "chanserv",
  "console",
  "global",
  "histserv",
  "hostserv",
  "memoserv",
  "nickserv",
  "operserv",
  "saslserv",
  "server",
  "services",
])

// Modern IRC: no space, BELL or comma; nor any other control or bidi character, which only serve to deceive.
const CHANNEL = /^#[^\0-\x20,\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+$/u

/** The channel name that `text` is, or undefined; `bytesMax` in bytes of UTF-8. */
export function parseChannelName(text: string, bytesMax: number): ChannelName | undefined {
  return CHANNEL.test(text) && byteLength(text) <= bytesMax ? (text as ChannelName) : undefined
}

export function isChannelName(text: string): boolean {
  return text.startsWith("#")
}

/** Bytes of `text` in UTF-8. */
export function byteLength(text: string): number {
  let bytes = text.length
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit < 0x80) continue
    // A surrogate pair is four bytes in two units.
    bytes += unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 1 : 2
  }
  return bytes
}

/** The longest beginning of `text` of at most `bytesMax` bytes of UTF-8 that ends between characters. */
export function truncated(text: string, bytesMax: number): string {
  if (text.length * 3 <= bytesMax || byteLength(text) <= bytesMax) return text
  let bytes = 0
  let end = 0
  for (const character of text) {
    bytes += byteLength(character)
    if (bytes > bytesMax) return text.slice(0, end)
    end += character.length
  }
  return text
}

/** Words with `separator` between them, as many to a line as `bytesMax` bytes of UTF-8 hold. */
export function packed(words: readonly string[], separator: string, bytesMax: number): string[] {
  const lines: string[] = []
  let bytes = 0
  for (const word of words) {
    const more = byteLength(separator) + byteLength(word)
    const line = lines.at(-1)
    bytes += more
    if (line !== undefined && bytes <= bytesMax) lines[lines.length - 1] = line + separator + word
    else {
      lines.push(word)
      bytes = more - byteLength(separator)
    }
  }
  return lines
}
