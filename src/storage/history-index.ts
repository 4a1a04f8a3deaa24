// The index of history, `history(channel_id, seq, type)`: filled behind the log in batches, never in the transaction
// that somebody waits for. Its commits are not flushed: a batch lost with the power is simply filled again.

import type { Database } from "bun:sqlite"
import { openWritable, rollBack } from "./database.ts"

export class HistoryIndex {
  readonly #db: Database
  #through: number

  constructor(path: string) {
    this.#db = openWritable(path, "lazy")
    this.#through = indexedThrough(this.#db)
  }

  /** The last seq that is indexed; rows after it are the tail. */
  get through(): number {
    return this.#through
  }

  /** Indexes what lies after `through`, up to `last` and no more than `rows` places; leaves no trace when it fails. */
  fill(last: number, rows: number): void {
    const from = this.#through
    const to = Math.min(last, from + rows)
    if (to <= from) return
    try {
      this.#db.run("begin immediate")
      this.#db.query(FILL).run(from, to)
      this.#db.query(MARK).run(to)
      this.#db.run("commit")
      this.#through = to
    } catch (error) {
      rollBack(this.#db)
      throw error
    }
  }

  close(): void {
    this.#db.close()
  }
}

const FILL = `insert into history select channel_id, seq, type from events
  where seq > ? and seq <= ? and channel_id is not null`
const MARK = "update indexes set through_seq = ? where name = 'history'"

export function indexedThrough(db: Database): number {
  const row = db.query<{ through: number }, []>(THROUGH).get()
  return row?.through ?? 0
}

const THROUGH = "select through_seq as through from indexes where name = 'history'"
