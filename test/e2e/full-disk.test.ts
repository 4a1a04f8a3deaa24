// A full disk: what may be refused is refused with STORAGE_FULL and nothing of it is shown; reading, leaving and logging in go
// on; and when there is room again, so does everything, by itself.

import { afterEach, expect } from "bun:test"
import { canMount, mountSmallDisk, unmountSmallDisks } from "../storage/small-disk.ts"
import { removeTemporaryDirectories } from "../storage/temporary-directory.ts"
import { Irc } from "../support/irc.ts"
import { testIf } from "../support/program.ts"
import { NO_THROTTLING, startServer } from "../support/server.ts"
import { until } from "../support/until.ts"

afterEach(() => {
  unmountSmallDisks()
  removeTemporaryDirectories()
})

const DISK_MIB = 40
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
