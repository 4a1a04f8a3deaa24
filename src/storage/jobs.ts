// The jobs behind the log, each in pieces of a few milliseconds, each piece one transaction that is wholly done or not at
// all. Their commits are not flushed: what is lost with the power is simply done again.

import type { Database } from "bun:sqlite"
import { openWritable, rollBack } from "./database.ts"
import { eraseListed } from "./erasing.ts"
import { fillHistory } from "./history-index.ts"
import { indexedThrough, markIndexed, type IndexName } from "./indexed.ts"
import { Pace } from "./pace.ts"
import { Sweep, type Retention } from "./retention.ts"
import { fillSearch, mergeSearch } from "./search-index.ts"

const FILL = { history: fillHistory, search: fillSearch } as const

/** One index that follows the log. */
class Follower {
  readonly #db: Database
  readonly #name: IndexName
  readonly #pace: Pace
  through: number

  constructor(db: Database, name: IndexName, pace: Pace) {
    this.#db = db
    this.#name = name
    this.#pace = pace
    this.through = indexedThrough(db, name)
  }

  /** Indexes one piece of what lies after `through`, up to `last`. */
  follow(last: number): void {
    this.#pace.take((places) => this.fill(last, places))
  }

  fill(last: number, places: number): void {
    const from = this.through
    const to = Math.min(last, from + places)
    if (to <= from) return
    inTransaction(this.#db, () => {
      FILL[this.#name](this.#db, from, to)
      markIndexed(this.#db, this.#name, to)
    })
    this.through = to
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

  constructor(path: string) {
    this.#db = openWritable(path, "lazy")
    this.history = new Follower(this.#db, "history", new Pace({ ms: 2, min: 16, max: 4096 }))
    // Each piece is a segment that must be merged later: the fewer the better.
    this.search = new Follower(this.#db, "search", new Pace({ ms: 6, min: 16, max: 1024 }))
  }

  /** One piece of the erasures that are listed; false when none is. */
  erase(): boolean {
    return this.#erasing.take((places) => inTransaction(this.#db, () => eraseListed(this.#db, places)))
  }

  /** Begins to delete what is not to be kept any longer. */
  retain(retention: Retention, now: number): void {
    const rules = JSON.stringify(retention)
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

  /** How many rows the sweep has deleted or hidden. */
  get swept(): number {
    return this.#sweep?.count ?? 0
  }

  /** One piece of tidying the index of searches; false when it is tidy. */
  merge(): boolean {
    return this.#merging.take((pages) => mergeSearch(this.#db, pages))
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
