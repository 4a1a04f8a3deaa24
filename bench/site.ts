// A real server with a long log, over the wire: how long it takes to start after kill -9, what a page of its history and a search
// cost, and how long its loop stands still and its echoes take while it indexes, takes a snapshot, is backed up and forgets.
// `bun bench/site.ts [messages] [directory] [reads]`; a million by default, and with `reads` no more than pages and searches.

import { Database } from "bun:sqlite"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { makeCertificate, writeCertificate } from "./certificate.ts"
import { Client } from "./load/client.ts"
import { quantile } from "./load/echo.ts"
import { Messages, RARE } from "./messages.ts"
import { indexedThrough } from "../src/storage/indexed.ts"
import { Jobs } from "../src/storage/jobs.ts"
import { searchableThrough } from "../src/storage/search-index.ts"
import { leash } from "./servers.ts"

const CHANNELS = 3
const SENDERS = 10
const MESSAGES_A_SECOND = 500
const PAGE = 100
const PAGES = 300
const SEARCHES = 100
/** What is left for the server to index, of a longer log. */
const FOLLOWED = 1_000_000
const PIECE = 20_000
const ALONE_MS = 5000
const WITHIN_MS = 300_000
const DAY_MS = 86_400_000
const ROOT = join(import.meta.dirname, "..")
const NO_LIMITS =
  "[throttling]\nfakelag = false\nconnections_per_address = false\nnew_connections_per_minute = false\n"

const count = Number(process.argv[2] ?? 1_000_000)
const folder = mkdtempSync(join(process.argv[3] ?? tmpdir(), "chat-site-"))
process.on("exit", () => rmSync(folder, { recursive: true, force: true }))
const data = join(folder, "data")
const log = join(data, "log.db")
const delayFile = join(folder, "delay")
const config = join(folder, "chat.toml")
mkdirSync(data, { mode: 0o700 })
writeFileSync(config, NO_LIMITS)
const certificate = writeCertificate(await makeCertificate(), folder)
const ca = readFileSync(certificate.cert, "utf8")

let newestAt = 0
let server = await start()
await speak(server, "the channels")
await stop(server)
lengthen()

server = await start()
console.log(
  `while                          s  msg/s  echo p50    p99    max  loop max ms (p99), most CPU in one go`,
)
await beside(server, "its indexes follow", () => until(() => indexLag() < 5000))
await until(() => indexLag() === 0)
await kill(server)
console.log(
  `log.db: ${((statSync(log).size + walBytes()) / count).toFixed(0)} bytes a message with its indexes`,
)
server = await start()
console.log(`start after kill -9 at ${count} messages: ${server.startMs.toFixed(0)} ms`)

await pages(server)
await searches(server)
if (process.argv[4] === "reads") {
  await stop(server)
  process.exit(0)
}
await beside(server, "nothing else", () => Bun.sleep(ALONE_MS))
rmSync(join(data, "snapshot"), { force: true })
await kill(server)
server = await start()
console.log(`the same without a snapshot: ${server.startMs.toFixed(0)} ms`)
await beside(server, "a snapshot is taken", () => until(() => existsSync(join(data, "snapshot"))))
await beside(server, "a backup is made", backUp)
await stop(server)
writeFileSync(config, `${NO_LIMITS}[history]\ndays = 1\n`)
server = await start()
// The first look is after ten seconds.
await beside(server, "10 s, then a retention", () => until(() => !isOldLeft()))
await stop(server)

interface Running {
  readonly child: Bun.Subprocess
  readonly port: number
  readonly startMs: number
}

async function start(): Promise<Running> {
  const flags = [
    "--listen",
    "127.0.0.1:0",
    "--cert",
    certificate.cert,
    "--key",
    certificate.key,
    "--data",
    data,
  ]
  const begun = performance.now()
  const child = leash(
    Bun.spawn(
      [
        process.execPath,
        "--preload",
        join(import.meta.dirname, "loop-delay.ts"),
        join(ROOT, "src/main.ts"),
        "serve",
      ].concat(flags, [
        "--config",
        config,
        "--access",
        "open",
        "--client-certs",
        "off",
        "--no-console",
        "--log-format",
        "json",
      ]),
      { env: { ...process.env, LOOP_DELAY: delayFile }, stdout: "pipe", stderr: "inherit" },
    ),
  )
  let said = ""
  const decoder = new TextDecoder()
  const reader = child.stdout.getReader()
  let port: string | undefined
  while (port === undefined) {
    const { value, done } = await reader.read()
    if (done) throw new Error(`the server ended: ${said}`)
    said += decoder.decode(value, { stream: true })
    port = /"port":(\d+)/.exec(said)?.[1]
  }
  const startMs = performance.now() - begun
  void drain(reader)
  return { child, port: Number(port), startMs }
}

