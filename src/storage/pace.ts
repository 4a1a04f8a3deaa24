// How much of a job is done at once: as much as takes the time that a turn may wait for it, going by the piece before.

interface Bounds {
  readonly ms: number
  readonly min: number
  readonly max: number
}

export class Pace {
  readonly #bounds: Bounds
  #places: number

  constructor(bounds: Bounds) {
    this.#bounds = bounds
    this.#places = bounds.min
  }

  /** Does a piece of so many places, and learns from it. */
  take<T>(piece: (places: number) => T): T {
    const places = this.#places
    const before = performance.now()
    const result = piece(places)
    const tookMs = Math.max(performance.now() - before, 0.01)
    const { ms, min, max } = this.#bounds
    const next = Math.round((places * ms) / tookMs)
    this.#places = Math.min(Math.max(next, places >> 1, min), places * 2, max)
    return result
  }
}
