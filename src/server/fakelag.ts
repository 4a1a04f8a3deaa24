// A token bucket for lines: ten at once, then two a second; of a batch the bytes count. Lines above it are not lost but wait, in order, until too
// many of them do. Nothing is held for a connection that never goes too fast but one number.

import type { Unreadable } from "../protocol/line-reader.ts"

const BURST_LINES = 10
const LINE_EVERY_MS = 500
const DELAYED_LINES_MAX = 200
/** Bytes in a batch that count as one line, and the least that one of its lines counts as. */
const BATCH_BYTES_A_LINE = 512
const BATCHED_BYTES_MIN = 32
const BATCHED = /^@(?:[^ ]*;)?batch=/

type Given = string | Unreadable
type Pass = "now" | "later" | "tooMuch"

interface Allowed {
  readonly delayedBytesMax: number
  /** Whether a line that names a batch belongs to one. */
  readonly mayBatch: boolean
}

export class Fakelag {
  // When the bucket will be full again, in ms since 1970: the whole state of a token bucket.
  #fullAtMs = 0
  #waiting:
    | { lines: { line: Given; costMs: number }[]; bytes: number; timer: ReturnType<typeof setTimeout> }
    | undefined

  /**
   * Whether a line may be obeyed now. Else it waits and `release` is called with it in its turn; "tooMuch" when more than
   * DELAYED_LINES_MAX lines or `delayedBytesMax` bytes wait: the session is to be ended.
   */
  pass(
    line: Given,
    nowMs: number,
    { delayedBytesMax, mayBatch }: Allowed,
    release: (line: Given) => void,
  ): Pass {
    const costMs =
      mayBatch && typeof line === "string" && BATCHED.test(line) ? batchedMs(line) : LINE_EVERY_MS
    if (!this.#waiting && this.#take(nowMs, costMs)) return "now"
    this.#waiting ??= { lines: [], bytes: 0, timer: this.#wake(nowMs, release) }
    this.#waiting.lines.push({ line, costMs })
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

  #take(nowMs: number, costMs: number): boolean {
    if (this.#fullAtMs - nowMs > (BURST_LINES - 1) * LINE_EVERY_MS) return false
    this.#fullAtMs = Math.max(this.#fullAtMs, nowMs) + costMs
    return true
  }

  #wake(nowMs: number, release: (line: Given) => void) {
    const readyAtMs = this.#fullAtMs - (BURST_LINES - 1) * LINE_EVERY_MS
    return setTimeout(() => this.#releaseOne(readyAtMs, release), Math.max(1, readyAtMs - nowMs))
  }

  #releaseOne(nowMs: number, release: (line: Given) => void) {
    const waiting = this.#waiting
    const first = waiting?.lines.shift()
    if (!waiting || !first) return
    const { line, costMs } = first
    this.#fullAtMs += costMs
    waiting.bytes -= sizeOf(line)
    if (waiting.lines.length > 0) waiting.timer = this.#wake(nowMs, release)
    else this.#waiting = undefined
    release(line)
  }
}

// Who may send a batch cannot do with its lines what other lines do: they are gathered, or refused.
function batchedMs(line: string): number {
  return (Math.max(line.length, BATCHED_BYTES_MIN) / BATCH_BYTES_A_LINE) * LINE_EVERY_MS
}

function sizeOf(line: Given): number {
  return typeof line === "string" ? line.length : line.text.length
}
