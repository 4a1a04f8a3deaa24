// What people find. That SQLite finds what the plain filter does is history.test.ts's to say; here is what the filter means,
// and that a search ends.

import { afterEach, expect, test } from "bun:test"
import { join } from "node:path"
import type { Row, SearchQuery } from "../../src/core/seams.ts"
import { openReadable, openWritable } from "../../src/storage/database.ts"
import { fold } from "../../src/storage/folding.ts"
import { Jobs } from "../../src/storage/jobs.ts"
import { sought } from "../../src/storage/plain-reading.ts"
import { begin } from "../../src/storage/schema.ts"
import { search, shareOf } from "../../src/storage/search.ts"
import { dropPart, partsOf } from "../../src/storage/search-parts.ts"
import { openSqliteLog } from "../../src/storage/sqlite-log.ts"
import { trigramsOf } from "../../src/storage/trigrams.ts"
import { append, isBehind, row, rowsFrom } from "./rows.ts"
import { removeTemporaryDirectories, temporaryDirectory } from "./temporary-directory.ts"

afterEach(removeTemporaryDirectories)

function looking(words: readonly string[], more: Partial<SearchQuery> = {}): SearchQuery {
  return {
    kind: "search",
    words,
    accountId: null,
    channelIds: [1],
    types: ["messageSent"],
    keep: "newest",
    limit: 100,
    ...more,
  }
}

test.each([
  ["Tea at FOUR", ["tea", "Four"], true],
  ["tea at four", ["tea", "five"], false],
  ["Das Lieblingscafé in der Straße", ["cafe", "STRASSE"], true],
  ["Das Cafe", ["café"], true],
  ["Der Donaudampfer", ["dampf"], true],
  ["ΟΔΥΣΣΕΥΣ", ["οδυσσευς"], true],
  ["Ｗｉｄｅ", ["wide"], true],
  ["今日は東京にいます", ["東京"], true],
  ["今日は東京にいます", ["京"], true],
  ["がっこう", ["かっこう"], false],
  ["한국어", ["하"], false],
  ["it is ok", ["k"], true],
  ["who finds 🦊 wins", ["🦊"], true],
  ['a "quoted" AND word*', ['"quoted"', "word*"], true],
  ["anything", [], true],
  ["İstanbul", ["istanbul"], true],
])("%p is found by %p: %p", async (text, words, isFound) => {
  expect(sought(looking(words))(row(1, { text }))).toBe(isFound)
  const log = openSqliteLog(temporaryDirectory())
  await append(log, [row(1, { text })])
  expect((await log.search(looking(words))).rows.length).toBe(isFound ? 1 : 0)
  await log.close()
})

test("what is folded stays folded", () => {
  for (const text of ["Straße", "Σίσυφος", "İ", "ǰ", "ŉ", "ﬁ", "한국어", "がっこう", "ℌ"])
    expect(fold(fold(text))).toBe(fold(text))
})

test("one character is enough for the index where it is a word", () => {
  expect(trigramsOf("京")).toHaveLength(1)
  expect(trigramsOf("東京")).toHaveLength(3)
  expect(trigramsOf("ok")).toEqual([])
  expect(trigramsOf("Okay")).toEqual(["oka", "kay"])
})

test("the newest are found first, and when time is up, no more is", () => {
  const path = join(temporaryDirectory(), "log.db")
  const rows = rowsFrom(1, 20_000)
  filled(path, rows)
  const db = openReadable(path)
  expect(search(db, looking(["nowhere", "text"]))).toEqual({ rows: [] })
  const { rows: newest, cutAt } = search(db, looking(["text"], { limit: 2 }))
  expect([newest.map(({ seq }) => seq), cutAt]).toEqual([[19_999, 20_000], undefined])
  expect(search(db, looking(["te"]), -1)).toEqual({ rows: [], cutAt: rows.at(-1)?.at })
  db.close()
})

test("an index that was emptied fills again by itself, and all is found meanwhile", async () => {
  const directory = temporaryDirectory()
  const path = join(directory, "log.db")
  filled(path, rowsFrom(1, 5000))
  const db = openWritable(path, "durable")
  for (const part of partsOf(db)) dropPart(db, part)
  db.close()
  const log = openSqliteLog(directory)
  const reader = openReadable(path)
  do expect((await log.search(looking(["text of 17"], { limit: 500 }))).rows.length).toBe(111)
  while (isBehind(reader))
  reader.close()
  await log.close()
})

function filled(path: string, rows: readonly Row[]): void {
  const writer = openWritable(path, "lazy")
  begin(writer, path)
  const insert = writer.prepare("insert into events values (?, ?, ?, ?, ?, ?, ?, ?)")
  writer.run("begin")
  for (const { seq, at, type, channelId, accountId, body, text, peerId } of rows)
    insert.run(seq, at, type, channelId, accountId, body, text, peerId)
  writer.run("commit")
  insert.finalize()
  const jobs = new Jobs(path)
  jobs.history.fill(rows.length, rows.length)
  jobs.search.fill(rows.length, rows.length)
  jobs.close()
  writer.close()
}

test("a second is for one; who search together have a share of it each, and enough for what the index knows", () => {
  expect([1, 2, 10, 1000].map(shareOf)).toEqual([1000, 500, 100, 50])
})
