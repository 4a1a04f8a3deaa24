// The jobs behind the log, each in pieces of a few milliseconds, each piece one transaction that is wholly done or not at
// all. Their commits are not flushed: what is lost with the power is simply done again.

import type { Database } from "bun:sqlite"
import { openWritable, rollBack } from "./database.ts"
import { eraseListed } from "./erasing.ts"
import { fillHistory } from "./history-index.ts"
import { indexedThrough, markIndexed } from "./indexed.ts"
import { Pace } from "./pace.ts"
import { Sweep, type Retention } from "./retention.ts"
import { fillSearch, mergeSearch, renewSearch, searchableThrough } from "./search-index.ts"

/** An index that follows the log. */
class Follower {
  readonly #pace: Pace
  readonly #fill: (last: number, places: number) => number
  through: number

  /** `fill` indexes some places after those that are, and answers through which one all are. */
  constructor(through: number, pace: Pace, fill: (last: number, places: number) => number) {
    this.through = through
    this.#pace = pace
    this.#fill = fill
  }

  /** Indexes one piece of what lies after `through`, up to `last`. */
  follow(last: number): void {
    this.#pace.take((places) => this.fill(last, places))
  }

  fill(last: number, places: number): void {
    if (this.through < last) this.through = this.#fill(last, places)
  }
}

export class Jobs {
  readonly #db: Database
  readonly #erasing = new Pace({ ms: 2, min: 64, max: 4096 })
  #sweep: Sweep | undefined
  #rules = ""
  readonly #merging = new Pace({ ms: 4, min: 1, max: 64 })
  readonly history: Follower
  readonly search: Follower
  /** The part of the index of searches that was filled last. */
  #partId = 0

  constructor(path: string, partPlaces?: number) {
    const db = (this.#db = openWritable(path, "lazy"))
    this.history = new Follower(indexedThrough(db), new Pace({ ms: 2, min: 16, max: 4096 }), (last, places) =>
      inTransaction(db, () => {
        const from = this.history.through
        const to = Math.min(last, from + places)
        fillHistory(db, from, to)
        markIndexed(db, to)
        return to
      }),
    )
    // Each piece is a segment that must be merged later: the fewer the better.
    this.search = new Follower(
      searchableThrough(db),
      new Pace({ ms: 6, min: 16, max: 1024 }),
      (last, places) => {
        const part = inTransaction(db, () => fillSearch(db, last, places, partPlaces))
        this.#partId = part?.id ?? this.#partId
        return searchableThrough(db)
      },
    )
  }

  /** One piece of the erasures that are listed; false when none is. */
  erase(): boolean {
    return this.#erasing.take((places) => inTransaction(this.#db, () => eraseListed(this.#db, places)))
  }

  /** Begins to delete what is not to be kept any longer. */
  retain(retention: Retention, now: number): void {
    // Channels come and go, and the rules are the same.
    const rules = JSON.stringify({ ...retention, ended: retention.ended?.rules })
    const from = rules === this.#rules ? (this.#sweep?.through ?? 0) : 0
    this.#rules = rules
    this.#sweep = new Sweep(this.#db, retention, now, from)
  }

  /** One piece of that; false when it is done. */
  sweep(): boolean {
    const sweep = this.#sweep
    if (sweep === undefined) return false
    try {
      return inTransaction(this.#db, () => sweep.piece())
    } catch (error) {
      // What it counts as done was rolled back: the next one begins from the first row.
      this.#sweep = undefined
      throw error
    }
  }

  /** How many rows the sweep has deleted. */
  get swept(): number {
    return this.#sweep?.count ?? 0
  }

  /** One piece of tidying the part of the index of searches that was filled last; false when it is tidy. */
  merge(): boolean {
    return this.#merging.take((pages) => mergeSearch(this.#db, this.#partId, pages))
  }

  /** Drops a part of the index of searches that is of no use any more, or has it filled anew; false when there is none. */
  renew(): boolean {
    const isRenewed = inTransaction(this.#db, () => renewSearch(this.#db))
    this.search.through = searchableThrough(this.#db)
    return isRenewed
  }

  close(): void {
    this.#db.close()
  }
}

function inTransaction<T>(db: Database, work: () => T): T {
  try {
    db.run("begin immediate")
    const result = work()
    db.run("commit")
    return result
  } catch (error) {
    rollBack(db)
    throw error
  }
}