async function drain(reader: { read(): Promise<{ done: boolean }> }) {
  while (!(await reader.read()).done);
}

async function stop({ child }: Running) {
  child.kill("SIGTERM")
  await child.exited
}

async function kill({ child }: Running) {
  child.kill("SIGKILL")
  await child.exited
}

async function enter({ port }: Running, index: number): Promise<Client> {
  const client = new Client(index)
  await client.connect({ host: "127.0.0.1", port, ca })
  await client.register(["echo-message", "batch", "draft/chathistory", "soju.im/search"])
  await client.join(channelOf(index))
  return client
}

/** One message to each channel, so that there is a row to make others of. */
async function speak(running: Running, text: string) {
  for (let i = 0; i < CHANNELS; i++) {
    const client = await enter(running, i)
    client.send(`PRIVMSG ${channelOf(i)} :${text}\r\n`)
    await client.fence()
    client.drop()
  }
}

/** Copies those rows with other texts; the first half of them is three days old. */
function lengthen() {
  const messages = new Messages()
  const db = new Database(log)
  db.run("pragma synchronous = off")
  const now = Date.now() - count
  db.run("update events set at_ms = ?", [now - 3 * DAY_MS])
  const models = db
    .query<{ channel: number; body: string }, []>(
      "select channel_id as channel, body from events where type = 'messageSent' order by seq",
    )
    .all()
  const [{ last = 0 } = {}] = db.query<{ last: number }, []>("select max(seq) as last from events").all()
  const insert = db.prepare(
    "insert into events (seq, at_ms, type, channel_id, body, text) values (?, ?, 'messageSent', ?, ?, ?)",
  )
  db.transaction(() => {
    for (let i = 0; i < count; i++) {
      const { channel, body } = models[i % models.length]!
      const at = i < count / 2 ? now - 3 * DAY_MS + i : now + i
      insert.run(last + 1 + i, at, channel, body, messages.row(i).text)
    }
  })()
  newestAt = now + count
  insert.finalize()
  db.query("pragma wal_checkpoint(truncate)").get()
  console.log(`log.db: ${(statSync(log).size / count).toFixed(0)} bytes a message without indexes`)
  db.close()
  indexUpTo(last + count - FOLLOWED)
}

function indexUpTo(last: number) {
  const jobs = new Jobs(log)
  using db = new Database(log)
  for (const follower of [jobs.history, jobs.search])
    while (follower.through < last) {
      follower.fill(last, PIECE)
      while (follower === jobs.search && jobs.merge());
      db.query("pragma wal_checkpoint(passive)").get()
    }
  jobs.close()
}

function isOldLeft(): boolean {
  using db = new Database(log, { readonly: true })
  const old = db.query("select 1 from events where type = 'messageSent' and at_ms < ? limit 1")
  return old.get(Date.now() - DAY_MS) !== null
}

function indexLag(): number {
  using db = new Database(log, { readonly: true })
  const last = Number(db.query("select max(seq) from events").values()[0]?.[0])
  return Math.max(0, last - Math.min(indexedThrough(db), searchableThrough(db)) - 1)
}

function walBytes(): number {
  return statSync(`${log}-wal`, { throwIfNoEntry: false })?.size ?? 0
}

/** A page of a hundred, over the wire. */
async function pages(running: Running) {
  const client = await enter(running, 0)
  const channel = channelOf(0)
  // In the newer half, whose messages are a millisecond apart.
  const from = () => new Date(newestAt - (count / 2) * (0.01 + 0.9 * Math.random())).toISOString()
  for (const [name, question] of [
    ["newest", () => `LATEST ${channel} *`],
    ["after a time", () => `AFTER ${channel} timestamp=${from()}`],
  ] as const)
    await asked(client, `a page of 100, ${name}`, PAGES, () => `CHATHISTORY ${question()} ${PAGE}`)
  client.drop()
}

