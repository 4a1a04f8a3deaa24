// What keeping a log costs: starts with and without a snapshot, a backup and a retention beside a load, bytes a message.
// `bun bench/keeping.ts ROWS [directory] [starts]`, the last for starts alone; one row in ten changes the state. The
// directory's disk is what is measured.

import { Database } from "bun:sqlite"
import { mkdtempSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { monitorEventLoopDelay } from "node:perf_hooks"
import { doInThread } from "../src/cli/chores.ts"
import { PROGRAM } from "../src/cli/version.ts"
import { STATELESS } from "../src/core/commands/index.ts"
import { Engine } from "../src/core/engine.ts"
import type { Row } from "../src/core/seams.ts"
import { indexedThrough } from "../src/storage/indexed.ts"
import { searchableThrough } from "../src/storage/search-index.ts"
import { openSqliteLog, type SqliteLog } from "../src/storage/sqlite-log.ts"
import { SETTINGS } from "../test/support/engine.ts"

const PEOPLE = 200
const CHANNELS = 100
const TEXT = "words of a usual length, about as long as people type them in a chat "
const TURN_ROWS = 5000
const DAY_MS = 86_400_000

const rows = Number(process.argv[2] ?? 1_000_000)
const directory = mkdtempSync(join(process.argv[3] ?? tmpdir(), "chat-keeping-"))
const path = join(directory, "log.db")
try {
  await write(rows)
  console.log(`${rows} rows, ${(statSync(path).size / rows).toFixed(0)} bytes a row without indexes`)
  await start("start without a snapshot")
  const begun = performance.now()
  await doInThread({ do: "snapshot", data: directory, settings: SETTINGS })
  console.log(
    `snapshot, in its thread  ${(performance.now() - begun).toFixed(0)} ms, ${statSync(join(directory, "snapshot")).size} bytes`,
  )
  await start("start with a snapshot")
  if (process.argv[4] !== "starts") await besides()
} finally {
  rmSync(directory, { recursive: true })
}

async function besides() {
  await indexed()
  await beside("a load alone", async () => void (await Bun.sleep(5000)))
  await beside(
    "a snapshot",
    async () => void (await doInThread({ do: "snapshot", data: directory, settings: SETTINGS })),
  )
  await beside("a backup", async () => {
    await doInThread({ do: "backup", data: directory, file: join(directory, "backup.tar") })
  })
  await beside("a check", async () => void (await doInThread({ do: "check", data: directory })))
  await beside("a retention", async (log) => {
    log.retain({ types: STATELESS, channels: [], rest: { days: 1, messages: 0 } })
    while (isOldLeft()) await Bun.sleep(100)
  })
}

/** A log as people make it: they come, join, talk and go. The first half is two days old. */
async function write(count: number) {
  const log = openSqliteLog(directory, { stateless: STATELESS })
  const engine = new Engine(SETTINGS, log, [], () => {}, Date.now() - 2 * DAY_MS)
  await log.close()
  const db = new Database(path)
  db.run("pragma synchronous = off")
  db.run("pragma wal_autocheckpoint = 100000")
  const insert = db.prepare(
    "insert into events (seq, at_ms, type, channel_id, account_id, peer_id, body, text) values (?, ?, ?, ?, ?, ?, ?, ?)",
  )
  let written = 0
  let now = Date.now() - 2 * DAY_MS
  const sessions: ReturnType<typeof arrive>[] = []
  function arrive(i: number) {
    const arrival = { address: "192.0.2.1", host: `host${i}.cloak`, tlsVersion: "TLSv1.3" }
    const session = engine.connected(arrival, now)
    for (const line of [`NICK n${i}`, "USER u 0 * :U", `JOIN #c${i % CHANNELS}`])
      engine.receive(session, line, now)
    return session
  }
  for (let i = 0; written < count; i++) {
    if (written > count / 2) now = Date.now()
    const person = i % PEOPLE
    // Each comes anew after some sixty messages: four rows of state.
    const old = sessions[person]
    if (i % 60 === 0 && old) engine.closed(old, "gone", now)
    if (!old || i % 60 === 0) sessions[person] = arrive(person)
    const session = sessions[person]
    if (!session) continue
    engine.receive(session, `PRIVMSG #c${person % CHANNELS} :${TEXT}${i}`, now)
    if (i % 15 === 0) engine.receive(session, `TOPIC #c${person % CHANNELS} :topic ${i}`, now)
    if (i % TURN_ROWS !== 0) continue
    const turn = engine.take()
    db.transaction((batch: readonly Row[]) => {
      for (const one of batch)
        insert.run(one.seq, one.at, one.type, one.channelId, one.accountId, one.peerId, one.body, one.text)
    })(turn?.rows ?? [])
    written += turn?.rows.length ?? 0
  }
  db.close()
}

/** Opens the log until its indexes have followed. */
async function indexed() {
  const log = openSqliteLog(directory, { stateless: STATELESS })
  const begun = performance.now()
  for (;;) {
    using db = new Database(path, { readonly: true })
    const last = Number(db.query("select max(seq) from events").values()[0]?.[0])
    if (last - Math.min(indexedThrough(db), searchableThrough(db)) <= 1) break
    await Bun.sleep(500)
  }
  const bytes = statSync(path).size / rows
  console.log(
    `${bytes.toFixed(0)} bytes a row with indexes; indexed in ${((performance.now() - begun) / 1000).toFixed(0)} s`,
  )
  await log.close()
}

function isOldLeft(): boolean {
  using db = new Database(path, { readonly: true })
  const query = "select 1 from events where type = 'messageSent' and at_ms < ? limit 1"
  return db.query(query).get(Date.now() - DAY_MS) !== null
}

async function start(what: string) {
  const begun = performance.now()
  const log = openSqliteLog(directory, { stateless: STATELESS, program: PROGRAM })
  const engine = new Engine(SETTINGS, log, log.replay(), () => {}, Date.now())
  console.log(`${what}  ${(performance.now() - begun).toFixed(0)} ms, ${engine.net.channels.size} channels`)
  await log.close()
}

/** Five hundred turns a second of ten messages each, or as many as go, while something else is done. */
async function beside(what: string, action: (log: SqliteLog) => Promise<void>) {
  const log = openSqliteLog(directory, { stateless: STATELESS, program: PROGRAM })
  const delay = monitorEventLoopDelay({ resolution: 1 })
  const tookMs: number[] = []
  let seq = log.nextSeq
  const state = { isOver: false }
  delay.enable()
  const begun = performance.now()
  const load = (async () => {
    while (!state.isOver) {
      const turn = Array.from({ length: 10 }, (): Row => ({
        seq: seq++,
        at: Date.now(),
        type: "messageSent",
        channelId: 1 + (seq % CHANNELS),
        accountId: null,
        peerId: null,
        body: '{"by":1,"source":"alice!alice@host","command":"PRIVMSG","channel":"#den"}',
        text: TEXT,
      }))
      const sent = performance.now()
      await new Promise<void>((done) => log.append(turn, done))
      tookMs.push(performance.now() - sent)
      await Bun.sleep(1)
    }
  })()
  await action(log)
  state.isOver = true
  await load
  delay.disable()
  const seconds = (performance.now() - begun) / 1000
  tookMs.sort((a, b) => a - b)
  const at = (part: number) =>
    (tookMs[Math.min(tookMs.length - 1, Math.floor(part * tookMs.length))] ?? 0).toFixed(1)
  console.log(
    `${what.padEnd(14)} ${seconds.toFixed(1).padStart(6)} s  ${((tookMs.length * 10) / seconds).toFixed(0).padStart(6)} rows/s  ` +
      `commit p50 ${at(0.5)} p99 ${at(0.99)} max ${at(1)} ms  loop p99 ${(delay.percentile(99) / 1e6).toFixed(1)} max ${(delay.max / 1e6).toFixed(1)} ms`,
  )
  await log.close()
}
