// How many accounts an address may register in an hour.

const HOUR_MS = 3_600_000

export class RegistrationCount {
  /** 0 for any number. Replaced when the configuration is read again. */
  perHour: number
  readonly #counts = new Map<string, { since: number; number: number }>()

  constructor(perHour: number) {
    this.perHour = perHour
  }

  /** Counts one, or says that there are too many. */
  admit(address: string, nowMs: number): boolean {
    const known = this.#counts.get(address)
    const count = known && nowMs - known.since < HOUR_MS ? known : { since: nowMs, number: 0 }
    if (this.perHour > 0 && count.number >= this.perHour) return false
    count.number++
    this.#counts.set(address, count)
    return true
  }

  /** Forgets what is long past; once in a few seconds is enough. */
  tick(nowMs: number) {
    for (const [address, { since }] of this.#counts)
      if (nowMs - since >= HOUR_MS) this.#counts.delete(address)
  }
}
