// A full disk: what may be refused is refused with STORAGE_FULL and nothing of it is shown; reading, leaving and logging in go
// on; and when there is room again, so does everything, by itself.

import { Database } from "bun:sqlite"
import { afterEach, expect } from "bun:test"
import { join } from "node:path"
import { filesWith } from "../storage/bytes.ts"
import { isBehind, termsOf } from "../storage/rows.ts"
import { canMount, mountSmallDisk, unmountSmallDisks } from "../storage/small-disk.ts"
import { removeTemporaryDirectories } from "../storage/temporary-directory.ts"
import { Irc } from "../support/irc.ts"
import { lengthen } from "../support/lengthen.ts"
import { testIf } from "../support/program.ts"
import { NO_THROTTLING, startServer, type TestServer } from "../support/server.ts"
import { until } from "../support/until.ts"

afterEach(() => {
  unmountSmallDisks()
  removeTemporaryDirectories()
})

const DISK_MIB = 40
/** Runes are in no other bytes of the files. */
const SECRET = "ᚠᚢᚦᚨᚱᚲ"
const CAPABILITIES = ["batch", "draft/chathistory", "echo-message", "standard-replies"]

const test = testIf(canMount ? [] : ["only root may mount a small disk"])

test("a full disk makes the server read-only, and room makes it whole again", async () => {
  const disk = mountSmallDisk(DISK_MIB)
  await using server = await startServer({ config: NO_THROTTLING, data: disk.data })
  const [alice, bob] = [
    await Irc.register(server, "alice", ...CAPABILITIES),
    await Irc.register(server, "bob", ...CAPABILITIES),
  ]
  for (const irc of [alice, bob]) {
    irc.send("JOIN #den")
    await irc.expect(/ 366 /)
  }
  const textsOf = (irc: Irc) => irc.lines.flatMap((line) => / PRIVMSG #den :(.*)$/.exec(line)?.[1] ?? [])
  alice.send("PRIVMSG #den :while there is room")
  await alice.settled()
  expect(() => disk.fill(DISK_MIB * 1024 * 1024)).toThrow("ENOSPC")

  // Some more fits into what SQLite already has; then no more.
  const echoed = await until(async () => {
    alice.send(...Array.from({ length: 50 }, (_, i) => `PRIVMSG #den :${"x".repeat(400)} ${i}`))
    const answers = await alice.settled()
    return answers.some((line) => / FAIL PRIVMSG STORAGE_FULL /.test(line)) && textsOf(alice)
  }, "the disk to be noticed")

  expect((await server.status()).readOnly).toBe(true)
  alice.send("PRIVMSG #den :not said", "TOPIC #den :not set", "MODE #den +m", "NICK other")
  const refused = await alice.settled()
  expect(refused.filter((line) => line.includes("STORAGE_FULL")).length).toBe(refused.length)
  await bob.settled()
  expect(textsOf(bob)).toEqual(echoed)

  // Who comes, reads and goes is served as ever.
  const carol = await Irc.register(server, "carol", ...CAPABILITIES)
  bob.send("CHATHISTORY LATEST #den * 5", "WHOIS carol")
  await bob.expect(/ BATCH -/)
  await bob.expect(/ 318 /)
  carol.send("PING :there")
  await carol.expect(/ PONG \S+ :there$/)
  await carol.quit()
  bob.send("PART #den")
  await alice.expect(/^:bob!\S+ PART :?#den/)

  disk.free()
  await until(async () => (await server.status()).readOnly === false, "the server to be whole", 40_000)
  alice.send("PRIVMSG #den :room again")
  await alice.expect(/ PRIVMSG #den :room again$/)

  // Everything that was shown, and nothing that was refused, is on that disk.
  await server.kill()
  await server.start()
  const reader = await Irc.register(server, "reader", ...CAPABILITIES)
  reader.send("JOIN #den", "CHATHISTORY LATEST #den * 100")
  await reader.expect(/ BATCH -/)
  expect(textsOf(reader)).toEqual([...echoed, "room again"].slice(-100))
})

test("a disk that fills while the log is indexed, swept, copied and folded: read-only, and whole again", async () => {
  const disk = mountSmallDisk(64)
  const config = `${NO_THROTTLING}[history]\ndays = 1\n[backup]\nevery_hours = 1\n`
  await using server = await startServer({ config, data: disk.data })
  const first = await Irc.register(server, "first")
  first.send("JOIN #den", "PRIVMSG #den :long ago")
  await first.settled()
  await server.stop()
  lengthen(server, 25_000)
  age(server, 3)
  await server.start()
  const alice = await Irc.register(server, "alice", ...CAPABILITIES)
  alice.send("JOIN #den")
  await alice.expect(/ 366 /)
  expect(() => disk.fill(64 * 1024 * 1024)).toThrow("ENOSPC")
  const shown = () => alice.lines.flatMap((line) => / PRIVMSG #den :(.*)$/.exec(line)?.[1] ?? [])
  let said = 0
  const isCopied = () => /backup made|no backup could be made/.test(server.said)
  const talk = async () => {
    alice.send(...Array.from({ length: 50 }, () => `PRIVMSG #den :${"x".repeat(400)} ${++said}`))
    await alice.settled()
    return (await server.status()).readOnly === true
  }
  await until(talk, () => `the disk to be full; it said\n${server.said}`, 30_000)
  // A backup is due five seconds after the start, and every five seconds while it waits for room.
  const fullUntil = Date.now() + 8000
  await until(async () => (await talk()) && Date.now() > fullUntil, "eight seconds of a full disk", 20_000)
  expect(isCopied()).toBeFalse()

  disk.free()
  await until(async () => (await server.status()).readOnly === false, "the server to be whole", 40_000)
  const before = oldMessages(server)
  await until(() => oldMessages(server) < before, "what is too old to go", 40_000)
  await until(isCopied, "the backup that was due", 20_000)
  alice.send("PRIVMSG #den :room again")
  await alice.expect(/ PRIVMSG #den :room again$/)
  const newest = shown().slice(-100)
  await server.kill()
  await server.start()
  const bob = await Irc.register(server, "bob", ...CAPABILITIES)
  bob.send("JOIN #den", `CHATHISTORY LATEST #den * ${newest.length}`)
  await bob.expect(/ BATCH -/)
  const read = bob.lines.flatMap((line) => / PRIVMSG #den :(.*)$/.exec(line)?.[1] ?? [])
  expect(read).toEqual(newest)
}, 120_000)

test("a disk that fills while an account's messages are erased and their index is built anew: they go when there is room", async () => {
  const disk = mountSmallDisk(64)
  await using server = await startServer({ config: NO_THROTTLING, data: disk.data })
  const gwen = await Irc.register(server, "gwen", ...CAPABILITIES, "soju.im/search")
  gwen.send("REGISTER * * sesame-sesame", "JOIN #den", `PRIVMSG #den :${SECRET} said once`)
  await gwen.settled()
  await server.stop()
  lengthen(server, 20_000, `${SECRET} said often`)
  await server.start()
  const alice = await Irc.register(server, "alice", ...CAPABILITIES, "soju.im/search")
  alice.send("JOIN #den", "PRIVMSG #den :what stays")
  await alice.settled()
  await until(() => isIndexed(server), "the log to be indexed", 40_000)

  expect((await server.admin("erase", "gwen", "--yes")).exitCode).toBe(0)
  expect(() => disk.fill(64 * 1024 * 1024)).toThrow("ENOSPC")
  await until(
    async () => {
      alice.send(...Array.from({ length: 50 }, (_, i) => `PRIVMSG #den :${"x".repeat(400)} ${i}`))
      await alice.settled()
      return (await server.status()).readOnly === true
    },
    () => `the disk to be full; it said\n${server.said}`,
    30_000,
  )
  // It was promised, so nobody is shown any of it, whether it is overwritten already or waits for room.
  expect(filesWith(disk.data, SECRET)).not.toEqual([])
  alice.send("CHATHISTORY BEFORE #den timestamp=2100-01-01T00:00:00.000Z 100", `SEARCH text=${SECRET}`)
  expect((await alice.settled()).join("\n")).not.toContain(SECRET)
  const refused = await server.admin("erase", "gwen", "--yes")
  expect(refused.stderr).toStartWith("chat: error: the disk is full")

  disk.free()
  await until(async () => (await server.status()).readOnly === false, "the server to be whole", 40_000)
  await until(() => filesWith(disk.data, SECRET).length === 0, "the text to be overwritten", 40_000)
  await until(() => isIndexed(server), "the index to be built anew", 40_000)
  alice.send("SEARCH text=stays")
  expect((await alice.settled()).join("\n")).toContain("PRIVMSG #den :what stays")
  await server.stop()
  using db = new Database(join(server.data, "log.db"))
  expect(db.query("pragma integrity_check").values()).toEqual([["ok"]])
  expect(termsOf(db).filter((term) => [...SECRET].some((rune) => term.includes(rune)))).toEqual([])
}, 180_000)

/** Whether all is in the index of searches, and nothing there waits to be taken out. */
function isIndexed(server: TestServer): boolean {
  using db = new Database(join(server.data, "log.db"), { readonly: true })
  return !isBehind(db)
}

function age(server: TestServer, days: number) {
  using db = new Database(join(server.data, "log.db"))
  db.run("update events set at_ms = at_ms - ? * 86400000", [days])
}

function oldMessages(server: TestServer): number {
  using db = new Database(join(server.data, "log.db"), { readonly: true })
  const old = "select count(*) as n from events where type = 'messageSent' and text = 'x'"
  return db.query<{ n: number }, []>(old).get()?.n ?? 0
}
