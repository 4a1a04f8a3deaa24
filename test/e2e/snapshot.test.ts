// A start from a snapshot and what came after it is a start from the whole log; and when the snapshot is bad, it is just that.

import { Database } from "bun:sqlite"
import { expect, test } from "bun:test"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { filesWith } from "../storage/bytes.ts"
import { Irc } from "../support/irc.ts"
import { lengthen } from "../support/lengthen.ts"
import { chat } from "../support/program.ts"
import { startServer, type TestServer } from "../support/server.ts"
import { until } from "../support/until.ts"

/** More than the server leaves without a snapshot. */
const ROWS = 21_000

test("channels come back from a snapshot, from one and the tail, and without one", async () => {
  await using server = await startServer()
  const alice = await Irc.register(server, "alice")
  alice.send("JOIN #old", "TOPIC #old :from the snapshot", "MODE #old +m")
  await alice.settled()
  await server.stop()
  lengthen(server, ROWS)
  await server.start()
  const path = join(server.data, "snapshot")
  const head = await until(() => {
    if (!existsSync(path)) return undefined
    const text = readFileSync(path, "latin1")
    return JSON.parse(text.slice(0, text.indexOf("\n"))) as { seq: number }
  }, "the snapshot to be taken")
  expect(head.seq).toBeGreaterThan(ROWS)

  const bob = await Irc.register(server, "bob")
  bob.send("JOIN #new", "TOPIC #new :from the tail")
  await bob.settled()
  await server.kill()
  await server.start()
  expect(server.said).not.toContain("snapshot is not used")
  await expectTopics(server)

  const bytes = readFileSync(path)
  bytes.fill(0x55, bytes.length - 20)
  writeFileSync(path, bytes)
  await server.kill()
  await server.start()
  await until(() => server.said.includes("snapshot is not used  why it is damaged"), "the reason to be said")
  await expectTopics(server)
}, 60_000)

test("what a former password was checked against is in no snapshot", async () => {
  await using server = await startServer()
  const admin = (action: string, password: string) => {
    const options = { home: server.home("server"), stdin: `${password}\n` }
    return chat(["admin", action, "alice", "--data", server.data], options)
  }
  expect((await admin("register", "sesame-sesame")).exitCode).toBe(0)
  await server.stop()
  const former = keyOf(server)
  lengthen(server, ROWS)
  await server.start()
  const path = join(server.data, "snapshot")
  await until(() => existsSync(path) && readFileSync(path).includes(former), "the snapshot to be taken")
  expect((await admin("password", "saffron-saffron")).exitCode).toBe(0)
  await server.kill()
  await server.start()
  await until(() => !readFileSync(path).includes(former), "another snapshot to be taken")
  await server.stop()
  expect(filesWith(server.data, former)).toEqual([])
  expect(filesWith(server.data, keyOf(server)).length).toBeGreaterThan(0)
}, 60_000)

/** A part of what the password is checked against. */
function keyOf(server: TestServer): string {
  using db = new Database(join(server.data, "log.db"), { readonly: true })
  const row = db.query<{ text: string }, []>("select text from events where text like '{%storedKey%' ").get()
  return (JSON.parse(row?.text ?? "") as { scram: { storedKey: string } }).scram.storedKey
}

async function expectTopics(server: TestServer) {
  const carol = await Irc.register(server, "carol")
  carol.send("JOIN #old", "JOIN #new", "MODE #old")
  expect(await carol.expect(/ 332 \S+ #old /)).toEndWith(":from the snapshot")
  expect(await carol.expect(/ 332 \S+ #new /)).toEndWith(":from the tail")
  expect(await carol.expect(/ 324 \S+ #old /)).toContain("m")
  await carol.quit()
}
