// What reading back costs: pages, conversations and searches in a log of so many messages, as the caller sees them, and what
// the log and its indexes take on disk. `bun bench/reading.ts [messages] [directory]`; a million by default, and a
// directory that is given is kept and found again.

import type { Database } from "bun:sqlite"
import { mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Query, Row } from "../src/core/seams.ts"
import { openReadable, openWritable } from "../src/storage/database.ts"
import { Jobs } from "../src/storage/jobs.ts"
import { searchableThrough } from "../src/storage/search-index.ts"
import { begin } from "../src/storage/schema.ts"
import { openSqliteLog, type SqliteLog } from "../src/storage/sqlite-log.ts"
import { ACCOUNTS, CHANNELS, FIRST_ACCOUNT, Messages, RARE } from "./messages.ts"

const RUNS = 200
const ROWS_A_PIECE = 20_000
/** What is left for the writer to index while messages come in. */
const LAG_ROWS = 50_000
const LIVE_MS = 8000
const LIVE_EVERY_MS = 5
const ERASED = 50

const count = Number(process.argv[2] ?? 1_000_000)
const given = process.argv[3]
const directory = given ?? mkdtempSync(join(tmpdir(), "chat-bench-"))
const path = join(directory, "log.db")
const messages = new Messages()
let lastSeq = count
mkdirSync(directory, { recursive: true, mode: 0o700 })
try {
  build()
  const log = openSqliteLog(directory)
  lastSeq = log.nextSeq - 1
  try {
    console.log(`a message every ${LIVE_EVERY_MS} ms                    p50 ms    p99 ms    max ms  loop ms`)
    console.log(await live(log, "while searches are indexed"))
    await caughtUp()
    console.log(await live(log, "at rest"))
    await caughtUp()
    console.log("query                                   rows    p50 ms    p99 ms    max ms")
    for (const [name, query] of questions()) console.log(await timed(log, name, query))
    console.log("what is erased                                    p50 ms    p99 ms    max ms")
    for (const characters of [80, 4000]) console.log(await erasing(log, characters))
  } finally {
    await log.close()
  }
} finally {
  if (given === undefined) rmSync(directory, { recursive: true })
}

function build(): void {
  const db = openWritable(path, "lazy")
  if (db.query("select 1 from sqlite_schema where name = 'events'").get() === null) begin(db, path)
  const before = db.query<{ seq: number | null }, []>("select max(seq) as seq from events").get()?.seq ?? 0
  const insert = db.prepare("insert into events values (?, ?, ?, ?, ?, ?, ?, ?)")
  step("messages written", db, () => {
    for (let seq = before + 1; seq <= count;) {
      db.run("begin")
      for (const last = Math.min(count, seq + ROWS_A_PIECE); seq <= last; seq++) {
        const { at, type, channelId, accountId, body, text, peerId } = messages.row(seq)
        insert.run(seq, at, type, channelId, accountId, body, text, peerId)
      }
      db.run("commit")
      db.query("pragma wal_checkpoint(passive)").get()
    }
  })
  insert.finalize()
  const jobs = new Jobs(path)
  for (const name of ["history", "search"] as const) {
    step(`indexed for ${name}`, db, () => {
      const last = name === "search" ? count - LAG_ROWS : count
      while (jobs[name].through < last) {
        jobs[name].fill(last, ROWS_A_PIECE)
        if (name === "search") while (jobs.merge());
        db.query("pragma wal_checkpoint(passive)").get()
      }
    })
  }
  jobs.close()
  db.close()
}

function step(name: string, db: Database, work: () => void): void {
  const before = statSync(path).size
  const start = performance.now()
  work()
  const seconds = (performance.now() - start) / 1000
  db.query("pragma wal_checkpoint(truncate)").get()
  const bytes = (statSync(path).size - before) / count
  console.log(`${name}: ${seconds.toFixed(0)} s, ${bytes.toFixed(0)} bytes a message`)
}

/** Latency of commits, and the longest that the loop did not run. */
async function live(log: SqliteLog, name: string): Promise<string> {
  const tookMs: number[] = []
  let loopMs = 0
  let beat = performance.now()
  const timer = setInterval(() => {
    loopMs = Math.max(loopMs, performance.now() - beat - 1)
    beat = performance.now()
  }, 1)
  for (const end = performance.now() + LIVE_MS; performance.now() < end; await Bun.sleep(LIVE_EVERY_MS)) {
    const before = performance.now()
    const row = { ...messages.row(++lastSeq), at: 2_000_000_000_000 }
    await new Promise<void>((resolve) => log.append([row], resolve))
    tookMs.push(performance.now() - before)
  }
  clearInterval(timer)
  return columns(name, [...parts(tookMs), loopMs])
}

