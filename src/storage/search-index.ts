// The index of searches, filled behind the log part by part. A part is never mended at length: what loses many of its rows, or
// one that is long, is built anew, and what has lost all of them is dropped. docs/adr/0003-search-by-trigrams.md

import type { Database } from "bun:sqlite"
import type { Row } from "../core/seams.ts"
import { COLUMNS, NOT_ERASED } from "./row-sql.ts"
import {
  dropPart,
  emptyPart,
  makePart,
  partAt,
  partById,
  partsOf,
  tableOf,
  type Part,
} from "./search-parts.ts"
import { isSearchable, searchable } from "./trigrams.ts"

/** A part ends after so many places or characters, whichever comes first: some megabytes, and half a second to build. */
export const PART_PLACES = 32_768
const PART_CHARACTERS = 4_000_000
/** A piece of filling ends early when its texts are longer than this, each by each. */
const CHARACTERS_A_PLACE = 128
/** To strike out a row costs a page for each character, to build a part anew as much as to strike out so many usual rows. */
const STRIKE_CHARACTERS_MAX = 128
const STRUCK_MAX = 128

/** The place through which everything is indexed. */
export function searchableThrough(db: Database): number {
  return db.query<{ through: number }, []>(THROUGH).get()?.through ?? 0
}

/** Indexes some rows up to `last`, from the first that is not; answers which part they came into. Within a transaction. */
export function fillSearch(
  db: Database,
  last: number,
  places: number,
  partPlaces = PART_PLACES,
): Part | undefined {
  const part = partToFill(db, last, partPlaces)
  if (part === undefined) return undefined
  const filled = fill(db, part, Math.min(last, part.endSeq, part.throughSeq + places), places)
  const endSeq = filled.characters < PART_CHARACTERS ? part.endSeq : filled.throughSeq
  const { throughSeq, rows, characters } = filled
  db.query("update search_parts set end_seq = ?, through_seq = ?, rows = ?, characters = ? where id = ?").run(
    endSeq,
    throughSeq,
    rows,
    characters,
    part.id,
  )
  return { ...filled, endSeq }
}

/** Of the part that is begun next, and those after it, as they will be if nobody writes at length. */
export function partsToBe(db: Database): Part[] {
  const last = db.query<{ seq: number | null }, []>("select max(seq) as seq from events").get()?.seq ?? 0
  const end = partsOf(db).at(-1)?.endSeq ?? 0
  return Array.from({ length: Math.ceil(Math.max(0, last - end) / PART_PLACES) }, (_, i) =>
    emptyPart(0, end + i * PART_PLACES, end + (i + 1) * PART_PLACES),
  )
}

function partToFill(db: Database, last: number, partPlaces: number): Part | undefined {
  const parts = partsOf(db)
  const begun = parts.find(({ throughSeq, endSeq }) => throughSeq < Math.min(endSeq, last))
  if (begun !== undefined) return begun
  const end = parts.at(-1)?.endSeq ?? 0
  if (end >= last) return undefined
  // What was deleted long ago is not worth a part.
  const first = db.query<{ seq: number | null }, [number]>(FIRST_AFTER).get(end)?.seq ?? last
  return makePart(db, { afterSeq: first - 1, endSeq: first - 1 + partPlaces })
}

function fill(db: Database, part: Part, to: number, places: number): Part {
  const table = tableOf(part.id)
  const insert = db.prepare(
    `insert into ${table} (rowid, text, one, other, account, nick) values (?, ?, ?, ?, ?, ?)`,
  )
  let { rows, characters } = part
  const enough = Math.min(characters + places * CHARACTERS_A_PLACE, PART_CHARACTERS)
  try {
    for (const row of db.query<Row, [number, number]>(PIECE).iterate(part.throughSeq, to)) {
      if (!isSearchable(row)) continue
      insert.run(row.seq, ...searchable(row))
      rows++
      characters += row.text?.length ?? 0
      if (characters >= enough) return { ...part, throughSeq: row.seq, rows, characters }
    }
    return { ...part, throughSeq: to, rows, characters }
  } finally {
    insert.finalize()
  }
}

/**
 * Takes a row out of the index, if it is in it, while it has its text: FTS5 must be told what it was given. True: it was struck
 * out, and the commit will take a moment. Otherwise its trigrams go when its part is built anew.
 */
export function dropFromSearch(db: Database, row: Row): boolean {
  const part = isSearchable(row) ? partAt(db, row.seq) : undefined
  if (part === undefined) return false
  const isStruck = (row.text?.length ?? 0) <= STRIKE_CHARACTERS_MAX && part.struck < STRUCK_MAX
  if (isStruck) {
    const table = tableOf(part.id)
    const columns = `${table}, rowid, text, one, other, account, nick`
    db.run(`insert into ${table} (${columns}) values ('delete', ?, ?, ?, ?, ?, ?)`, [
      row.seq,
      ...searchable(row),
    ])
  }
  const counted = isStruck ? "struck = struck + 1" : "stale = stale + 1"
  db.query(`update search_parts set rows = rows - 1, ${counted} where id = ?`).run(part.id)
  return isStruck
}

/** Drops one part of which nothing is left, or begins one anew; within a transaction. False: there is none. */
export function renewSearch(db: Database): boolean {
  const parts = partsOf(db)
  // The last one marks how far the index has come.
  const empty = parts.slice(0, -1).find(({ rows, throughSeq, endSeq }) => rows === 0 && throughSeq === endSeq)
  const stale = empty ?? parts.find((part) => part.stale > 0)
  if (stale === undefined) return false
  dropPart(db, stale)
  if (stale !== empty) makePart(db, stale)
  return true
}

/** Merges segments of a part by about so many pages, one that is whole into a single one; false when there is no more to merge. */
export function mergeSearch(db: Database, id: number, pages: number): boolean {
  const part = partById(db, id)
  if (part === undefined) return false
  const table = tableOf(id)
  const before = changes(db)
  // "merge" below zero brings all segments into one, by and by.
  const merge = `insert into ${table} (${table}, rank) values ('merge', ?)`
  db.run(merge, [part.throughSeq < part.endSeq ? pages : -pages])
  return changes(db) - before >= 2
}

function changes(db: Database): number {
  return db.query<{ count: number }, []>("select total_changes() as count").get()?.count ?? 0
}

const THROUGH = `select coalesce(
  (select min(through_seq) from search_parts where through_seq < end_seq),
  (select max(end_seq) from search_parts), 0) as through`
const FIRST_AFTER = "select min(seq) as seq from events where seq > ?"
const PIECE = `select ${COLUMNS} from events e
  where e.seq > ?1 and e.seq <= ?2 and e.text is not null and ${NOT_ERASED}`
