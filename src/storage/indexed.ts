// How far each index follows the log.

import type { Database } from "bun:sqlite"

export type IndexName = "history" | "search"

/** The last seq that is indexed; rows after it are the tail. */
export function indexedThrough(db: Database, name: IndexName): number {
  return db.query<{ through: number }, [string]>(THROUGH).get(name)?.through ?? 0
}

export function markIndexed(db: Database, name: IndexName, through: number): void {
  db.query(MARK).run(through, name)
}

const THROUGH = "select through_seq as through from indexes where name = ?"
const MARK = "update indexes set through_seq = ? where name = ?"
