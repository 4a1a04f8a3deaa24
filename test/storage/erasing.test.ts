// What must go is gone: from the answers at once, from every byte of every file soon after.

import { Database } from "bun:sqlite"
import { afterEach, expect, test } from "bun:test"
import { join } from "node:path"
import type { SearchQuery } from "../../src/core/seams.ts"
import { openReadable } from "../../src/storage/database.ts"
import { partsOf, tableOf } from "../../src/storage/search-parts.ts"
import { openSqliteLog, type SqliteLog } from "../../src/storage/sqlite-log.ts"
import { filesWith } from "./bytes.ts"
import { Child } from "./child.ts"
import { append, isBehind, query, row, termsOf } from "./rows.ts"
import { removeTemporaryDirectories, temporaryDirectory } from "./temporary-directory.ts"

afterEach(removeTemporaryDirectories)

const ROUNDS = process.env["CHAT_TEST_ALL"] === "1" ? 50 : 8
/** Runes are in no other bytes of the files, be it one alone. */
const SECRET = "ᚠᚢᚦᚨᚱᚲ"

function looking(word: string): SearchQuery {
  return {
    kind: "search",
    words: [word],
    accountId: 5,
    channelIds: [1, 2],
    types: ["messageSent"],
    keep: "newest",
    limit: 100,
  }
}

/** Resolves when all that is behind the log has been done. */
async function caughtUp(directory: string): Promise<void> {
  const db = openReadable(join(directory, "log.db"))
  while (isBehind(db)) await Bun.sleep(2)
  db.close()
}

/**
 * Resolves when not even four characters of it are in any file, and none in a term of the index. Three may stay as the
 * sign at the head of a page of the index, in which nothing points to a message, until that page is merged away.
 */
async function vanished(directory: string, text: string): Promise<void> {
  await caughtUp(directory)
  for (let at = 0; at + 4 <= text.length; at++)
    while (filesWith(directory, text.slice(at, at + 4)).length > 0) await Bun.sleep(5)
  const db = new Database(join(directory, "log.db"), { readwrite: true })
  const terms = termsOf(db)
  db.close()
  expect(terms.filter((term) => [...text].some((character) => term.includes(character)))).toEqual([])
}

async function searched(log: SqliteLog, word: string): Promise<number[]> {
  return (await log.search(looking(word))).rows.map(({ seq }) => seq)
}

test("one message is erased with its tags, from each place it can be in; its row says so and the rest stays", async () => {
  const directory = temporaryDirectory()
  const log = openSqliteLog(directory)
  const body = JSON.stringify({ source: "alice!a@h", tags: { "+secret": SECRET } })
  const said = (seq: number) => row(seq, { text: `${SECRET} ${seq}`, body })
  await append(log, [said(1), said(2), row(3, { text: "ᛒ stays" })])
  await caughtUp(directory)
  expect(await searched(log, SECRET.slice(1, 5))).toEqual([1, 2])
  // One that is indexed, one that is in the tail, one of the same turn.
  await append(log, [said(4)])
  const redacted = (seq: number, gone: number) =>
    row(seq, { type: "messageRedacted", text: null, erases: { seq: gone } })
  await append(log, [said(5), redacted(6, 1), redacted(7, 2), redacted(8, 4), redacted(9, 5)])
  expect((await log.read(query())).map(({ seq }) => seq)).toEqual([3])
  expect(await searched(log, SECRET)).toEqual([])
  expect(await log.read({ kind: "place", seq: 1 })).toEqual([])
  await vanished(directory, SECRET)
  expect(filesWith(directory, "ᛒ stays")).not.toEqual([])
  const db = openReadable(join(directory, "log.db"))
  expect(db.query("select seq, text, body from events where seq = 1").get()).toEqual({
    seq: 1,
    text: null,
    body: '{"source":"alice!a@h","erased":true}',
  })
  db.close()
  await log.close()
})

