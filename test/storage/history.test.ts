// History is right at every moment: whatever part of the log its indexes hold, the answer to a query is what a plain filter
// gives.

import { afterEach, expect, test } from "bun:test"
import { join } from "node:path"
import * as fc from "fast-check"
import type { Database } from "bun:sqlite"
import type { Query, Reference, Row } from "../../src/core/seams.ts"
import { openReadable, openWritable } from "../../src/storage/database.ts"
import { erase } from "../../src/storage/erasing.ts"
import { PAGE_SQL } from "../../src/storage/history-pages.ts"
import { Jobs } from "../../src/storage/jobs.ts"
import { erased, found } from "../../src/storage/plain-reading.ts"
import { read } from "../../src/storage/reading.ts"
import { dropPart, partsOf } from "../../src/storage/search-parts.ts"
import { begin } from "../../src/storage/schema.ts"
import { openSqliteLog } from "../../src/storage/sqlite-log.ts"
import { append, query, row, rowsFrom } from "./rows.ts"
import { removeTemporaryDirectories, temporaryDirectory } from "./temporary-directory.ts"

afterEach(removeTemporaryDirectories)

const TYPES = ["messageSent", "userJoined", "topicChanged"]
const CHANNELS = [1, 2]
const ACCOUNTS = [11, 12, 13]
const NICKS = ["alice", "Zoë", "bob|off"]
const WORDS = [
  "Straße",
  "STRASSE",
  "cafe",
  "Café",
  "日本語",
  "本",
  "本語",
  "a",
  "ab",
  "abc",
  "b",
  "🦊",
  "http",
  "한국",
  "Σίσυφος",
  "σισυφοσ",
  '"',
  "AND",
  "x*",
  "\0",
  "が",
  "か",
]

const texts = fc.oneof(
  fc
    .array(
      fc.oneof(
        fc.constantFrom(...WORDS.filter((word) => word !== "\0"), "https://a.example", " "),
        fc.string({ maxLength: 3 }).map(printable),
      ),
      { maxLength: 5 },
    )
    .map((parts) => parts.join("")),
  fc.constant(null),
)

function printable(text: string): string {
  return text.replaceAll("\0", "")
}

interface Step {
  readonly gap: number
  readonly waitMs: number
  readonly type: string
  readonly where: {
    readonly channelId: number | null
    readonly peerId: number | null
    readonly channelIds?: readonly number[]
  }
  readonly accountId: number | null
  readonly nick: string
  readonly text: string | null
}

const nowhere = { channelId: null, peerId: null }
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    gap: fc.constantFrom(1, 1, 1, 7),
    waitMs: fc.constantFrom(0, 0, 1, 3),
    type: fc.constantFrom(...TYPES),
    where: fc.oneof(
      fc.constantFrom(...CHANNELS).map((channelId) => ({ channelId, peerId: null })),
      fc.constantFrom(...ACCOUNTS).map((peerId) => ({ channelId: null, peerId })),
      fc.subarray(CHANNELS).map((channelIds) => ({ ...nowhere, channelIds })),
      fc.constant(nowhere),
    ),
    accountId: fc.constantFrom(...ACCOUNTS, null),
    nick: fc.constantFrom(...NICKS),
    text: texts,
  }),
  { maxLength: 60 },
)

function rowsOf(walk: readonly Step[]): Row[] {
  let seq = 0
  let at = 1000
  return walk.map(({ gap, waitMs, where: { channelIds, ...where }, nick, ...rest }) => {
    const body = JSON.stringify({ source: `${nick}!u@h`, tags: { "+x": "y" }, channelIds })
    return row((seq += gap), {
      at: (at += waitMs),
      type: rest.type,
      accountId: rest.accountId,
      text: rest.text,
      body,
      ...where,
    })
  })
}

const reference: fc.Arbitrary<Reference> = fc.oneof(
  fc.record({ kind: fc.constant("seq" as const), seq: fc.nat(150) }),
  fc.record({ kind: fc.constant("at" as const), at: fc.integer({ min: 990, max: 1080 }) }),
)
const stretch = {
  after: fc.option(reference, { nil: undefined }),
  before: fc.option(reference, { nil: undefined }),
  keep: fc.constantFrom("oldest" as const, "newest" as const),
  limit: fc.integer({ min: 0, max: 12 }),
  types: fc.subarray(TYPES),
}
const account = fc.constantFrom(...ACCOUNTS)
const entitled = {
  accountId: fc.option(account),
  channelIds: fc.subarray(CHANNELS),
  channelsAfter: fc.option(fc.record({ 1: fc.nat(150), 2: fc.nat(150) }, { requiredKeys: [] }), {
    nil: undefined,
  }),
}
const queries: fc.Arbitrary<Query> = fc.oneof(
  fc.record({
    kind: fc.constant("page" as const),
    of: fc.oneof(
      fc.record({ channelId: fc.constantFrom(...CHANNELS) }),
      fc.record({ accountIds: fc.tuple(account, account) }),
    ),
    ...stretch,
  }),
  fc.record({ kind: fc.constant("conversations" as const), ...entitled, ...stretch }),
  fc.record({
    kind: fc.constant("search" as const),
    words: fc.array(fc.oneof(fc.constantFrom(...WORDS), fc.string({ maxLength: 4 })), { maxLength: 3 }),
    ...entitled,
    peerId: fc.option(account, { nil: undefined }),
    author: fc.oneof(
      fc.constant(undefined),
      fc.record({ accountId: account }),
      fc.record({ nick: fc.constantFrom(...NICKS, "ALICE", "zoe") }),
    ),
    hasLink: fc.option(fc.boolean(), { nil: undefined }),
    ...stretch,
  }),
  fc.record({ kind: fc.constant("place" as const), seq: fc.nat(150) }),
)
const erasures = fc.array(
  fc.oneof(fc.record({ seq: fc.nat(100) }), fc.record({ accountId: account, types: fc.subarray(TYPES) })),
  { maxLength: 3 },
)

