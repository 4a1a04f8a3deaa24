// Bytes of a stream into lines: https://modern.ircdocs.horse/#message-format, with the limits of
// https://ircv3.net/specs/extensions/message-tags.html#size-limit and the rule of
// https://ircv3.net/specs/extensions/utf8-only.html: what is not UTF-8 is never relayed.

/** A line that may not be obeyed; `text` is it as far as it can be shown, for its command and its label. */
export interface Unreadable {
  readonly defect: "tooLong" | "invalidUtf8" | "control"
  readonly text: string
}

export interface LineLimits {
  /** Bytes of the tags, from `@` to the space after them. */
  readonly tagBytesMax: number
  /** Bytes of the rest, with CR LF. */
  readonly lineBytesMax: number
  /** Bytes that may wait for their line feed. */
  readonly unfinishedBytesMax: number
}

const LF = 10
const CR = 13
const AT = 64
const SPACE = 32

/** Holds the unfinished end of a stream; nothing while the stream ends with a line feed. */
export class LineReader {
  #rest: Uint8Array | undefined
  readonly #limits: LineLimits

  constructor(limits: LineLimits) {
    this.#limits = limits
  }

  /** Calls `onLine` for each whole line, in order. False when a line outgrew `unfinishedBytesMax`: close the stream. */
  push(chunk: Uint8Array, onLine: (line: string | Unreadable) => void): boolean {
    const bytes = this.#rest ? joined(this.#rest, chunk) : chunk
    const searched = this.#rest?.length ?? 0
    this.#rest = undefined
    let start = 0
    let end = bytes.indexOf(LF, searched)
    while (end >= 0) {
      if (end - start > this.#limits.unfinishedBytesMax) return false
      this.#line(bytes, start, end, onLine)
      start = end + 1
      end = bytes.indexOf(LF, start)
    }
    if (start === bytes.length) return true
    if (bytes.length - start > this.#limits.unfinishedBytesMax) return false
    this.#rest = bytes.slice(start)
    return true
  }

  #line(bytes: Uint8Array, start: number, lf: number, onLine: (line: string | Unreadable) => void) {
    const end = lf > start && bytes[lf - 1] === CR ? lf - 1 : lf
    if (end === start) return
    const line = bytes.subarray(start, end)
    if (!this.#fits(line))
      return onLine({ defect: "tooLong", text: shown(line.subarray(0, SHOWN_BYTES_MAX)) })
    let text: string
    try {
      text = STRICT.decode(line)
    } catch {
      // The only thing that a fatal decoder throws for.
      return onLine({ defect: "invalidUtf8", text: shown(line) })
    }
    onLine(CONTROL.test(text) ? { defect: "control", text: shown(line) } : text)
  }

  #fits(line: Uint8Array): boolean {
    if (line[0] !== AT) return line.length + 2 <= this.#limits.lineBytesMax
    const space = line.indexOf(SPACE)
    const tagBytes = space < 0 ? line.length : space + 1
    return tagBytes <= this.#limits.tagBytesMax && line.length - tagBytes + 2 <= this.#limits.lineBytesMax
  }
}

const STRICT = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
const LOSSY = new TextDecoder("utf-8", { ignoreBOM: true })
const CONTROL = /[\0\r]/
const CONTROLS = /[\0\r]/g
/** Bytes of a line that is too long in which its command and its label are looked for. */
const SHOWN_BYTES_MAX = 512

// Its label goes back to the sender, so that nothing may be left in it that could not be sent.
function shown(line: Uint8Array): string {
  return LOSSY.decode(line).replace(CONTROLS, "\uFFFD")
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}
