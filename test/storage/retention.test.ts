// What is too old or too much goes from the log, from its index and from searches; what replay needs stays.

import { Database } from "bun:sqlite"
import { afterEach, expect, test } from "bun:test"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import type { Row } from "../../src/core/seams.ts"
import type { Retention } from "../../src/storage/retention.ts"
import { openSqliteLog, type SqliteLog } from "../../src/storage/sqlite-log.ts"
import { until } from "../support/until.ts"
import { append, query, row } from "./rows.ts"
import { removeTemporaryDirectories, temporaryDirectory } from "./temporary-directory.ts"

afterEach(removeTemporaryDirectories)

const DAY_MS = 86_400_000
const TYPES = ["messageSent"]
const EVER = { days: 0, messages: 0 }

/** One row a day, the last of them today. */
function daily(count: number, rowOn: (day: number) => Partial<Row>): Row[] {
  const now = Date.now()
  return Array.from({ length: count }, (_, i) =>
    row(i + 1, { at: now - (count - 1 - i) * DAY_MS, ...rowOn(i + 1) }),
  )
}

async function logOf(rows: readonly Row[]) {
  const directory = temporaryDirectory()
  const log = openSqliteLog(directory, { stateless: TYPES })
  await append(log, rows)
  return { log, directory }
}

function seqsIn(directory: string): number[] {
  using db = new Database(join(directory, "log.db"), { readonly: true })
  return db
    .query<{ seq: number }, []>("select seq from events order by seq")
    .all()
    .map(({ seq }) => seq)
}

/** Retains until the log holds just these places; again and again, since a sweep sees what is indexed by then. */
async function retained(log: SqliteLog, directory: string, retention: Partial<Retention>, seqs: number[]) {
  const isDone = () => {
    log.retain({ types: TYPES, channels: [], rest: EVER, ...retention })
    return Bun.deepEquals(seqsIn(directory), seqs)
  }
  await until(isDone, () => `only ${seqs} to be left of ${seqsIn(directory)}`)
}

async function pageOf(log: SqliteLog, channelId: number, types = ["messageSent", "userJoined"]) {
  const rows = await log.read(query({ of: { channelId }, types }))
  return rows.map(({ seq }) => seq)
}

test("messages older than some days go; what changed the state stays, but is shown no more", async () => {
  const { log, directory } = await logOf(daily(10, (day) => (day % 3 === 0 ? { type: "userJoined" } : {})))
  expect(await pageOf(log, 1)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  await retained(log, directory, { rest: { days: 4, messages: 0 } }, [3, 6, 7, 8, 9, 10])
  await until(async () => Bun.deepEquals(await pageOf(log, 1), [7, 8, 9, 10]), "the index to follow")
  expect([...log.replay()].map(({ seq }) => seq)).toEqual([3, 6, 9])
  await log.close()
})

test("a channel has its own rule; direct messages go by the days of the rest", async () => {
  const rows = daily(12, (day) =>
    day % 3 === 0 ? { channelId: null, accountId: 1, peerId: 2 } : { channelId: day % 3 },
  )
  const { log, directory } = await logOf(rows)
  const channels = [{ id: 1, days: 0, messages: 0 }]
  await retained(log, directory, { channels, rest: { days: 4, messages: 0 } }, [1, 4, 7, 9, 10, 11, 12])
  await retained(log, directory, { channels: [{ id: 1, days: 3, messages: 0 }] }, [9, 10, 11, 12])
  await log.close()
})

test("so many messages of each channel are kept, or of one", async () => {
  const { log, directory } = await logOf(daily(12, (day) => ({ channelId: 1 + (day % 2) })))
  await retained(log, directory, { channels: [{ id: 2, days: 0, messages: 2 }] }, [2, 4, 6, 8, 9, 10, 11, 12])
  await retained(log, directory, { rest: { days: 0, messages: 3 } }, [8, 9, 10, 11, 12])
  await log.close()
})

test("a channel that has ended goes by the rule of the name that it had last", async () => {
  const bodies = ["#hr", "#old", "#HR-Ä"].map((channel) => ({ body: JSON.stringify({ channel }) }))
  const rows = daily(12, (day) => ({ channelId: 1 + (day % 3), ...bodies[day % 3] }))
  const { log, directory } = await logOf(rows)
  const rules = [{ masks: ["#hr", "#hr-ä"], days: 4, messages: 0 }]
  const ended = { rules, living: [3], casemapping: "precis" as const }
  await retained(log, directory, { ended }, [1, 2, 4, 5, 7, 8, 9, 10, 11, 12])
  await retained(log, directory, { ended: { ...ended, living: [] } }, [1, 4, 7, 9, 10, 11, 12])
  await log.close()
})

test("what only some of a channel heard is in no history of it, and goes with the rest", async () => {
  const aside = JSON.stringify({ status: { sign: "@", channel: "#hr", id: 1 } })
  const rows = daily(12, (day) => (day % 2 === 0 ? { channelId: null, body: aside } : {}))
  const { log, directory } = await logOf(rows)
  expect(await pageOf(log, 1)).toEqual([1, 3, 5, 7, 9, 11])
  await retained(log, directory, { channels: [{ id: 1, days: 6, messages: 0 }] }, [7, 8, 9, 10, 11, 12])
  await retained(log, directory, { channels: [{ id: 1, days: 0, messages: 2 }] }, [8, 9, 10, 11, 12])
  const rest = { days: 1, messages: 0 }
  await retained(log, directory, { channels: [{ id: 1, days: 3, messages: 0 }], rest }, [10, 11, 12])
  await log.close()
})

test("the newest row marks the next place and stays until another follows", async () => {
  const old = { at: 1_000_000 }
  const { log, directory } = await logOf([row(1, old), row(2, old)])
  await retained(log, directory, { rest: { days: 1, messages: 0 } }, [2])
  await log.close()
  const next = openSqliteLog(directory, { stateless: TYPES })
  expect(next.nextSeq).toBe(3)
  await append(next, [row(3)])
  await retained(next, directory, { rest: { days: 1, messages: 0 } }, [3])
  await next.close()
})

test("what is deleted is not found, and no byte of it is left in the files", async () => {
  const text = "retain-no-such-word"
  const { log, directory } = await logOf([
    row(1, { at: 1_000_000, text }),
    ...daily(3, () => ({})).map((each) => ({ ...each, seq: each.seq + 1 })),
  ])
  const found = async () =>
    (
      await log.search({
        kind: "search",
        words: [text],
        accountId: null,
        channelIds: [1],
        types: TYPES,
        keep: "newest",
        limit: 10,
      })
    ).rows
  expect(await found()).toHaveLength(1)
  await retained(log, directory, { rest: { days: 30, messages: 0 } }, [2, 3, 4])
  expect(await found()).toEqual([])
  await until(
    () => ["log.db", "log.db-wal"].every((name) => !readFileSync(join(directory, name)).includes(text)),
    "the text to be overwritten",
  )
  await log.close()
})
