// A damaged log: the server does not begin with it, or ends when it meets it, says which backup was the last, and with an exit
// code that service managers do not start again upon.

import { Database } from "bun:sqlite"
import { expect, test } from "bun:test"
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from "node:fs"
import { join } from "node:path"
import { Irc } from "../support/irc.ts"
import { chat } from "../support/program.ts"
import { NO_THROTTLING, startServer, type TestServer } from "../support/server.ts"
import { until } from "../support/until.ts"

const PAGE_BYTES = 4096

/** A stopped server whose log has some hundred pages and of which there is a backup. */
async function spoken() {
  const server = await startServer({ config: NO_THROTTLING })
  const alice = await Irc.register(server, "alice")
  alice.send("JOIN #den", "TOPIC #den :still here")
  await alice.settled()
  await server.stop()
  using db = new Database(join(server.data, "log.db"))
  db.run(
    `with recursive n(i) as (select 1 union all select i + 1 from n where i < 21000)
     insert into events (seq, at_ms, type, body, text)
     select last.seq + i, last.at_ms, 'messageSent', '{"source":"a!a@a"}', hex(randomblob(100))
     from n, (select seq, at_ms from events order by seq desc limit 1) last`,
  )
  const file = join(server.folder, "good.tar")
  const { exitCode } = await chat(["backup", file, "--data", server.data], { home: server.home("server") })
  expect(exitCode).toBe(0)
  const log = join(server.data, "log.db")
  return { server, file, log, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}

/** Writes nonsense over pages of the file, from a page on. */
function spoil(log: string, page: number, pages: number) {
  const file = openSync(log, "r+")
  writeSync(
    file,
    new Uint8Array(pages * PAGE_BYTES).fill(0x5a),
    0,
    pages * PAGE_BYTES,
    (page - 1) * PAGE_BYTES,
  )
  closeSync(file)
}

/** How a start ends that does not come up. */
async function refusedStart(server: TestServer): Promise<string> {
  const error = await server.start().then(
    () => new Error("it came up"),
    (cause: Error) => cause,
  )
  return error.message
}

const words = (log: string, file: string) => [
  `chat: error: the log ${log} is damaged: `,
  `chat: hint: restore the last backup: chat restore ${file} --force`,
]

test("a page that the start reads: refused with the last backup, and a restore mends it", async () => {
  await using site = await spoken()
  const { server, file, log } = site
  spoil(log, 2, statSync(log).size / PAGE_BYTES - 2)
  const said = await refusedStart(server)
  expect(said).toContain("ended with 78")
  for (const text of words(log, file)) expect(said).toContain(text)

  const restored = await chat(["restore", file, "--force", "--data", server.data], {
    home: server.home("server"),
  })
  expect([restored.exitCode, restored.stderr]).toEqual([0, ""])
  await server.start()
  const bob = await Irc.register(server, "bob")
  bob.send("JOIN #den")
  expect(await bob.expect(/ 332 /)).toEndWith(":still here")
})

test("a file that was cut short is refused", async () => {
  await using site = await spoken()
  const { server, file, log } = site
  truncateSync(log, Math.floor(statSync(log).size / PAGE_BYTES / 2) * PAGE_BYTES)
  const said = await refusedStart(server)
  expect(said).toContain("ended with 78")
  for (const text of words(log, file)) expect(said).toContain(text)
})

test("a page that nobody reads: found after a crash while the server runs, which ends; and not begun with again", async () => {
  await using site = await spoken()
  const { server, file, log } = site
  await server.start()
  await until(() => existsSync(join(server.data, "snapshot")), "a snapshot to begin from")
  await server.kill()
  expect(existsSync(`${log}-wal`)).toBe(true)
  // In the middle of the messages: the next start has no need of it.
  spoil(log, middleLeaf(log), 1)
  await server.start()
  await until(() => !isAlive(server.pid), "the server to end")
  for (const text of words(log, file)) expect(server.said).toContain(text)
  const again = await refusedStart(server)
  expect(again).toContain("ended with 78")
  for (const text of words(log, file)) expect(again).toContain(text)
  // Who knows better may go on.
  rmSync(join(server.data, "damaged"))
  await server.start()
}, 60_000)

function middleLeaf(log: string): number {
  const bytes = readFileSync(log)
  const leaves = Array.from({ length: bytes.length / PAGE_BYTES }, (_, i) => i + 1).filter(
    (page) => page > 1 && bytes[(page - 1) * PAGE_BYTES] === 0x0d,
  )
  return leaves[leaves.length >> 1] ?? 0
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
