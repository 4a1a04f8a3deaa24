// What logins by password cost the others. A class that comes at once: how long until all are in, and what that does to who is
// chatting. And who guesses: how many guesses are ever compared, and whether the account's owner, who has a certificate, notices.
// `bun bench/logins.ts [class|guesses]... [--logins 500] [--guesses 1000] [--chat PROGRAM]`

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { createAuthority } from "../src/authority/authority.ts"
import { issueClientCertificate, issueServerCertificate } from "../src/authority/issue.ts"
import { askAdmin } from "../src/server/admin-client.ts"
import type { AdminRequest } from "../src/server/admin-protocol.ts"
import { Client, eachOf } from "./load/client.ts"
import { Dialogue } from "./load/dialogue.ts"
import { quantile } from "./load/echo.ts"
import { startMeter } from "./proc.ts"
import { freePort, leash } from "./servers.ts"

const CHATTERS = 10
const CHATTER_EVERY_MS = 200
const ALONE_MS = 5000
const AGAIN_MS = 1000
const READY_MS_MAX = 15_000
/** As many as one address may have that have not registered. */
const AT_ONCE = 60
const GUESSING_MS_MAX = 480_000
const PASSWORD = "correct horse battery"
/** What is kept for SCRAM is no part of a login by PLAIN, and takes longest to make. */
const ACCOUNTS = "[accounts]\nscram_iterations = 4096\n"
const NO_LIMITS =
  "[throttling]\nfakelag = false\nconnections_per_address = 0\nnew_connections_per_minute = 0\n"
const ROOT = join(import.meta.dirname, "..")

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    logins: { type: "string", default: "500" },
    guesses: { type: "string", default: "1000" },
    chat: { type: "string", default: join(ROOT, "dist/chat") },
  },
})
const folder = mkdtempSync(join(tmpdir(), "chat-logins-"))
process.on("exit", () => rmSync(folder, { recursive: true, force: true }))
const authority = await createAuthority({})
const ca = authority.pem
const certificate = await issueClientCertificate(authority, "alice")
await writeSite()

if (positionals.length === 0 || positionals.includes("class")) {
  // Of one address a few are checked at a time; of many, all that the queue takes.
  await aClass("one address", () => "127.0.0.9")
  await aClass("an address each", (i) => `127.0.${8 + (i >> 7)}.${1 + (i & 127)}`)
}
if (positionals.length === 0 || positionals.includes("guesses")) {
  await guess("one address", () => "127.0.0.9")
  await guess("100 addresses", (worker) => `127.0.7.${worker % 100}`)
}
process.exit()

async function writeSite() {
  const server = await issueServerCertificate(authority, ["127.0.0.1"])
  for (const [name, text] of [
    ["server.pem", server.pem],
    ["server.key", server.keyPem],
    ["ca.pem", ca],
  ] as const)
    writeFileSync(join(folder, name), text, { mode: 0o600 })
}

async function start(access: "members" | "open", config: string) {
  const home = mkdtempSync(join(folder, "site-"))
  const [data, log, port] = [join(home, "data"), join(home, "log"), freePort()]
  mkdirSync(data, { mode: 0o700 })
  writeFileSync(join(home, "chat.toml"), config)
  const command =
    `exec ${flags.chat} serve --listen 127.0.0.1:${port} --cert ${folder}/server.pem --data ${data} --access ${access} ` +
    `--config ${home}/chat.toml --no-console --log-format json`
  const child = leash(Bun.spawn(["sh", "-c", command], { stdout: Bun.file(log), stderr: Bun.file(log) }))
  for (const end = performance.now() + READY_MS_MAX; ; await Bun.sleep(50)) {
    const first = await Dialogue.open({ port, ca }).catch(() => undefined)
    first?.drop()
    if (first) break
    if (performance.now() > end) throw new Error(`chat did not start: ${readFileSync(log, "utf8")}`)
  }
  return {
    port,
    pid: child.pid,
    said: () => readFileSync(log, "utf8"),
    async admin(request: AdminRequest) {
      const answer = await askAdmin(join(data, "admin.sock"), request)
      if (!answer.ok) throw new Error(JSON.stringify(answer))
    },
    async stop() {
      child.kill("SIGTERM")
      await child.exited
    },
  }
}

async function aClass(from: string, addressOf: (index: number) => string) {
  const count = Number(flags.logins)
  const server = await start("open", ACCOUNTS + NO_LIMITS)
  const { port } = server
  const names = Array.from({ length: count }, (_, i) => `pupil${i}`)
  await eachOf(names, 2, (name) => server.admin({ do: "register", name, password: PASSWORD }))
  const chatters = await Promise.all(Array.from({ length: CHATTERS }, (_, i) => chatter(port, i)))
  await Bun.sleep(ALONE_MS)
  console.log(`${CHATTERS} who chat, alone:        echo ${echoes(chatters)}`)
  let [busy, lost] = [0, 0]
  const [read, begun] = [startMeter(server.pid), performance.now()]
  const enter = async (name: string, index: number) => {
    for (;;) {
      const one = await Dialogue.open({ port, ca, localAddress: addressOf(index) }).catch(() => undefined)
      const answer = await one?.logIn(name, PASSWORD)
      const isRight = answer?.includes(" 903 ") === true
      if (one && isRight && (await one.ask(/ 001 /, `NICK ${name}`, `USER ${name} 0 * :${name}`))) return
      one?.drop()
      if (answer?.includes("Too many log in")) busy++
      else lost++
      await Bun.sleep(AGAIN_MS * (0.5 + Math.random()))
    }
  }
  await Promise.all(names.map(enter))
  const seconds = (performance.now() - begun) / 1000
  const { cpuSeconds } = read()
  console.log(`and while ${count} log in:       echo ${echoes(chatters)}`)
  console.log(
    `from ${from}, all ${count} were in after ${seconds.toFixed(1)} s; told to come again ${busy} times, out of time ${lost} times; ` +
      `server CPU ${((cpuSeconds * 1000) / count).toFixed(0)} ms a login`,
  )
  for (const { stop } of chatters) stop()
  await server.stop()
}

