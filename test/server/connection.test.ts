// Lines in, lines out, and peers that do not keep to the rules.

import { expect, test } from "bun:test"
import { openMemoryLog } from "../../src/storage/memory-log.ts"
import { until } from "../support/until.ts"
import { serving } from "./serving.ts"

const TOLD = / (PRIVMSG #den|PONG chat\.local) /
const UNLIMITED = '[server]\naccess = "open"\n[throttling]\nfakelag = false\n'

test("lines may be cut anywhere", async () => {
  await using serve = await serving(UNLIMITED)
  const irc = await serve.connect()
  for (const byte of Buffer.from("NICK älice\r\nNICK alice\nUSER a 0 * :Ä\r\nPING :grüße\r\n"))
    irc.write(Uint8Array.of(byte))
  await irc.expect(/ 001 alice /)
  await irc.expect(/ PONG \S+ :?grüße$/)
})

test("511 and 512 bytes are a line, 513 are told so and dropped", async () => {
  await using serve = await serving(UNLIMITED)
  const irc = await serve.register("alice")
  const ping = (bytes: number) => `PING ${"x".repeat(bytes - "PING \r\n".length)}`
  for (const bytes of [511, 512]) {
    irc.send(ping(bytes))
    await irc.expect(/ PONG /)
  }
  irc.send(ping(513))
  await irc.expect(/^:chat\.local 417 alice /)
  expect(await irc.settled()).toEqual([])
})

test("an unfinished line that outgrows the read buffer ends the connection", async () => {
  await using serve = await serving(UNLIMITED)
  const irc = await serve.register("alice")
  irc.write("x".repeat(17_000))
  await irc.expect(/^ERROR :LINE_TOO_LONG /)
  await irc.closed
})

test("a peer that stops writing is still told what it asked for", async () => {
  await using serve = await serving(UNLIMITED)
  const irc = await serve.connect()
  irc.send("NICK alice", "USER alice 0 * :Alice", "JOIN #den", "PING last")
  irc.halfClose()
  await irc.expect(/ PONG \S+ :?last$/)
  await irc.expect(/^ERROR :/)
  await irc.closed
})

test("lines that wait for the token bucket are still obeyed after the peer's last word", async () => {
  await using serve = await serving()
  const irc = await serve.connect()
  irc.send("NICK alice", "USER alice 0 * :Alice", ...Array.from({ length: 10 }, (_, i) => `PING ${i}`))
  irc.halfClose()
  await irc.expect(/ PONG \S+ :?9$/)
  await irc.closed
})

test("a flooder is delayed and then closed; others are not slowed", async () => {
  await using serve = await serving()
  const flooder = await serve.register("flooder")
  const other = await serve.register("other")
  const lines = Array.from({ length: 60 }, (_, i) => `PING ${i}`)
  flooder.send(...lines)
  const begun = performance.now()
  expect(await other.settled()).toEqual([])
  expect(performance.now() - begun).toBeLessThan(400)
  await flooder.expect(/ PONG \S+ :?0$/)
  expect(flooder.lines.filter((line) => line.includes(" PONG ")).length).toBeLessThan(12)
  flooder.send(...Array.from({ length: 300 }, (_, i) => `PING more${i}`))
  await flooder.expect(/^ERROR :TOO_FAST /)
  await flooder.closed
})

test("who does not read is cut off, others are not slowed, and the queue does not grow", async () => {
  await using serve = await serving(`${UNLIMITED}[limits]\nsendq_bytes = 16384\n`)
  const slow = await serve.register("slow")
  const sender = await serve.register("sender")
  slow.send("JOIN #den")
  sender.send("JOIN #den")
  await sender.expect(/ 366 /)
  slow.pause()
  const isGone = () =>
    serve.entries.some((entry) => entry.what === "closed" && entry["code"] === "SENDQ_EXCEEDED")
  // The system's own buffers take megabytes first.
  for (let round = 0; round < 200 && !isGone(); round++) {
    sender.send(...Array.from({ length: 200 }, () => `PRIVMSG #den :${"x".repeat(400)}`))
    await sender.settled()
  }
  expect(isGone()).toBe(true)
  await sender.expect(/^:slow!\S+ QUIT :/)
  await until(
    async () => (await serve.server.administration.status()).connections === 1,
    "the slow one to be gone",
  )
}, 60_000)

test("nothing is written before it is on disk, and everything after in one order", async () => {
  const waiting: (() => void)[] = []
  let isHeld = false
  const later = (done: () => void) => void (isHeld ? waiting.push(done) : queueMicrotask(done))
  await using serve = await serving(UNLIMITED, openMemoryLog({ later }))
  const alice = await serve.register("alice", "echo-message")
  alice.send("JOIN #den")
  await alice.expect(/ 366 /)
  isHeld = true
  alice.send("PRIVMSG #den :one")
  await until(() => waiting.length === 1, "the commit")
  alice.send("PING fence", "PRIVMSG #den :two")
  await until(
    async () => (await serve.server.administration.status()).loopLagMs >= 0,
    "a moment for what must not come",
  )
  expect(alice.lines.filter((line) => TOLD.test(line))).toEqual([])
  isHeld = false
  waiting[0]?.()
  await alice.expect(/ PRIVMSG #den :?two$/)
  const heard = alice.lines
    .filter((line) => TOLD.test(line))
    .map((line) => line.split(" ").at(-1)?.replace(":", ""))
  expect(heard).toEqual(["one", "fence", "two"])
})

test("a password is asked for and compared", async () => {
  await using serve = await serving('[server]\naccess = "open"\npassword = "sesame"\n')
  const wrong = await serve.connect()
  wrong.send("PASS nope", "NICK alice", "USER alice 0 * :Alice")
  await wrong.expect(/ 464 /)
  await wrong.closed
  const right = await serve.connect()
  right.send("PASS sesame", "NICK alice", "USER alice 0 * :Alice")
  await right.expect(/ 001 alice /)
})

test("a log that breaks ends everything: nothing more is told", async () => {
  const log = openMemoryLog()
  await using serve = await serving(UNLIMITED, log)
  const alice = await serve.register("alice")
  log.onBroken(new Error("a commit failed"))
  alice.send("PING x")
  expect(serve.broken).toHaveLength(1)
  // Nobody tells her to close, so stopping would wait for her.
  alice.drop()
})

test("stopping tells everybody and closes everything", async () => {
  const serve = await serving(UNLIMITED)
  const alice = await serve.register("alice")
  const begun = performance.now()
  const stopped = serve[Symbol.asyncDispose]()
  await alice.expect(/^ERROR :SHUTDOWN /)
  await Promise.all([alice.closed, stopped])
  expect(performance.now() - begun).toBeLessThan(2000)
})
