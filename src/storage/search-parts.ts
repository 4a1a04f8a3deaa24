// The parts of the index of searches: each a table of FTS5 for a stretch of the log, small enough to be dropped or built anew
// in moments. They hold no text: https://www.sqlite.org/fts5.html#contentless_tables

import type { Database } from "bun:sqlite"

export interface Part {
  readonly id: number
  /** The rows after this one … */
  readonly afterSeq: number
  /** … up to this one are its own. */
  readonly endSeq: number
  /** Those up to here are in its table. */
  readonly throughSeq: number
  /** How many of them still have the text that they were indexed by, and how long all texts were. */
  readonly rows: number
  readonly characters: number
  /** How many were struck out since, and how many are gone from the log alone. */
  readonly struck: number
  readonly stale: number
}

export function tableOf(id: number): string {
  return `search_${id}`
}

/** All of them, in order; nothing that can be searched lies between two. */
export function partsOf(db: Database): Part[] {
  return db.query<Part, []>(`${PARTS} order by after_seq`).all()
}

export function partById(db: Database, id: number): Part | undefined {
  return db.query<Part, [number]>(`${PARTS} where id = ?`).get(id) ?? undefined
}

/** The part whose table a row is in. */
export function partAt(db: Database, seq: number): Part | undefined {
  const holding = `${PARTS} where after_seq < ?1 and through_seq >= ?1`
  return db.query<Part, [number]>(holding).get(seq) ?? undefined
}

// What is deleted goes from the pages at once, and segments are merged when `search-index.ts` says so: FTS5's own merges take
// up to a quarter of a second, in a thread that somebody waits for.
export function makePart(db: Database, { afterSeq, endSeq }: Pick<Part, "afterSeq" | "endSeq">): Part {
  const made = "insert into search_parts (after_seq, end_seq, through_seq) values (?1, ?2, ?1) returning id"
  const { id } = db.query<{ id: number }, [number, number]>(made).get(afterSeq, endSeq) ?? { id: 0 }
  const table = tableOf(id)
  db.run(`
    create virtual table ${table} using fts5 (
      text, one, other, account, nick,
      content = '', columnsize = 0, detail = none, tokenize = 'trigram case_sensitive 1'
    );
    insert into ${table} (${table}, rank) values ('secure-delete', 1);
    insert into ${table} (${table}, rank) values ('automerge', 0);
  `)
  return emptyPart(id, afterSeq, endSeq)
}

export function emptyPart(id: number, afterSeq: number, endSeq: number): Part {
  return { id, afterSeq, endSeq, throughSeq: afterSeq, rows: 0, characters: 0, struck: 0, stale: 0 }
}

/** Its pages are overwritten (`secure_delete`). */
export function dropPart(db: Database, { id }: Part): void {
  db.run(`drop table ${tableOf(id)}`)
  db.query("delete from search_parts where id = ?").run(id)
}

const PARTS = `select id, after_seq as afterSeq, end_seq as endSeq, through_seq as throughSeq, rows, characters,
  struck, stale from search_parts`
