// Each file of a data directory, spoilt by hand in each way that there is: the server refuses with the last backup's name, and as
// often as it is started; or what is damaged can be made anew, is made anew, and that is said. It never begins with less in silence.

import { Database } from "bun:sqlite"
import { afterAll, beforeAll, expect, test } from "bun:test"
import { cpSync, existsSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { testAuthority } from "../support/certificates.ts"
import { Irc } from "../support/irc.ts"
import { lengthen } from "../support/lengthen.ts"
import { flip, overwrite, PAGE_BYTES, pagesOf, spoil } from "../support/pages.ts"
import { chat } from "../support/program.ts"
import { NO_THROTTLING, startServer, TestServer } from "../support/server.ts"
import { until } from "../support/until.ts"

/** More than the server leaves without a snapshot. */
const ROWS = 21_000
/** What was said and echoed last, each in a commit of its own, and is in the write-ahead log alone. */
const LAST = 12
const FRAME_BYTES = 24 + PAGE_BYTES

let site: TestServer
/** One that is young, killed like the first. */
let small: TestServer
let backup = ""

beforeAll(async () => {
  site = await startServer({ config: NO_THROTTLING })
  await say(site, "TOPIC #den :still here", "PRIVMSG #den :plover")
  await site.stop()
  lengthen(site, ROWS)
  await site.start()
  await until(() => existsSync(join(site.data, "snapshot")) && isIndexed(site), "a snapshot and the indexes")
  await site.stop()
  backup = join(site.folder, "good.tar")
  const made = await chat(["backup", backup, "--data", site.data], { home: site.home("server") })
  expect(made.exitCode).toBe(0)
  cpSync(site.data, join(site.folder, "stopped"), { recursive: true })
  small = await startServer()
  for (const one of [site, small]) {
    if (one === site) await one.start()
    await say(one, ...Array.from({ length: LAST }, (_, i) => `PRIVMSG #den :last${i}`))
    await one.kill()
  }
}, 120_000)

afterAll(async () => {
  for (const server of [site, small]) await server[Symbol.asyncDispose]()
})

/** Each is echoed before the next is said. */
async function say(server: TestServer, ...lines: string[]) {
  const alice = await Irc.register(server, "alice", "echo-message")
  alice.send("JOIN #den")
  for (const line of lines) {
    alice.send(line)
    await alice.expect(new RegExp(`${line.slice(line.indexOf(":"))}$`))
  }
}

function isIndexed(server: TestServer): boolean {
  using db = new Database(join(server.data, "log.db"), { readonly: true })
  const least = `select min((select through_seq from indexes), (select max(through_seq) from search_parts)) as through,
    (select max(seq) from events) as last`
  const found = db.query<{ through: number; last: number }, []>(least).get()
  return found !== null && found.through > ROWS && found.through >= found.last - 1
}

interface Damage {
  readonly name: string
  /** After a kill -9, or after it had stopped. */
  readonly after: "kill" | "stop"
  readonly spoil: (log: string, data: string) => void
}

async function spoilt({ after, spoil: harm }: Pick<Damage, "after" | "spoil">): Promise<TestServer> {
  const server = new TestServer(await testAuthority(), { config: NO_THROTTLING })
  const from = after === "kill" ? site.data : join(site.folder, "stopped")
  cpSync(from, server.data, { recursive: true, filter: (path) => !path.endsWith(".sock") })
  harm(join(server.data, "log.db"), server.data)
  return server
}

/** How a start ends that does not come up. */
async function refusedStart(server: TestServer): Promise<string> {
  return server.start().then(
    () => "it came up",
    (cause: Error) => cause.message,
  )
}

async function expectRefusal(server: TestServer, why: RegExp) {
  const said = await refusedStart(server)
  expect(said).toContain("ended with 78")
  expect(said).toContain(`chat: error: the log ${join(server.data, "log.db")} is damaged: `)
  expect(said).toMatch(why)
  expect(said).toContain(`chat: hint: restore the last backup: chat restore ${backup} --force`)
}

/** Whether all that was said is found: by its place, and by its words. */
async function readBack(server: TestServer): Promise<{ last: string[]; found: string[] }> {
  const bob = await Irc.register(server, "bob", "batch", "draft/chathistory", "soju.im/search")
  bob.send("JOIN #den")
  expect(await bob.expect(/ 332 /)).toEndWith(":still here")
  const answer = async (line: string) => {
    const begun = bob.lines.length
    bob.send(line)
    await bob.expect(/ BATCH -|^:\S+ FAIL /)
    return bob.lines.slice(begun).flatMap((one) => / (?:PRIVMSG #den|FAIL) :?(.*)$/.exec(one)?.[1] ?? [])
  }
  const last = await answer(`CHATHISTORY LATEST #den * ${LAST}`)
  return { last, found: await answer("SEARCH in=#den;text=plover") }
}

const ALL_LAST = Array.from({ length: LAST }, (_, i) => `last${i}`)
const wal = (log: string) => `${log}-wal`
const middle = (pages: readonly number[]) => pages[pages.length >> 1] ?? 0
const cut = (path: string, bytes: number) => truncateSync(path, statSync(path).size - bytes)

const REFUSED: readonly (Damage & { readonly why: RegExp })[] = [
  { name: "the first page", after: "stop", spoil: (log) => spoil(log, 1), why: /not a database/ },
  {
    name: "the first bytes",
    after: "stop",
    spoil: (log) => overwrite(log, 0, new Uint8Array(16)),
    why: /not a database/,
  },
  {
    name: "the page size",
    after: "stop",
    spoil: (log) => overwrite(log, 16, Uint8Array.of(0x12, 0x34)),
    why: /it was cut short/,
  },
  {
    name: "the schema's version of the format",
    after: "stop",
    spoil: (log) => overwrite(log, 44, Uint8Array.of(9, 9, 9, 9)),
    why: /unsupported file format/,
  },
  {
    name: "an empty log",
    after: "stop",
    spoil: (log) => truncateSync(log, 0),
    why: /it is empty, and was not/,
  },
  {
    name: "an empty log beside its WAL",
    after: "kill",
    spoil: (log) => truncateSync(log, 0),
    why: /it is empty, and was not/,
  },
  { name: "no log", after: "stop", spoil: (log) => rmSync(log), why: /it is not there any more/ },
  {
    name: "half a log",
    after: "stop",
    // At the end of a page: within one it is another case.
    spoil: (log) => cut(log, (statSync(log).size >> 13) << 12),
    why: /malformed/,
  },
  { name: "a log cut within a page", after: "stop", spoil: (log) => cut(log, 1000), why: /it was cut short/ },
  {
    name: "half a log beside its WAL",
    after: "kill",
    spoil: (log) => cut(log, statSync(log).size >> 1),
    why: /was cut short/,
  },
  {
    name: "the table of what the site is",
    after: "stop",
    spoil: (log) => spoil(log, pagesOf(log, "meta").root),
    why: /malformed/,
  },
  {
    name: "the root of the events",
    after: "stop",
    spoil: (log) => spoil(log, pagesOf(log, "events").root),
    why: /malformed/,
  },
  {
    name: "a leaf of the events, and no snapshot",
    after: "stop",
    spoil: (log, data) => (spoil(log, pagesOf(log, "events").leaves[0] ?? 0), rmSync(join(data, "snapshot"))),
    why: /malformed/,
  },
  {
    name: "no WAL after a crash",
    after: "kill",
    spoil: (log) => rmSync(wal(log)),
    why: /log\.db-wal is not there any more/,
  },
  {
    name: "the salt in the WAL's header",
    after: "kill",
    spoil: (log) => flip(wal(log), 17),
    why: /does not begin as it should/,
  },
  {
    name: "the WAL's header",
    after: "kill",
    spoil: (log) => overwrite(wal(log), 0, new Uint8Array(32)),
    why: /does not begin as it should/,
  },
  {
    name: "the WAL of a smaller site",
    after: "kill",
    spoil: (log) => cpSync(wal(join(small.data, "log.db")), wal(log)),
    why: /log\.db-wal is not its own/,
  },
]

for (const { why, ...damage } of REFUSED)
  test(`${damage.name}, after a ${damage.after}: refused, again and again`, async () => {
    await using server = await spoilt(damage)
    await expectRefusal(server, why)
    await expectRefusal(server, why)
  }, 60_000)

test("the WAL of a larger site: refused", async () => {
  await using server = new TestServer(await testAuthority(), {})
  cpSync(small.data, server.data, { recursive: true, filter: (path) => !path.endsWith(".sock") })
  cpSync(wal(join(site.data, "log.db")), wal(join(server.data, "log.db")))
  const said = await refusedStart(server)
  expect(said).toContain("ended with 78")
  expect(said).toMatch(/log\.db-wal is not its own/)
  expect(said).toContain("chat: hint: restore a backup: chat restore FILE --force")
}, 60_000)

const frame = (log: string, fromEnd: number) => statSync(wal(log)).size - fromEnd * FRAME_BYTES
const SPOILT_WAL: readonly [name: string, spoil: (log: string) => void][] = [
  ["a bit of a page in the WAL", (log) => flip(wal(log), frame(log, 6) + 2000)],
  ["the salt of a frame in the WAL", (log) => flip(wal(log), frame(log, 6) + 9)],
  ["the sum of a frame in the WAL", (log) => flip(wal(log), frame(log, 7) + 17)],
  [
    "a torn frame in the middle of the WAL",
    (log) => overwrite(wal(log), frame(log, 6) + 512, new Uint8Array(FRAME_BYTES - 512)),
  ],
]
for (const [name, harm] of SPOILT_WAL)
  test(`${name}: refused, and what follows is kept aside`, async () => {
    await using server = await spoilt({ after: "kill", spoil: harm })
    const path = wal(join(server.data, "log.db"))
    const before = readFileSync(path)
    await expectRefusal(server, /log\.db-wal is spoilt at byte \d+, and \d commits? after it cannot be read/)
    await expectRefusal(server, /log\.db-wal is spoilt at byte/)
    expect(readFileSync(`${path}.damaged`).equals(before)).toBe(true)
    // Who can do without may go on.
    rmSync(join(server.data, "damaged"))
    await server.start()
    const { last } = await readBack(server)
    expect(last.at(-1)).toMatch(/^last\d$/)
    expect(last.at(-1)).not.toBe(ALL_LAST.at(-1))
  }, 60_000)

test("a WAL that ends within a frame, as a crash may leave it: all commits before it are there", async () => {
  await using server = await spoilt({ after: "kill", spoil: (log) => cut(wal(log), 100) })
  await server.start()
  const { last, found } = await readBack(server)
  expect(last.slice(1)).toEqual(ALL_LAST.slice(0, -1))
  expect(found).toEqual(["plover"])
}, 60_000)

const MENDED: readonly (readonly [name: string, page: (log: string) => number])[] = [
  ["the root of the index of history", (log) => pagesOf(log, "history").root],
  ["an inner page of the index of history", (log) => pagesOf(log, "history").interior.at(-1) ?? 0],
  ["a leaf of the index of history", (log) => middle(pagesOf(log, "history").leaves)],
  ["the list of the parts of the index of searches", (log) => pagesOf(log, "search_parts").root],
  ["a page of the index of searches", (log) => middle(pagesOf(log, "search_1_data").leaves)],
  ["the inner page of the index of searches", (log) => pagesOf(log, "search_1_data").root],
  ["how far the index of history is", (log) => pagesOf(log, "indexes").root],
]

for (const [name, page] of MENDED)
  test(`${name}: the server ends with 78, and the next start makes the indexes anew and says so`, async () => {
    await using server = await spoilt({ after: "stop", spoil: () => {} })
    // It is looked at after a crash.
    await server.start()
    await say(server, ...ALL_LAST.map((text) => `PRIVMSG #den :${text}`))
    await server.kill()
    const log = join(server.data, "log.db")
    spoil(log, page(log))
    await refusedStart(server)
    expect(await server.ended()).toBe(78)
    expect(server.said).toContain(`chat: error: the log ${log} is damaged: `)
    await server.start()
    expect(server.said).toContain(
      "only its indexes were, and they are made anew from the log; nothing is lost",
    )
    const { last, found } = await readBack(server)
    expect(last).toEqual(ALL_LAST)
    expect(found).toEqual(["plover"])
    await server.kill()
    await server.start()
    expect(server.said).not.toContain("damaged")
  }, 60_000)

const SNAPSHOTS: readonly (readonly [name: string, spoil: (path: string) => void, why: string])[] = [
  ["a bit flipped", (path) => flip(path, statSync(path).size - 10), "it is damaged"],
  ["cut short", (path) => cut(path, 100), "it is damaged"],
  ["empty", (path) => truncateSync(path, 0), "it is damaged"],
  ["its head is nonsense", (path) => overwrite(path, 0, new Uint8Array(20).fill(0x5a)), "it is damaged"],
  [
    "of another data directory",
    (path) =>
      writeFileSync(
        path,
        readFileSync(path, "latin1").replace(/"site":"[^"]+"/, '"site":"elsewhere"'),
        "latin1",
      ),
    "it is of another log",
  ],
  [
    "of another version",
    (path) =>
      writeFileSync(
        path,
        readFileSync(path, "latin1").replace(/"program":"[^"]+"/, '"program":"chat 0.0.0"'),
        "latin1",
      ),
    "it was taken by another version",
  ],
]

for (const [name, harm, why] of SNAPSHOTS)
  test(`a snapshot that is ${name}: not used, said, and nothing is missing`, async () => {
    await using server = await spoilt({ after: "kill", spoil: (_, data) => harm(join(data, "snapshot")) })
    await server.start()
    await until(() => server.said.includes(`the snapshot is not used  why ${why}`), "the reason to be said")
    expect(await readBack(server)).toEqual({ last: ALL_LAST, found: ["plover"] })
  }, 60_000)

test("a lock file left behind, with anything in it, keeps nobody out", async () => {
  await using server = await spoilt({
    after: "kill",
    spoil: (_, data) => writeFileSync(join(data, "lock.db"), "x".repeat(5000)),
  })
  await server.start()
  expect(await readBack(server)).toEqual({ last: ALL_LAST, found: ["plover"] })
  const second = new TestServer(await testAuthority(), { data: server.data })
  const said = await refusedStart(second)
  expect(said).toContain("ended with 78")
  expect(said).toContain("is in use by another chat server")
}, 60_000)