/** Says something in a channel of their own by the clock, and times the echoes. */
async function chatter(port: number, index: number) {
  const client = new Client(index)
  await client.connect({ host: "127.0.0.1", port, ca })
  await client.register(["echo-message"])
  await client.join(`#chat${index}`)
  const [sentAt, tookMs]: [Map<number, number>, number[]] = [new Map(), []]
  client.onMessage = (bytes, from, to) => {
    const text = bytes.toString("latin1", from, to)
    const at = sentAt.get(Number(text.slice(text.lastIndexOf(":") + 1)))
    if (at !== undefined) tookMs.push(performance.now() - at)
  }
  let n = 0
  const timer = setInterval(() => {
    sentAt.set(++n, performance.now())
    client.send(`PRIVMSG #chat${index} :${n}\r\n`)
  }, CHATTER_EVERY_MS)
  const stop = () => {
    clearInterval(timer)
    client.drop()
  }
  return { tookMs, stop }
}

function echoes(chatters: readonly { tookMs: number[] }[]): string {
  return words(chatters.flatMap(({ tookMs }) => tookMs.splice(0)))
}

function words(tookMs: readonly number[]): string {
  const sorted = tookMs.toSorted((a, b) => a - b)
  const [p50, p99, max] = [0.5, 0.99, 1].map((share) => quantile(sorted, share).toFixed(1))
  return `p50 ${p50} p99 ${p99} max ${max} ms (${sorted.length})`
}

/** Under the limits that a server comes with. */
async function guess(name: string, addressOf: (worker: number) => string) {
  const server = await start("members", ACCOUNTS)
  const { port } = server
  const owner = { port, ca, certificate }
  await logInByCertificate(owner)
  await server.admin({ do: "password", name: "alice", password: PASSWORD })
  const before = await many(5, () => logInByCertificate(owner))

  const total = Number(flags.guesses)
  const workers = name.startsWith("100") ? 100 : AT_ONCE
  let [taken, refused, cut] = [0, 0, 0]
  const [read, begun] = [startMeter(server.pid), performance.now()]
  const isOver = () => taken >= total || performance.now() - begun > GUESSING_MS_MAX
  const worker = async (index: number) => {
    let one: Dialogue | undefined
    while (!isOver()) {
      if (!one || one.isClosed)
        one = await Dialogue.open({ port, ca, localAddress: addressOf(index) }).catch(() => undefined)
      if (!one) {
        await Bun.sleep(AGAIN_MS)
        continue
      }
      const answer = await one.logIn("alice", `guess ${++taken}`)
      if (answer === undefined) cut++
      else if (answer.includes("Too many")) refused++
    }
    one?.drop()
  }
  const guessing = Promise.all(Array.from({ length: workers }, (_, index) => worker(index)))
  const tookMs: number[] = []
  const done = guessing.then(() => true)
  while (!(await Promise.race([done, Bun.sleep(AGAIN_MS).then(() => false)])))
    tookMs.push(await logInByCertificate(owner))
  const seconds = (performance.now() - begun) / 1000
  const compared = server.said().split('"what":"failed login"').length - 1
  console.log(
    `${taken} guesses from ${name}: ${compared} were compared with the password in ${seconds.toFixed(0)} s ` +
      `(${((compared * 3600) / seconds).toFixed(0)} an hour), ${refused} were refused unseen, ${cut} cut off; ` +
      `server CPU ${read().cpuSeconds.toFixed(1)} s`,
  )
  console.log(`  alice by her certificate before: ${words(before)}; meanwhile: ${words(tookMs)}`)
  await server.stop()
}

/** Until she is welcomed, in ms. */
async function logInByCertificate(owner: Parameters<typeof Dialogue.open>[0]): Promise<number> {
  const begun = performance.now()
  const one = await Dialogue.open(owner)
  const login = [
    "CAP REQ sasl",
    "AUTHENTICATE EXTERNAL",
    "AUTHENTICATE +",
    "NICK alice",
    "USER alice 0 * :Alice",
  ]
  if (!(await one.ask(/ 001 /, ...login, "CAP END"))) throw new Error("alice is not let in")
  one.drop()
  return performance.now() - begun
}

async function many(count: number, action: () => Promise<number>): Promise<number[]> {
  const all: number[] = []
  for (let i = 0; i < count; i++) all.push(await action())
  return all
}