test("all that an account said is gone at once to those who ask, and soon from the disk", async () => {
  const directory = temporaryDirectory()
  const log = openSqliteLog(directory)
  const rows = Array.from({ length: 3000 }, (_, i) =>
    row(i + 1, {
      accountId: i % 2 === 0 ? 5 : 6,
      text: `${i % 2 === 0 ? SECRET : "ᛒ stays"} ${"and more ".repeat(i % 7 === 0 ? 900 : i % 11)}`,
    }),
  )
  await append(log, rows.slice(0, 2500))
  await caughtUp(directory)
  const erases = { accountId: 5, types: ["messageSent", "tagsSent"] }
  const tags = { "+draft/react": SECRET }
  await append(log, [
    ...rows.slice(2500, 2999),
    row(3000, { accountId: 5, type: "tagsSent", text: null, body: JSON.stringify({ tags }) }),
    row(3001, { type: "accountErased", text: null, erases }),
  ])
  const left = await log.read(query({ limit: 5000 }))
  expect([left.length, left.some(({ accountId }) => accountId === 5)]).toEqual([1499, false])
  expect(await searched(log, SECRET)).toEqual([])
  expect(await log.read({ kind: "place", seq: 1 })).toEqual([])
  await vanished(directory, SECRET)
  expect(await searched(log, "stays")).toHaveLength(100)
  expect((await log.read(query({ limit: 5000 }))).length).toBe(1499)

  // What the account says later is its own again.
  await append(log, [row(3002, { accountId: 5, text: "ᛗ again" })])
  expect(await searched(log, "again")).toEqual([3002])
  await log.close()
})

test("kill -9 in the middle of erasing: what was acknowledged as erased goes at the next start, and nothing else", async () => {
  const directory = temporaryDirectory()
  const gone = new Set<number>()
  for (let round = 1; round <= ROUNDS; round++) {
    const child = new Child([directory], [], "erase-forever.ts")
    await child.acknowledges(((round * 37) % 71) + 10)
    await child.kill()
    noteErased(child.lines, gone)
    const log = openSqliteLog(directory)
    await caughtUp(directory)
    await log.close()
    // Killed between its commit and its word, a child may have erased one turn's more.
    for (const seq of erasedIn(directory, gone)) gone.add(seq)
  }
  for (const seq of [...gone].slice(-200)) expect(filesWith(directory, `⟨${seq}⟩`)).toEqual([])
}, 120_000)

function noteErased(lines: readonly string[], gone: Set<number>): void {
  for (const line of lines) {
    const [word, first = "", , through = ""] = line.split(" ")
    if (word === "gone") gone.add(Number(first))
    if (word !== "account") continue
    for (let seq = 1; seq <= Number(through); seq++) if (1 + (seq % 4) === Number(first)) gone.add(seq)
  }
}

/** Checks that the file is sound and that all of `gone` is erased; answers what else is. */
function erasedIn(directory: string, gone: ReadonlySet<number>): number[] {
  const db = new Database(join(directory, "log.db"), { readwrite: true })
  try {
    expect(db.query("pragma integrity_check").values()).toEqual([["ok"]])
    for (const table of partsOf(db).map(({ id }) => tableOf(id)))
      db.run(`insert into ${table} (${table}, rank) values ('integrity-check', 0)`)
    const rows = db.query<{ seq: number; type: string; text: string | null }, []>(
      "select seq, type, text from events order by seq",
    )
    const messages = rows.all().filter(({ type }) => type === "messageSent")
    expect(messages.filter(({ seq, text }) => gone.has(seq) && text !== null)).toEqual([])
    expect(messages.filter(({ seq, text }) => text !== null && !text.startsWith(`⟨${seq}⟩`))).toEqual([])
    const more = messages.filter(({ seq, text }) => text === null && !gone.has(seq)).map(({ seq }) => seq)
    expect(new Set(more.map((seq) => 1 + (seq % 4))).size).toBeLessThanOrEqual(1)
    expect(messages.some(({ text }) => text !== null)).toBe(true)
    return more
  } finally {
    db.close()
  }
}
