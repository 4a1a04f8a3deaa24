// Argon2id is slow on purpose and takes much memory: a flood of guesses must take neither every core nor all of that.

const AT_ONCE_MAX = navigator.hardwareConcurrency > 2 ? 2 : 1
/** Twice as many as log in at once after a restart of the server, and some seconds of work. */
const WAITING_MAX = 256

export class HashingQueue {
  readonly #atOnceMax: number
  #running = 0
  readonly #waiting: (() => void)[] = []

  /** On two cores one is left for everything else. */
  constructor(atOnceMax = AT_ONCE_MAX) {
    this.#atOnceMax = atOnceMax
  }

  /** Does `work` when its turn comes; gives back undefined, at once, when too many wait already. */
  async run<T>(work: () => Promise<T>): Promise<T | undefined> {
    if (this.#running < this.#atOnceMax) this.#running++
    else if (this.#waiting.length >= WAITING_MAX) return undefined
    // Whoever ends hands its place over.
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next) next()
      else this.#running--
    }
  }
}
