// A token bucket for lines: ten at once, then two a second. Lines above it are not lost but wait, in order, until too
// many of them do. Nothing is held for a connection that never goes too fast but one number.

import type { Unreadable } from "../protocol/line-reader.ts"

const BURST_LINES = 10
const LINE_EVERY_MS = 500
const DELAYED_LINES_MAX = 200

type Given = string | Unreadable
type Pass = "now" | "later" | "tooMuch"

export class Fakelag {
  // When the bucket will be full again, in ms since 1970: the whole state of a token bucket.
  #fullAtMs = 0
  #waiting: { lines: Given[]; bytes: number; timer: ReturnType<typeof setTimeout> } | undefined

  /**
   * Whether a line may be obeyed now. Else it waits and `release` is called with it in its turn; "tooMuch" when more than
   * DELAYED_LINES_MAX lines or `delayedBytesMax` bytes wait: the session is to be ended.
   */
  pass(line: Given, nowMs: number, delayedBytesMax: number, release: (line: Given) => void): Pass {
    if (!this.#waiting && this.#take(nowMs)) return "now"
    this.#waiting ??= { lines: [], bytes: 0, timer: this.#wake(nowMs, release) }
    this.#waiting.lines.push(line)
    this.#waiting.bytes += sizeOf(line)
    const fits = this.#waiting.lines.length <= DELAYED_LINES_MAX && this.#waiting.bytes <= delayedBytesMax
    return fits ? "later" : "tooMuch"
  }

  /** Whether lines wait. */
  get isHolding(): boolean {
    return this.#waiting !== undefined
  }

  /** Drops what waits. */
  stop() {
    clearTimeout(this.#waiting?.timer)
    this.#waiting = undefined
  }

  #take(nowMs: number): boolean {
    if (this.#fullAtMs - nowMs > (BURST_LINES - 1) * LINE_EVERY_MS) return false
    this.#fullAtMs = Math.max(this.#fullAtMs, nowMs) + LINE_EVERY_MS
    return true
  }

  #wake(nowMs: number, release: (line: Given) => void) {
    const readyAtMs = this.#fullAtMs - (BURST_LINES - 1) * LINE_EVERY_MS
    return setTimeout(() => this.#releaseOne(readyAtMs, release), Math.max(1, readyAtMs - nowMs))
  }

  #releaseOne(nowMs: number, release: (line: Given) => void) {
    const waiting = this.#waiting
    const line = waiting?.lines.shift()
    if (!waiting || line === undefined) return
    this.#fullAtMs += LINE_EVERY_MS
    waiting.bytes -= sizeOf(line)
    if (waiting.lines.length > 0) waiting.timer = this.#wake(nowMs, release)
    else this.#waiting = undefined
    release(line)
  }
}

function sizeOf(line: Given): number {
  return typeof line === "string" ? line.length : line.text.length
}
