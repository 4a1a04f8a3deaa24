// The contract of a log (src/core/seams.ts), for both kinds of log.

import { afterEach, describe, expect, test } from "bun:test"
import type { Log, Row } from "../../src/core/seams.ts"
import { openMemoryLog, type MemoryLog } from "../../src/storage/memory-log.ts"
import { openSqliteLog } from "../../src/storage/sqlite-log.ts"
import { append, query, row, rowsFrom } from "./rows.ts"
import { removeTemporaryDirectories, temporaryDirectory } from "./temporary-directory.ts"

afterEach(removeTemporaryDirectories)

/** A place for logs, each of which continues the one before. */
type Site = () => Log
const STATELESS = ["messageSent"]

const KINDS: [name: string, makeSite: () => Site][] = [
  ["in memory", memorySite],
  ["in SQLite", sqliteSite],
]

function memorySite(): Site {
  let last: MemoryLog | undefined
  return () => {
    last = openMemoryLog({
      rows: last?.rows ?? [],
      epoch: (last?.epoch ?? 0) + 1,
      stateless: STATELESS,
    })
    return last
  }
}

function sqliteSite(): Site {
  const directory = temporaryDirectory()
  return () => openSqliteLog(directory, { stateless: STATELESS })
}

describe.each(KINDS)("a log %s", (_, makeSite) => {
  test("begins empty, with a secret of 256 bits", async () => {
    const log = makeSite()()
    expect(log).toMatchObject({
      epoch: 1,
      nextSeq: 1,
      lastAt: 0,
      cloakSecret: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
    expect([...log.replay()]).toEqual([])
    expect(await log.read(query())).toEqual([])
    await log.close()
  })

  test("goes on where the run before ended, in a new epoch and with the same secret", async () => {
    const site = makeSite()
    const first = site()
    await append(first, rowsFrom(1, 3))
    await first.close()
    const second = site()
    expect(second).toMatchObject({ epoch: 2, nextSeq: 4, lastAt: row(3).at, cloakSecret: first.cloakSecret })
    await second.close()
    const third = site()
    expect(third.epoch).toBe(3)
    await third.close()
  })

  test("acknowledges a turn, later and once, also one without rows", async () => {
    const log = makeSite()()
    let acknowledged = 0
    const turns: (readonly Row[])[] = [rowsFrom(1, 1), [], rowsFrom(2, 5)]
    for (const rows of turns) {
      const before = acknowledged
      const done = new Promise<void>((resolve) =>
        log.append(rows, () => {
          acknowledged++
          resolve()
        }),
      )
      expect(acknowledged).toBe(before)
      await done
    }
    expect(acknowledged).toBe(3)
    await log.close()
  })

  test("replays every row that changes state, in order and with every column", async () => {
    const site = makeSite()
    const first = site()
    const rows = [
      row(1, { type: "serverStarted", channelId: null, text: null, body: '{"epoch":1}' }),
      row(2, { type: "userJoined", accountId: 1, text: null, body: '{"nick":"zoë\\t\\u0000"}' }),
      row(3),
      row(4, { type: "topicChanged", text: "" }),
      row(5, { type: "topicChanged", text: "a\ttab, a\nline and 🦊" }),
      row(6),
    ]
    await append(first, rows.slice(0, 2))
    await append(first, rows.slice(2))
    await first.close()
    const second = site()
    expect([...second.replay()]).toEqual(rows.filter(({ type }) => type !== "messageSent"))
    await second.close()
  })

  test("stops a replay that is not read to its end", async () => {
    const site = makeSite()
    const first = site()
    await append(first, [row(1, { type: "userJoined" }), row(2, { type: "userJoined" })])
    await first.close()
    const second = site()
    for (const { seq } of second.replay()) {
      expect(seq).toBe(1)
      break
    }
    await append(second, [row(3)])
    await second.close()
  })

  test("pages through history", async () => {
    const log = makeSite()()
    const at = 1_000_000
    const rows = [
      row(1, { at }),
      row(2, { at, channelId: 2 }),
      row(3, { at: at + 5, type: "userJoined" }),
      row(4, { at: at + 5 }),
      row(5, { at: at + 5 }),
      row(6, { at: at + 9, channelId: null }),
      row(7, { at: at + 9 }),
    ]
    for (const one of rows) await append(log, [one])
    const seqs = async (more: Parameters<typeof query>[0]) =>
      (await log.read(query(more))).map(({ seq }) => seq)
    expect(await log.read(query())).toEqual([1, 4, 5, 7].map((seq) => rows[seq - 1]!))
    expect(await seqs({ limit: 2 })).toEqual([5, 7])
    expect(await seqs({ limit: 0 })).toEqual([])
    expect(await seqs({ types: ["messageSent", "userJoined"] })).toEqual([1, 3, 4, 5, 7])
    expect(await seqs({ types: [] })).toEqual([])
    expect(await seqs({ of: { channelId: 2 } })).toEqual([2])
    expect(await seqs({ of: { channelId: 3 } })).toEqual([])
    expect(await seqs({ after: { kind: "seq", seq: 4 } })).toEqual([5, 7])
    expect(await seqs({ after: { kind: "seq", seq: 1 }, limit: 2 })).toEqual([5, 7])
    expect(await seqs({ after: { kind: "at", at } })).toEqual([4, 5, 7])
    expect(await seqs({ keep: "oldest", after: { kind: "seq", seq: 1 }, limit: 2 })).toEqual([4, 5])
    expect(await seqs({ keep: "oldest", after: { kind: "at", at: at + 4 } })).toEqual([4, 5, 7])
    expect(await seqs({ keep: "oldest", after: { kind: "at", at: at + 5 } })).toEqual([7])
    expect(await seqs({ keep: "oldest", after: { kind: "at", at: 0 }, limit: 1 })).toEqual([1])
    expect(await seqs({ before: { kind: "seq", seq: 5 }, limit: 1 })).toEqual([4])
    expect(await seqs({ before: { kind: "at", at: at + 5 } })).toEqual([1])
    expect(await seqs({ after: { kind: "at", at }, before: { kind: "at", at: at + 9 } })).toEqual([4, 5])
    expect(await seqs({ after: { kind: "seq", seq: 7 } })).toEqual([])
    await log.close()
  })

  test("closes twice without complaint", async () => {
    const log = makeSite()()
    await Promise.all([log.close(), log.close()])
  })
})
