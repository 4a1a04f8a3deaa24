// The books of a run: what was lost, repeated, reordered or corrupted on the way.

export type Defects = {
  lost: number
  repeated: number
  reordered: number
  corrupted: number
  disagreed: number
}

export const noDefects = (): Defects => ({ lost: 0, repeated: 0, reordered: 0, corrupted: 0, disagreed: 0 })
export const countDefects = (defects: Defects) => Object.values(defects).reduce((sum, each) => sum + each, 0)

/**
 * Follows lanes: a lane is what one receiver hears from one sender, and must carry 0, 1, 2, … in this order.
 * A gap counts as lost at once, so that a loss does not stop the run; what arrives late after all was reordered.
 */
export class Ledger {
  readonly defects = noDefects()
  readonly #next: Uint32Array
  readonly #missing = new Map<number, Set<number>>()

  constructor(lanes: number) {
    this.#next = new Uint32Array(lanes)
  }

  /** Books an arrival and returns by how many numbers the lane advanced: they are `seq` and those just before it. */
  book(lane: number, seq: number): number {
    const next = this.#next[lane] ?? 0
    if (seq < next) return this.#bookLate(lane, seq)
    for (let lost = next; lost < seq; lost++) this.#miss(lane, lost)
    this.#next[lane] = seq + 1
    return seq + 1 - next
  }

  /** At the end: what was sent, `sent` messages in all, and has not arrived is lost. */
  close(lane: number, sent: number) {
    this.defects.lost += Math.max(0, sent - (this.#next[lane] ?? 0))
  }

  #miss(lane: number, seq: number) {
    this.defects.lost++
    const missing = this.#missing.get(lane)
    if (missing) missing.add(seq)
    else this.#missing.set(lane, new Set([seq]))
  }

  #bookLate(lane: number, seq: number): number {
    if (this.#missing.get(lane)?.delete(seq)) {
      this.defects.lost--
      this.defects.reordered++
    } else this.defects.repeated++
    return 0
  }
}
