// Text that goes for good: from its row and from each index, in one transaction. That its bytes are overwritten is SQLite's
// doing (`secure_delete`, here and in FTS5); what was in the WAL goes with the checkpoint after it (`upkeep.ts`).

import type { Database } from "bun:sqlite"
import type { Erasure, Row } from "../core/seams.ts"
import { dropFromHistory } from "./history-index.ts"
import { erasedBody } from "./plain-reading.ts"
import { COLUMNS, NOT_ERASED } from "./row-sql.ts"
import { dropFromSearch } from "./search-index.ts"

/** Within the transaction of the turn that erases: one row at once; an account's many are put on the list. */
export function erase(db: Database, erasure: Erasure, lastSeq: number): void {
  if ("seq" in erasure) {
    const row = db.query<Row, [number]>(ROW).get(erasure.seq)
    if (row !== null) eraseRow(db, row)
    return
  }
  db.query("insert into erasures (account_id, types, done_seq, through_seq) values (?, ?, 0, ?)").run(
    erasure.accountId,
    JSON.stringify(erasure.types),
    lastSeq,
  )
}

/**
 * Takes up the list where it was left and looks through so many places, or fewer when there was much to erase; within a
 * transaction. False: the list is empty.
 */
export function eraseListed(db: Database, places: number): boolean {
  const listed = db.query<Listed, []>("select * from erasures order by id limit 1").get()
  if (listed === null) return false
  const until = performance.now() + ERASE_MS
  let struck = 0
  let done = Math.min(listed.done_seq + places, listed.through_seq)
  const rows = db.query<Row, [number, number, number, string]>(LISTED)
  for (const row of rows.all(listed.done_seq, done, listed.account_id, listed.types)) {
    if (eraseRow(db, row)) struck++
    if (struck < STRUCK_A_PIECE && performance.now() < until) continue
    done = row.seq
    break
  }
  if (done < listed.through_seq)
    db.query("update erasures set done_seq = ? where id = ?").run(done, listed.id)
  else db.query("delete from erasures where id = ?").run(listed.id)
  return true
}

/** What is struck out of the index of searches takes its time at the commit, about a millisecond a row. */
export const STRUCK_A_PIECE = 4
const ERASE_MS = 2

type Listed = { id: number; account_id: number; types: string; done_seq: number; through_seq: number }

function eraseRow(db: Database, row: Row): boolean {
  dropFromHistory(db, row)
  const isStruck = dropFromSearch(db, row)
  db.query("update events set text = null, body = ? where seq = ?").run(erasedBody(row.body), row.seq)
  return isStruck
}

const ROW = `select ${COLUMNS} from events e where e.seq = ?`
const LISTED = `select ${COLUMNS} from events e
  where e.seq > ? and e.seq <= ? and e.account_id = ? and ${NOT_ERASED}
    and e.type in (select value from json_each(?)) order by e.seq`
