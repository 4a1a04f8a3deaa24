// History is right at every moment: whatever part of the log its index holds, a page is what a plain filter gives.

import { afterEach, expect, test } from "bun:test"
import { join } from "node:path"
import * as fc from "fast-check"
import type { PageQuery, Reference, Row } from "../../src/core/seams.ts"
import { openReadable, openWritable } from "../../src/storage/database.ts"
import { HistoryIndex } from "../../src/storage/history-index.ts"
import { readPage } from "../../src/storage/history-pages.ts"
import { openMemoryLog } from "../../src/storage/memory-log.ts"
import { begin } from "../../src/storage/schema.ts"
import { openSqliteLog } from "../../src/storage/sqlite-log.ts"
import { append, query, row, rowsFrom } from "./rows.ts"
import { removeTemporaryDirectories, temporaryDirectory } from "./temporary-directory.ts"

afterEach(removeTemporaryDirectories)

const TYPES = ["messageSent", "userJoined", "topicChanged"]

const steps = fc.array(
  fc.record({
    gap: fc.constantFrom(1, 1, 1, 7),
    waitMs: fc.constantFrom(0, 0, 1, 3),
    type: fc.constantFrom(...TYPES),
    channelId: fc.constantFrom(1, 2, null),
  }),
  { maxLength: 60 },
)

function rowsOf(
  walk: readonly { gap: number; waitMs: number; type: string; channelId: number | null }[],
): Row[] {
  let seq = 0
  let at = 1000
  return walk.map(({ gap, waitMs, type, channelId }) =>
    row((seq += gap), { at: (at += waitMs), type, channelId }),
  )
}

const reference: fc.Arbitrary<Reference> = fc.oneof(
  fc.record({ kind: fc.constant("seq" as const), seq: fc.nat(150) }),
  fc.record({ kind: fc.constant("at" as const), at: fc.integer({ min: 990, max: 1080 }) }),
)
const queries: fc.Arbitrary<PageQuery> = fc.record({
  kind: fc.constant("page" as const),
  of: fc.record({ channelId: fc.constantFrom(1, 2) }),
  after: fc.option(reference, { nil: undefined }),
  before: fc.option(reference, { nil: undefined }),
  keep: fc.constantFrom("oldest" as const, "newest" as const),
  limit: fc.integer({ min: 0, max: 12 }),
  types: fc.subarray(TYPES),
})

test("a page is what a filter gives, however far the index lags", async () => {
  const path = join(temporaryDirectory(), "log.db")
  const writer = openWritable(path, "lazy")
  begin(writer, path)
  const index = new HistoryIndex(path)
  const reader = openReadable(path)
  await fc.assert(
    fc.asyncProperty(
      steps,
      fc.nat(200),
      fc.array(queries, { maxLength: 10 }),
      async (walk, indexed, asked) => {
        const rows = rowsOf(walk)
        refill(rows, indexed)
        const plain = openMemoryLog({ rows })
        for (const one of asked) expect(readPage(reader, one)).toEqual(await plain.read(one))
      },
    ),
  )
  reader.close()
  index.close()
  writer.close()

  function refill(rows: readonly Row[], indexed: number): void {
    writer.run("delete from events; delete from history; update indexes set through_seq = 0")
    for (const one of rows)
      writer.run("insert into events values (?, ?, ?, ?, ?, ?, ?)", [
        one.seq,
        one.at,
        one.type,
        one.channelId,
        one.accountId,
        one.body,
        one.text,
      ])
    const fresh = new HistoryIndex(path)
    const last = rows.at(-1)?.seq ?? 0
    // In two pieces, as the writer does.
    fresh.fill(Math.min(last, indexed), indexed >> 1)
    fresh.fill(Math.min(last, indexed), indexed)
    expect(fresh.through).toBe(Math.min(last, indexed))
    fresh.close()
  }
})

test("the index follows the log by itself, and a lagging one catches up at the next start", async () => {
  const directory = temporaryDirectory()
  const path = join(directory, "log.db")
  const first = openSqliteLog(directory)
  await append(first, rowsFrom(1, 3000))
  await first.close()
  const behind = openWritable(path, "durable")
  behind.run("delete from history; update indexes set through_seq = 0")
  behind.close()

  const second = openSqliteLog(directory)
  expect((await second.read(query({ limit: 3 }))).map(({ seq }) => seq)).toEqual([2998, 2999, 3000])
  const reader = openReadable(path)
  while (reader.query("select 1 from indexes where through_seq = 3000").get() === null) await Bun.sleep(2)
  expect(reader.query("select count(*) as rows from history").get()).toEqual({ rows: 3000 })
  reader.close()
  await second.close()
})

test("a page is found through the index alone", () => {
  const path = join(temporaryDirectory(), "log.db")
  const writer = openWritable(path, "lazy")
  begin(writer, path)
  const plan = writer
    .query<{ detail: string }, []>(
      "explain query plan select * from history h cross join events e on e.seq = h.seq where h.channel_id = 1 and h.seq > 2 order by h.seq desc",
    )
    .all()
    .map(({ detail }) => detail)
  expect(plan).toEqual([
    "SEARCH h USING PRIMARY KEY (channel_id=? AND seq>?)",
    "SEARCH e USING INTEGER PRIMARY KEY (rowid=?)",
  ])
  writer.close()
})

test("pages asked for at once are each answered, and those in flight at the end are answered too", async () => {
  const log = openSqliteLog(temporaryDirectory())
  await append(log, rowsFrom(1, 20))
  const pages = [1, 2, 3, 4].map((limit) => log.read(query({ limit })))
  const closed = log.close()
  expect((await Promise.all(pages)).map((page) => page.length)).toEqual([1, 2, 3, 4])
  await closed
})
