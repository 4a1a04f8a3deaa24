// Keeps our certificate from ending: when two thirds of its life are over it is renewed beside whatever else is done. The
// connection that stands lives on; the next one is made with the new pair, and proves it.

import { createHash, X509Certificate } from "node:crypto"
import { statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { memberOf } from "../authority/issue.ts"
import { confirmNext, dropNext, keepNext, type Pair, readPair } from "./pair.ts"

/** ms between two looks at a certificate. */
const LOOK_EVERY_MS = 60_000
/** ms between two attempts, of all programs of this person. */
const TRY_EVERY_MS = 600_000
/** How long a program that has done its work waits for a renewal under way. */
const LEAVE_WITHIN_MS = 3_000
/** A failure is worth a word when so little is left. */
const WARN_MS = 3 * 86_400_000

export interface RenewalOptions {
  /** The server's, in the profiles. */
  readonly folder: string
  /** Whose certificate it is: another's that comes into the folder is nothing to us. */
  readonly name: string
  /** Asks the server; throws an error in words for people. */
  ask(former: Pair, signal: AbortSignal): Promise<Pair>
  /** ms since 1970. */
  now(): number
  renewed(until: number): void
  failed(why: string, ends: number): void
}

export class Renewal {
  readonly #options: RenewalOptions
  #used: Pair | undefined
  #trying: Promise<void> | undefined
  #timer: ReturnType<typeof setInterval> | undefined
  #hasWarned = false
  #hasRevived = false
  readonly #leaving = new AbortController()

  constructor(options: RenewalOptions) {
    this.#options = options
  }

  /** For the next connection: what is there now, whoever renewed it. */
  pair(): Pair | undefined {
    this.#used = this.#newest() ?? this.#used
    return this.#used
  }

  /** What the last connection showed. */
  get shown(): Pair | undefined {
    return this.#used
  }

  /** The server has let us in. */
  worked() {
    if (this.#used) confirmNext(this.#options.folder, this.#used)
    this.#timer ??= setInterval(() => this.#look(), LOOK_EVERY_MS)
    this.#timer.unref()
    this.#look()
  }

  /** The server has refused us for our certificate: if it is a new one, the former is shown the next time. */
  refused() {
    const { folder } = this.#options
    if (this.#used && readPair(folder).cert === this.#used.cert) dropNext(folder)
  }

  /** The server says that ours has ended: whether there is another one now. Throws what `ask` throws. */
  async revive(): Promise<boolean> {
    const shown = this.#used
    if (!shown) return false
    // Another program of this person may have been faster.
    if (this.#newest()?.cert !== shown.cert) return true
    if (this.#hasRevived) return false
    this.#hasRevived = true
    const { folder, ask, renewed } = this.#options
    const next = await ask(shown, this.#leaving.signal)
    keepNext(folder, next)
    renewed(endOf(next.cert))
    return true
  }

  /** Looks no more; what is under way may take a moment longer. */
  async end(): Promise<void> {
    clearInterval(this.#timer)
    const timer = setTimeout(() => this.#leaving.abort(), LEAVE_WITHIN_MS)
    await this.#trying
    clearTimeout(timer)
  }

  #look() {
    const pair = this.#newest()
    if (this.#trying || !pair || dueAt(pair.cert) > this.#options.now()) return
    this.#trying = this.#renew(pair).finally(() => (this.#trying = undefined))
  }

  #newest(): Pair | undefined {
    const { cert, key } = readPair(this.#options.folder)
    const isOurs = cert !== undefined && memberOf(cert)?.name === this.#options.name
    return isOurs && key !== undefined ? { cert, key } : undefined
  }

  async #renew(former: Pair) {
    const { folder, ask, renewed, failed, now } = this.#options
    try {
      if (!this.#isFirst()) return
      const next = await ask(former, this.#leaving.signal)
      keepNext(folder, next)
      renewed(endOf(next.cert))
    } catch (error) {
      const ends = endOf(former.cert)
      if (ends - now() > WARN_MS || this.#hasWarned) return
      this.#hasWarned = true
      failed((error as Error).message, ends)
    }
  }

  /** Marks the attempt, unless somebody has made one a moment ago. */
  #isFirst(): boolean {
    const { folder, now } = this.#options
    const path = join(folder, "renewing")
    const last = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
    if (Math.abs(now() - last) < TRY_EVERY_MS) return false
    writeFileSync(path, "")
    return true
  }
}

/** Two thirds of its life, a tenth of that more or less, by its serial: not all who joined in one lesson renew in one. */
export function dueAt(certPem: string): number {
  const { validFromDate, serialNumber } = new X509Certificate(certPem)
  const begin = validFromDate.getTime()
  const chance = createHash("sha256").update(serialNumber).digest().readUInt32BE() / 2 ** 32
  return begin + (endOf(certPem) - begin) * (2 / 3) * (0.9 + chance / 5)
}

function endOf(certPem: string): number {
  return new X509Certificate(certPem).validToDate.getTime()
}
