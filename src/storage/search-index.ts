// The index of searches, an FTS5 table that holds no text: https://www.sqlite.org/fts5.html#contentless_tables

import type { Database } from "bun:sqlite"
import type { Row } from "../core/seams.ts"
import { indexedThrough } from "./indexed.ts"
import { COLUMNS, NOT_ERASED } from "./row-sql.ts"
import { searchable } from "./trigrams.ts"

/** Indexes the rows after `from` up to `to`; within a transaction. */
export function fillSearch(db: Database, from: number, to: number): void {
  const insert = db.query(
    "insert into search (rowid, text, one, other, account, nick) values (?, ?, ?, ?, ?, ?)",
  )
  for (const row of db.query<Row, [number, number]>(PIECE).iterate(from, to)) {
    const indexed = searchable(row)
    if (indexed) insert.run(row.seq, ...indexed)
  }
}

/** Takes a row out of the index, if it is in it. FTS5 must be told what it was given. */
export function dropFromSearch(db: Database, row: Row): void {
  const indexed = row.seq <= indexedThrough(db, "search") ? searchable(row) : undefined
  if (indexed) db.query(DROP).run(row.seq, ...indexed)
}

/**
 * Merges segments by about so many pages; false when there is nothing to merge. FTS5 would do it by itself, but in one
 * piece of up to a quarter of a second, in a thread that somebody waits for.
 */
export function mergeSearch(db: Database, pages: number): boolean {
  const before = changes(db)
  db.query("insert into search (search, rank) values ('merge', ?)").run(pages)
  return changes(db) - before >= 2
}

function changes(db: Database): number {
  return db.query<{ count: number }, []>("select total_changes() as count").get()?.count ?? 0
}

const PIECE = `select ${COLUMNS} from events e
  where e.seq > ?1 and e.seq <= ?2 and e.text is not null and ${NOT_ERASED}`
const DROP =
  "insert into search (search, rowid, text, one, other, account, nick) values ('delete', ?, ?, ?, ?, ?, ?)"
