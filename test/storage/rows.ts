// What the tests of the log share: rows to append, an append to await, a page to ask for.

import type { Database } from "bun:sqlite"
import type { PageQuery, Log, Row } from "../../src/core/seams.ts"
import { indexedThrough } from "../../src/storage/indexed.ts"
import { searchableThrough } from "../../src/storage/search-index.ts"
import { partsOf, tableOf } from "../../src/storage/search-parts.ts"

export function row(seq: number, more: Partial<Row> = {}): Row {
  return {
    seq,
    at: 1_000_000 + seq,
    type: "messageSent",
    channelId: 1,
    accountId: null,
    peerId: null,
    body: "{}",
    text: textOf(seq),
    ...more,
  }
}

/** A text that tells whether it came back to its own row. */
export function textOf(seq: number): string {
  return `the text of ${seq}`
}

export function rowsFrom(seq: number, count: number): Row[] {
  return Array.from({ length: count }, (_, i) => row(seq + i))
}

/** Appends one turn; rejects when the log breaks. */
export function append(log: Log, rows: readonly Row[]): Promise<void> {
  return new Promise((resolve, reject) => {
    log.onBroken = reject
    log.append(rows, resolve)
  })
}

export function query(more: Partial<PageQuery> = {}): PageQuery {
  return {
    kind: "page",
    of: { channelId: 1 },
    keep: "newest",
    limit: 100,
    types: ["messageSent"],
    ...more,
  }
}

/** Whether something is still to be done behind the log: an index to be filled, or what is erased to go from one. */
export function isBehind(db: Database): boolean {
  const last = db.query<{ seq: number }, []>("select max(seq) as seq from events").get()?.seq ?? 0
  const toGo = "select 1 from erasures union all select 1 from search_parts where stale > 0"
  return Math.min(indexedThrough(db), searchableThrough(db)) < last || db.query(toGo).get() !== null
}

/** All that stands in the index of searches; the database may not be read-only. */
export function termsOf(db: Database): string[] {
  return partsOf(db).flatMap(({ id }) => {
    db.run(`create virtual table temp.terms_${id} using fts5vocab (main, ${tableOf(id)}, row)`)
    const terms = db.query<{ term: string }, []>(`select term from terms_${id}`).all()
    db.run(`drop table temp.terms_${id}`)
    return terms.map(({ term }) => term)
  })
}