/** Latency of commits that erase a message that is indexed. */
async function erasing(log: SqliteLog, characters: number): Promise<string> {
  const append = async (more: Partial<Row>) => {
    const row = { ...messages.row(++lastSeq), at: 2_000_000_000_000, ...more }
    const before = performance.now()
    await new Promise<void>((resolve) => log.append([row], resolve))
    return performance.now() - before
  }
  const seqs: number[] = []
  for (let i = 0; i < ERASED; i++) {
    let text = ""
    while (text.length < characters) text += `${messages.row(0).text} `
    await append({ text: text.slice(0, characters) })
    seqs.push(lastSeq)
  }
  await caughtUp()
  const tookMs: number[] = []
  for (const seq of seqs) {
    tookMs.push(await append({ type: "messageRedacted", text: null, erases: { seq } }))
    await Bun.sleep(LIVE_EVERY_MS)
  }
  return columns(`${characters} characters`, parts(tookMs))
}

async function caughtUp(): Promise<void> {
  const db = openReadable(path)
  while (searchableThrough(db) < lastSeq) await Bun.sleep(50)
  db.close()
}

function questions(): [name: string, query: Query][] {
  const types = ["messageSent"]
  const newest = { types, keep: "newest", limit: 100 } as const
  const oldest = { types, keep: "oldest", limit: 100 } as const
  const middle = { kind: "seq", seq: count >> 1 } as const
  const busy = { kind: "page", of: { channelId: 1 } } as const
  const quiet = { kind: "page", of: { channelId: CHANNELS - 1 } } as const
  const direct = { kind: "page", of: { accountIds: [FIRST_ACCOUNT, FIRST_ACCOUNT + 1] } } as const
  const all = Array.from({ length: CHANNELS }, (_, i) => i + 1)
  const one = { kind: "search", accountId: null, channelIds: [CHANNELS - 1], ...newest } as const
  const many = { kind: "search", accountId: FIRST_ACCOUNT, channelIds: all, ...newest } as const
  const author = { accountId: FIRST_ACCOUNT }
  return [
    ["page, busy channel, newest", { ...busy, ...newest }],
    ["page, busy channel, oldest", { ...busy, ...oldest }],
    ["page, busy channel, before middle", { ...busy, ...newest, before: middle }],
    ["page, quiet channel, newest", { ...quiet, ...newest }],
    ["page, by time", { ...busy, ...oldest, after: { kind: "at", at: 1_700_000_000_000 + 500 * count } }],
    ["page, direct, newest", { ...direct, ...newest }],
    ["page, direct, oldest", { ...direct, ...oldest }],
    ["page, direct, before middle", { ...direct, ...newest, before: middle }],
    [
      `conversations: ${CHANNELS} channels, ${ACCOUNTS} people`,
      { kind: "conversations", accountId: FIRST_ACCOUNT, channelIds: all, ...newest },
    ],
    ["search, rare word", { ...many, words: [RARE] }],
    ["search, word that is nowhere", { ...many, words: ["qqxqqx"] }],
    ["search, common word", { ...many, words: [messages.word(1)] }],
    ["search, common word, one channel", { ...one, words: [messages.word(1)] }],
    ["search, two words", { ...many, words: [messages.word(40), messages.word(200)] }],
    ["search, two letters", { ...many, words: ["zu"] }],
    ["search, two letters that are nowhere", { ...one, words: ["§§"] }],
    ["search, two characters of Chinese", { ...many, words: ["東京"] }],
    ["search, one character, one channel", { ...one, words: ["食"] }],
    ["search, one person's links", { ...many, words: [], author, hasLink: true }],
  ]
}

async function timed(log: SqliteLog, name: string, query: Query): Promise<string> {
  const tookMs: number[] = []
  let rows = 0
  for (let run = 0; run < RUNS; run++) {
    const before = performance.now()
    rows = query.kind === "search" ? (await log.search(query)).rows.length : (await log.read(query)).length
    tookMs.push(performance.now() - before)
  }
  return columns(name, parts(tookMs), rows)
}

/** p50, p99 and the longest. */
function parts(tookMs: number[]): number[] {
  tookMs.sort((a, b) => a - b)
  return [0.5, 0.99, 1].map(
    (part) => tookMs[Math.min(tookMs.length - 1, Math.floor(part * tookMs.length))] ?? 0,
  )
}

function columns(name: string, times: readonly number[], rows?: number): string {
  const shown = times.map((ms) => ms.toFixed(2).padStart(10)).join("")
  return `${name.padEnd(40)}${String(rows ?? "").padStart(6)}${shown}`
}
