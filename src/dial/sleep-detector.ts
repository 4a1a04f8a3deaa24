// Notices that the computer slept: its wall clock went on while its timers (and on most systems its monotonic clock)
// stood still. A connection may have died meanwhile without a sign.

/** ms that two clocks or a timer may be off without a sleep: an overloaded machine, a corrected clock. */
const TOLERANCE_MS = 5_000

export class SleepDetector {
  readonly #periodMs: number
  #wallMs: number
  #monotonicMs: number

  /** To be asked every `periodMs`; both clocks in ms. */
  constructor(periodMs: number, wallMs: number, monotonicMs: number) {
    this.#periodMs = periodMs
    this.#wallMs = wallMs
    this.#monotonicMs = monotonicMs
  }

  /** Whether the computer slept since the last call. */
  slept(wallMs: number, monotonicMs: number): boolean {
    const wall = wallMs - this.#wallMs
    const monotonic = monotonicMs - this.#monotonicMs
    this.#wallMs = wallMs
    this.#monotonicMs = monotonicMs
    return Math.abs(wall - monotonic) > TOLERANCE_MS || monotonic > this.#periodMs + TOLERANCE_MS
  }
}