/** A search for a hundred, over the wire, in all channels. */
async function searches(running: Running) {
  const client = await enter(running, 0)
  for (let i = 1; i < CHANNELS; i++) await client.join(channelOf(i))
  const messages = new Messages()
  for (const [name, text] of [
    ["a common word", messages.word(1)],
    ["two words", `${messages.word(40)}\\s${messages.word(200)}`],
    ["a rare word", RARE],
    ["a word that is nowhere", "qqxqqx"],
    ["two letters", "zu"],
    ["two letters that are nowhere", "%%"],
    ["two characters of Chinese", "東京"],
  ] as const)
    await asked(client, `a search, ${name}`, SEARCHES, () => `SEARCH text=${text};limit=${PAGE}`)
  client.drop()
}

/** Asks so often, and says how long the whole answer took to come. */
async function asked(client: Client, what: string, times: number, question: () => string) {
  const tookMs: number[] = []
  let heard = 0
  for (let i = 0; i < times; i++) {
    const { promise, resolve } = Promise.withResolvers<void>()
    heard = 0
    client.onMessage = () => void heard++
    client.onBatch = (bytes, from, to) => {
      if (bytes.toString("latin1", from, to).includes(" BATCH -")) resolve()
    }
    const begun = performance.now()
    client.send(`${question()}\r\n`)
    await promise
    tookMs.push(performance.now() - begun)
  }
  console.log(`${what}: ${heard} messages, ${words(tookMs)}`)
}

/** Messages by the clock while something else is done. */
async function beside(running: Running, what: string, action: () => Promise<unknown>) {
  const clients = await Promise.all(Array.from({ length: SENDERS }, (_, i) => enter(running, i)))
  await loopDelay(running)
  const tookMs: number[] = []
  const sentAt = new Map<string, number>()
  for (const client of clients)
    client.onMessage = (bytes, from, to) => {
      const text = bytes.toString("latin1", from, to)
      const key = text.slice(text.lastIndexOf(":") + 1)
      const at = sentAt.get(key)
      if (at === undefined) return
      sentAt.delete(key)
      tookMs.push(performance.now() - at)
    }
  const load = { isDone: false }
  const begun = performance.now()
  const loading = (async () => {
    for (let n = 0; !load.isDone; n++) {
      const waitMs = begun + (n * 1000) / MESSAGES_A_SECOND - performance.now()
      if (waitMs > 0) await Bun.sleep(waitMs)
      sentAt.set(`m${n}`, performance.now())
      clients[n % SENDERS]?.send(`PRIVMSG ${channelOf(n % SENDERS)} :m${n}\r\n`)
    }
  })()
  await action()
  load.isDone = true
  await loading
  const seconds = (performance.now() - begun) / 1000
  await until(() => sentAt.size === 0)
  const { maxMs, p99Ms, maxCpuMs } = await loopDelay(running)
  for (const client of clients) client.drop()
  console.log(
    `${what.padEnd(26)} ${seconds.toFixed(1).padStart(5)} ${(tookMs.length / seconds).toFixed(0).padStart(6)}  ${words(tookMs)}  ${maxMs.toFixed(1)} (${p99Ms.toFixed(1)}) ${maxCpuMs.toFixed(1)}`,
  )
}

interface LoopDelay {
  readonly maxMs: number
  readonly p99Ms: number
  readonly maxCpuMs: number
}

async function loopDelay({ child }: Running): Promise<LoopDelay> {
  rmSync(delayFile, { force: true })
  child.kill("SIGUSR2")
  await until(() => existsSync(delayFile) && statSync(delayFile).size > 0)
  return JSON.parse(readFileSync(delayFile, "utf8")) as LoopDelay
}

async function backUp() {
  const command = [
    process.execPath,
    join(ROOT, "src/main.ts"),
    "backup",
    join(folder, "backup.tar"),
    "--data",
    data,
  ]
  const code = await Bun.spawn(command, { stdout: "ignore", stderr: "inherit" }).exited
  if (code !== 0) throw new Error(`the backup ended with ${code}`)
}

async function until(isSo: () => boolean) {
  for (const end = performance.now() + WITHIN_MS; !isSo(); await Bun.sleep(20))
    if (performance.now() > end) throw new Error("waited too long")
}

function channelOf(index: number): string {
  return `#site${index % CHANNELS}`
}

function words(tookMs: number[]): string {
  tookMs.sort((a, b) => a - b)
  const [p50, p99, max] = [0.5, 0.99, 1].map((share) => quantile(tookMs, share).toFixed(1))
  return `p50 ${p50} p99 ${p99} max ${max} ms`
}
