// Whether the other end is still there: asked after a silence, and at once after the computer slept.

import { SleepDetector } from "./sleep-detector.ts"

/** ms of silence after which the server is asked for a sign of life, and what it then has to answer. */
const IDLE_MS = 60_000
const ANSWER_MS = 15_000
/** After a sleep the connection is probably dead: the answer is due sooner. */
const ANSWER_AFTER_SLEEP_MS = 3_000
/** How often `beat` is called. */
const PERIOD_MS = 1_000

export class Pulse {
  readonly #sleep: SleepDetector
  #heardAt: number
  #deadline: number | undefined

  constructor(wallMs: number, monotonicMs: number) {
    this.#sleep = new SleepDetector(PERIOD_MS, wallMs, monotonicMs)
    this.#heardAt = wallMs
  }

  /** Something came from the server. */
  heard(wallMs: number) {
    this.#heardAt = wallMs
    this.#deadline = undefined
  }

  slept(wallMs: number, monotonicMs: number): boolean {
    return this.#sleep.slept(wallMs, monotonicMs)
  }

  /** Once a second: "ask" for a PING now, "dead" when the answer is overdue. */
  beat(wallMs: number, monotonicMs: number): "ask" | "dead" | undefined {
    if (this.slept(wallMs, monotonicMs)) return this.#ask(wallMs, ANSWER_AFTER_SLEEP_MS)
    if (this.#deadline !== undefined) return wallMs >= this.#deadline ? "dead" : undefined
    return wallMs - this.#heardAt >= IDLE_MS ? this.#ask(wallMs, ANSWER_MS) : undefined
  }

  #ask(wallMs: number, answerMs: number): "ask" {
    this.#deadline = wallMs + answerMs
    return "ask"
  }
}
