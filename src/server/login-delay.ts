// Failed logins make the next ones wait, twice as long each time: those from an address, and those to an account. Who once
// logged in to an account from an address is counted by himself there, so that nobody else's guesses keep him out; and who
// shows a certificate is never counted.

const FREE = 3
const FIRST_MS = 1000
/** An address waits longest; an account is somebody's who may be waiting too. */
const ADDRESS_MS_MAX = 60_000
const ACCOUNT_MS_MAX = 4000
/** Who would wait longer is told so at once. */
const WAIT_MS_MAX = 10_000
const FORGOTTEN_AFTER_MS = 900_000
const KNOWN_MAX = 10_000

interface Count {
  failures: number
  readyAtMs: number
}

export interface Attempt {
  readonly waitMs: number
  /** It came to nothing that was anybody's fault, or succeeded. */
  forgive(): void
  succeed(): void
}

export class LoginDelay {
  readonly #counts = new Map<string, Count>()
  /** Accounts with addresses, the least recent first. */
  readonly #known = new Set<string>()

  /** Counts an attempt as failed until it succeeds, so that many at once wait for each other; or says for how many ms there may be none. */
  begin(address: string, account: string, nowMs: number): Attempt | number {
    const pair = `${account} ${address}`
    const kinds: [key: string, mostMs: number][] = this.#known.has(pair)
      ? [[pair, ADDRESS_MS_MAX]]
      : [
          [`from ${address}`, ADDRESS_MS_MAX],
          [`to ${account}`, ACCOUNT_MS_MAX],
        ]
    const counts = kinds.map(([key, mostMs]) => ({ count: this.#countOf(key, nowMs), mostMs }))
    const waitMs = Math.max(0, ...counts.map(({ count }) => count.readyAtMs - nowMs))
    if (waitMs > WAIT_MS_MAX) return waitMs
    const undo = counts.map(({ count, mostMs }) => {
      const before = count.readyAtMs
      count.failures++
      count.readyAtMs = Math.max(before, nowMs) + delayAfter(count.failures, mostMs)
      return () => {
        count.failures--
        if (count.failures <= FREE) count.readyAtMs = Math.min(count.readyAtMs, Math.max(before, nowMs))
      }
    })
    const forgive = () => undo.forEach((one) => one())
    return {
      waitMs,
      forgive,
      succeed: () => {
        forgive()
        this.#know(pair)
      },
    }
  }

  /** Forgets what is long past; once in a few seconds is enough. */
  tick(nowMs: number) {
    for (const [key, { readyAtMs }] of this.#counts)
      if (nowMs - readyAtMs > FORGOTTEN_AFTER_MS) this.#counts.delete(key)
  }

  #countOf(key: string, nowMs: number): Count {
    const count = this.#counts.get(key) ?? { failures: 0, readyAtMs: nowMs }
    this.#counts.set(key, count)
    return count
  }

  #know(pair: string) {
    this.#known.delete(pair)
    this.#known.add(pair)
    const [oldest] = this.#known
    if (this.#known.size > KNOWN_MAX && oldest !== undefined) this.#known.delete(oldest)
  }
}

function delayAfter(failures: number, mostMs: number): number {
  return failures <= FREE ? 0 : Math.min(mostMs, FIRST_MS * 2 ** (failures - FREE - 1))
}
