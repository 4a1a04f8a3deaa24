// What is said of a connection that is lost: each reason once, and every minute that it is still so.

import { clock, duration } from "./clock.ts"

const EVERY_MS = 60_000

export class Outage {
  #reason: string | undefined
  #saidAt = 0

  /** Undefined where it was said already; the next attempt is made in `inMs`. */
  words(reason: string, inMs: number, now: number): string | undefined {
    if (reason === this.#reason && now - this.#saidAt < EVERY_MS) return undefined
    this.#reason = reason
    this.#saidAt = now
    return `${clock(now)} ${reason}; trying again in ${duration(inMs)}`
  }

  get isOn(): boolean {
    return this.#reason !== undefined
  }

  /** The connection is back. */
  over() {
    this.#reason = undefined
  }
}
