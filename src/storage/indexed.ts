// How far the index of history follows the log.

import type { Database } from "bun:sqlite"

/** The last seq that is indexed; rows after it are the tail. */
export function indexedThrough(db: Database): number {
  return db.query<{ through: number }, []>(THROUGH).get()?.through ?? 0
}

export function markIndexed(db: Database, through: number): void {
  db.query("update indexes set through_seq = ? where name = 'history'").run(through)
}

const THROUGH = "select through_seq as through from indexes where name = 'history'"