test("an answer is what a filter gives, however far the indexes and an erasure lag", async () => {
  const path = join(temporaryDirectory(), "log.db")
  const writer = openWritable(path, "lazy")
  begin(writer, path)
  const reader = openReadable(path)
  await fc.assert(
    fc.property(
      steps,
      fc.record({ history: fc.nat(200), search: fc.nat(200) }),
      erasures,
      fc.nat(4),
      fc.array(queries, { maxLength: 10 }),
      (walk, indexed, gone, pieces, asked) => {
        let rows = rowsOf(walk)
        const last = rows.at(-1)?.seq ?? 0
        refill(writer, rows)
        const jobs = new Jobs(path, 16)
        // In two pieces, as the writer does, and with the erasure in between.
        jobs.history.fill(Math.min(last, indexed.history), indexed.history >> 1)
        for (let i = 0; i < 6; i++) jobs.search.fill(Math.min(last, indexed.search), indexed.search >> 3)
        for (const one of gone) {
          erase(writer, one, last)
          rows = erased(rows, one)
        }
        for (let i = 0; i < pieces; i++) {
          jobs.erase()
          jobs.renew()
          jobs.merge()
        }
        jobs.history.fill(Math.min(last, indexed.history), indexed.history)
        jobs.search.fill(Math.min(last, indexed.search), indexed.search)
        for (const one of asked) expect(read(reader, one)).toEqual({ rows: found(rows, one) })
        jobs.close()
      },
    ),
    { numRuns: 300 },
  )
  reader.close()
  writer.close()
}, 60_000)

function refill(writer: Database, rows: readonly Row[]): void {
  writer.run(
    "delete from events; delete from history; delete from erasures; update indexes set through_seq = 0",
  )
  for (const part of partsOf(writer)) dropPart(writer, part)
  const insert = writer.query("insert into events values (?, ?, ?, ?, ?, ?, ?, ?)")
  for (const { seq, at, type, channelId, accountId, body, text, peerId } of rows)
    insert.run(seq, at, type, channelId, accountId, body, text, peerId)
}

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
  for (const { newest, oldest } of Object.values(PAGE_SQL)) {
    for (const { indexed } of [newest, oldest]) {
      const plan = writer.query<{ detail: string }, []>(`explain query plan ${indexed}`).all()
      expect(plan.slice(0, 2).map(({ detail }) => detail)).toEqual([
        "SEARCH h USING PRIMARY KEY (owner_id=? AND peer_id=? AND seq>? AND seq<?)",
        "LIST SUBQUERY 1",
      ])
      expect(plan.map(({ detail }) => detail)).toContain("SEARCH e USING INTEGER PRIMARY KEY (rowid=?)")
      expect(plan.some(({ detail }) => detail.includes("TEMP B-TREE"))).toBe(false)
    }
  }
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

test("a log of schema 1 keeps its history", async () => {
  const directory = temporaryDirectory()
  const db = openWritable(join(directory, "log.db"), "durable")
  db.run(SCHEMA_1)
  for (const { seq, at, type, channelId, accountId, body, text } of rowsFrom(1, 30))
    db.query("insert into events values (?, ?, ?, ?, ?, ?, ?)").run(
      seq,
      at,
      type,
      channelId,
      accountId,
      body,
      text,
    )
  db.run("insert into history select channel_id, seq, type from events where seq <= 20")
  db.run("update indexes set through_seq = 20")
  db.close()
  const log = openSqliteLog(directory)
  expect(log.nextSeq).toBe(31)
  await append(log, [row(31)])
  expect(await log.read(query())).toEqual(rowsFrom(1, 31))
  await log.close()
})

// As logs of version 0.1 were made.
const SCHEMA_1 = `
  pragma application_id = 1667785076;
  create table events (seq integer primary key, at_ms integer not null, type text not null, channel_id integer,
    account_id integer, body text not null, text text) strict;
  create table history (channel_id integer not null, seq integer not null, type text not null,
    primary key (channel_id, seq)) strict, without rowid;
  create table indexes (name text primary key, through_seq integer not null) strict, without rowid;
  insert into indexes values ('history', 0);
  create table meta (the_only integer primary key check (the_only = 1), schema integer not null, site text not null,
    epoch integer not null, cloak_secret text not null) strict;
  insert into meta values (1, 1, 'site', 3, 'secret');
`
