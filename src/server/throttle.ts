// How many connections an address may open, asked before TLS costs anything: a refusal here is eleven times cheaper
// than a handshake.

import { countedAs, isWithin, type Range } from "./address.ts"

export interface Throttling {
  /** Whether lines are delayed by the token bucket of fakelag.ts. */
  readonly fakelag: boolean
  /** Connections of one address that have not registered yet; 0 for any number. */
  readonly connectionsPerAddress: number
  /** Connections that one address may begin in a minute; 0 for any number. */
  readonly newConnectionsPerMinute: number
  /** Ranges that none of this applies to. */
  readonly exempt: readonly Range[]
}

const MINUTE_MS = 60_000

interface Count {
  unregistered: number
  begunAtMs: number
  begun: number
}

export class Throttle {
  /** Replaced as a whole when the configuration is read again. */
  limits: Throttling
  readonly #counts = new Map<string, Count>()

  constructor(limits: Throttling) {
    this.limits = limits
  }

  isExempt(address: string): boolean {
    return isWithin(address, this.limits.exempt)
  }

  /** Counts a connection of a normalised address in, or says that there are too many. */
  admit(address: string, nowMs: number): boolean {
    const key = countedAs(address)
    const count = this.#counts.get(key) ?? { unregistered: 0, begunAtMs: nowMs, begun: 0 }
    if (nowMs - count.begunAtMs >= MINUTE_MS) {
      count.begunAtMs = nowMs
      count.begun = 0
    }
    const { connectionsPerAddress, newConnectionsPerMinute } = this.limits
    const tooMany =
      (connectionsPerAddress > 0 && count.unregistered >= connectionsPerAddress) ||
      (newConnectionsPerMinute > 0 && count.begun >= newConnectionsPerMinute)
    if (tooMany && !this.isExempt(address)) return false
    count.unregistered++
    count.begun++
    this.#counts.set(key, count)
    return true
  }

  /** A connection that was admitted has registered or gone. */
  settled(address: string) {
    const count = this.#counts.get(countedAs(address))
    if (count && count.unregistered > 0) count.unregistered--
  }

  /** A connection that was admitted turns out to be another address's. */
  withdraw(address: string) {
    this.settled(address)
    const count = this.#counts.get(countedAs(address))
    if (count && count.begun > 0) count.begun--
  }

  /** Forgets addresses that have nothing to count; once in a few seconds is enough. */
  tick(nowMs: number) {
    for (const [key, count] of this.#counts) {
      if (count.unregistered === 0 && nowMs - count.begunAtMs >= MINUTE_MS) this.#counts.delete(key)
    }
  }

  /** Addresses that are being counted. */
  get size(): number {
    return this.#counts.size
  }
}
