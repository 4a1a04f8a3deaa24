// Failed logins make the next ones wait, twice as long each time: those from an address, and those to an account. Who once
// logged in to an account from an address is counted by himself there, so that nobody else's guesses keep him out; and who
// shows a certificate is never counted.

import { monotonicMs } from "./clock.ts"

/** Failures that cost nothing, and attempts whose outcome need not be waited for. */
const FREE = 3
const FIRST_MS = 1000
/** An address waits longest; an account is somebody's who may be waiting too. */
const ADDRESS_MS_MAX = 8000
const ACCOUNT_MS_MAX = 4000
/** Who would wait longer is told so; with the longest delay it is still less than registration may take. */
const WAIT_MS_MAX = 20_000
const FORGOTTEN_AFTER_MS = 900_000
const KNOWN_MAX = 10_000

/** Time, and a way to wait for it. */
export interface Time {
  nowMs(): number
  sleep(ms: number): Promise<void>
}

const REAL: Time = { nowMs: monotonicMs, sleep: (ms) => Bun.sleep(ms) }

/** What came of an attempt. */
export type Outcome = "right" | "wrong" | "unchecked"

export class LoginDelay {
  readonly #time: Time
  readonly #gates = new Map<string, Gate>()
  /** Accounts with addresses, the least recent first. */
  readonly #known = new Set<string>()

  constructor(time: Time = REAL) {
    this.#time = time
  }

  /** Waits until an attempt may be checked, and gives back what is to be told its outcome; undefined when that would take too long. */
  async begin(address: string, account: string): Promise<((outcome: Outcome) => void) | undefined> {
    const pair = `${account} ${address}`
    const kinds: [key: string, delayMsMax: number][] = this.#known.has(pair)
      ? [[pair, ADDRESS_MS_MAX]]
      : [
          [`from ${address}`, ADDRESS_MS_MAX],
          [`to ${account}`, ACCOUNT_MS_MAX],
        ]
    const untilMs = this.#time.nowMs() + WAIT_MS_MAX
    const entered: Gate[] = []
    const end = (outcome: Outcome) => {
      for (const gate of entered) gate.leave(outcome === "wrong")
      if (outcome === "right") this.#know(pair)
    }
    for (const [key, delayMsMax] of kinds) {
      const gate = this.#gate(key, delayMsMax)
      if (await gate.enter(untilMs)) entered.push(gate)
      else {
        end("unchecked")
        return undefined
      }
    }
    return end
  }

  /** Forgets what is long past; once in a few seconds is enough. */
  tick() {
    const nowMs = this.#time.nowMs()
    for (const [key, gate] of this.#gates) if (gate.isForgotten(nowMs)) this.#gates.delete(key)
  }

  #gate(key: string, delayMsMax: number): Gate {
    const gate = this.#gates.get(key) ?? new Gate(this.#time, delayMsMax)
    this.#gates.set(key, gate)
    return gate
  }

  #know(pair: string) {
    this.#known.delete(pair)
    this.#known.add(pair)
    const [oldest] = this.#known
    if (this.#known.size > KNOWN_MAX && oldest !== undefined) this.#known.delete(oldest)
  }
}

/** Lets attempts through while few have failed, then one after the other, with a delay after each that fails. */
class Gate {
  readonly #time: Time
  readonly #delayMsMax: number
  #failures = 0
  #running = 0
  #readyAtMs = 0
  readonly #waiting: (() => void)[] = []

  constructor(time: Time, delayMsMax: number) {
    this.#time = time
    this.#delayMsMax = delayMsMax
  }

  /** Resolves when an attempt may begin, or to false when the delay would last beyond `untilMs`. */
  async enter(untilMs: number): Promise<boolean> {
    if (this.#running < this.#atOnceMax) this.#running++
    // Whoever leaves hands the place over.
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    const waitMs = Math.max(0, this.#readyAtMs - this.#time.nowMs())
    if (waitMs === 0) return true
    if (this.#time.nowMs() + waitMs > untilMs) {
      this.leave(false)
      return false
    }
    await this.#time.sleep(waitMs)
    return true
  }

  leave(hasFailed: boolean) {
    if (hasFailed) {
      this.#failures++
      const delayMs = this.#failures <= FREE ? 0 : FIRST_MS * 2 ** (this.#failures - FREE - 1)
      this.#readyAtMs = this.#time.nowMs() + Math.min(this.#delayMsMax, delayMs)
    }
    this.#running--
    while (this.#waiting.length > 0 && this.#running < this.#atOnceMax) {
      this.#running++
      this.#waiting.shift()?.()
    }
  }

  isForgotten(nowMs: number): boolean {
    return this.#running === 0 && nowMs - this.#readyAtMs > FORGOTTEN_AFTER_MS
  }

  get #atOnceMax(): number {
    return Math.max(1, FREE - this.#failures)
  }
}
