// The index of searches in parts: what is gone from the log goes from them, one after the other, and nothing else does.

import type { Database } from "bun:sqlite"
import { afterEach, expect, test } from "bun:test"
import { join } from "node:path"
import type { Row, SearchQuery } from "../../src/core/seams.ts"
import { openWritable } from "../../src/storage/database.ts"
import { erase } from "../../src/storage/erasing.ts"
import { Jobs } from "../../src/storage/jobs.ts"
import { begin } from "../../src/storage/schema.ts"
import { partsOf, tableOf } from "../../src/storage/search-parts.ts"
import { search } from "../../src/storage/search.ts"
import { row, termsOf } from "./rows.ts"
import { removeTemporaryDirectories, temporaryDirectory } from "./temporary-directory.ts"

afterEach(removeTemporaryDirectories)

const DAY_MS = 86_400_000
const NOW = 100 * DAY_MS
const PLACES = 16

function site(rows: readonly Row[], partPlaces = PLACES) {
  const path = join(temporaryDirectory(), "log.db")
  const db = openWritable(path, "lazy")
  begin(db, path)
  const insert = db.prepare("insert into events values (?, ?, ?, ?, ?, ?, ?, ?)")
  for (const { seq, at, type, channelId, accountId, body, text, peerId } of rows)
    insert.run(seq, at, type, channelId, accountId, body, text, peerId)
  insert.finalize()
  const jobs = new Jobs(path, partPlaces)
  const last = rows.at(-1)?.seq ?? 0
  const settle = () => {
    do {
      while (jobs.history.through < last) jobs.history.follow(last)
      while (jobs.search.through < last) {
        jobs.search.follow(last)
        while (jobs.merge());
      }
    } while (jobs.renew())
  }
  settle()
  return { db, jobs, settle }
}

/** One row a day, from the first day on. */
function daily(count: number, rowOn: (day: number) => Partial<Row> = () => ({})): Row[] {
  return Array.from({ length: count }, (_, i) => row(i + 1, { at: (i + 1) * DAY_MS, ...rowOn(i + 1) }))
}

function found(db: Database, word: string, limit = 1000): number[] {
  const query: SearchQuery = {
    kind: "search",
    words: [word],
    accountId: null,
    channelIds: [1, 2],
    types: ["messageSent"],
    keep: "newest",
    limit,
  }
  return search(db, query).rows.map(({ seq }) => seq)
}

function bounds(db: Database): string[] {
  return partsOf(db).map(({ afterSeq, throughSeq, endSeq }) => `${afterSeq + 1}-${throughSeq} of ${endSeq}`)
}

function tables(db: Database): string[] {
  const names = "select name from sqlite_schema where sql like 'create virtual table%' order by rowid"
  return db.query<{ name: string }, []>(names).values().flat() as string[]
}

function retain(jobs: Jobs, days: number) {
  jobs.retain({ types: ["messageSent"], channels: [], rest: { days, messages: 0 } }, NOW)
  while (jobs.sweep());
}

test("the log is indexed part by part, each as one segment when it is whole", () => {
  const { db } = site(daily(40))
  expect(bounds(db)).toEqual(["1-16 of 16", "17-32 of 32", "33-40 of 48"])
  expect(found(db, "text of 1")).toEqual([1, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19])
  expect(found(db, "text", 3)).toEqual([38, 39, 40])
  for (const { id } of partsOf(db).slice(0, 2)) {
    const segments = db.query(`select count(distinct segid) as n from ${tableOf(id)}_idx`).get()
    expect(segments).toEqual({ n: 1 })
  }
  db.close()
})

test("a part is dropped when all that it held is too old, and one that lost some stays as it is", () => {
  const { db, jobs, settle } = site(daily(40))
  const [first, second, third] = tables(db)
  retain(jobs, 80)
  settle()
  expect(bounds(db)).toEqual(["17-32 of 32", "33-40 of 48"])
  expect(tables(db)).toEqual([second!, third!])
  expect(first).toBe("search_1")
  expect(found(db, "text", 1000)).toEqual(Array.from({ length: 20 }, (_, i) => i + 21))
  db.close()
})

test("what changed the state and stays in the log keeps no part alive", () => {
  const { db, jobs, settle } = site(
    daily(40, (day) => (day % 4 === 0 ? { type: "topicChanged", text: null } : {})),
  )
  retain(jobs, 60)
  settle()
  expect(bounds(db)).toEqual(["33-40 of 48"])
  settle()
  expect(bounds(db)).toEqual(["33-40 of 48"])
  db.close()
})

test("a part of which much is gone, or something long, is built anew without it; the others are left alone", () => {
  const long = "ᚠᚢᚦ ".repeat(200)
  const rows = daily(1400, (day) => ({ text: day === 1300 ? long : `row ${day}` }))
  const { db, jobs, settle } = site(rows, 600)
  const before = tables(db)
  erase(db, { seq: 1300 }, 1400)
  expect(partsOf(db).map(({ stale }) => stale)).toEqual([0, 0, 1])
  // More of the first part than are worth to be struck out one by one.
  jobs.retain({ types: ["messageSent"], channels: [], rest: { days: 0, messages: 830 } }, NOW)
  while (jobs.sweep());
  const [first, ...others] = partsOf(db)
  expect([first?.rows, first?.struck, first?.stale]).toEqual([31, 128, 441])
  expect(others.map(({ rows: left }) => left)).toEqual([600, 199])
  settle()
  const after = tables(db)
  expect(after.filter((name) => before.includes(name))).toEqual(["search_2"])
  expect(partsOf(db).map(({ stale, struck, rows: left }) => [stale, struck, left])).toEqual([
    [0, 0, 31],
    [0, 0, 600],
    [0, 0, 199],
  ])
  expect(termsOf(db).filter((term) => /[ᚠᚢᚦ]/.test(term))).toEqual([])
  expect(found(db, "row 57")).toEqual([570, 571, 572, 573, 574, 575, 576, 577, 578, 579])
  expect(db.query("pragma integrity_check").values()).toEqual([["ok"]])
  db.close()
})

test("long texts make short parts, filled in small pieces", () => {
  const text = "words of a usual length and more of them ".repeat(100)
  const { db } = site(
    daily(1100, (day) => ({ text: `${text}${day}` })),
    2000,
  )
  const [first, second] = partsOf(db)
  expect(first?.characters).toBeWithin(4_000_000, 4_000_000 + 5000)
  expect(first?.endSeq).toBe(first?.throughSeq ?? 0)
  expect(second?.afterSeq).toBe(first?.endSeq ?? 0)
  expect(found(db, "them 1100")).toEqual([1100])
  db.close()
})

test("a search looks through what is not indexed, also between two parts", () => {
  const { db, jobs } = site(daily(40))
  erase(db, { seq: 20 }, 40)
  db.run("update search_parts set stale = 1 where after_seq = 16")
  expect(jobs.renew()).toBe(true)
  expect(bounds(db)).toEqual(["1-16 of 16", "17-16 of 32", "33-40 of 48"])
  expect(found(db, "text of 2")).toEqual([2, 21, 22, 23, 24, 25, 26, 27, 28, 29])
  jobs.search.fill(40, 3)
  expect(bounds(db)).toEqual(["1-16 of 16", "17-19 of 32", "33-40 of 48"])
  expect(found(db, "text of 2")).toEqual([2, 21, 22, 23, 24, 25, 26, 27, 28, 29])
  db.close()
})
