// Peers that press: one that never reads, one that writes too fast. Each is ended with its reason; nobody else waits for them.

import { describe, expect, test } from "bun:test"
import { Irc } from "../support/irc.ts"
import { ALL } from "../support/program.ts"
import { NO_THROTTLING, startServer, type TestServer } from "../support/server.ts"
import { until } from "../support/until.ts"

/** Beyond what a busy machine takes: how long others may wait for an answer while somebody presses. */
const SLOWEST_ANSWER_MS = 500

/** The longest that `irc` waited for an answer while `work` went on. */
async function slowestAnswer(irc: Irc, work: Promise<unknown>): Promise<number> {
  const state = { isOver: false }
  void work.catch(() => {}).then(() => (state.isOver = true))
  let slowest = 0
  while (!state.isOver) {
    const asked = performance.now()
    await irc.settled()
    slowest = Math.max(slowest, performance.now() - asked)
  }
  await work
  return slowest
}

describe("a reader that never reads", () => {
  const SENDQ_BYTES = 65_536
  const READERS = ALL ? 50 : 10

  test("is ended with SENDQ_EXCEEDED, and neither memory nor others pay for it", async () => {
    const limits = `[limits]\nsendq_bytes = ${SENDQ_BYTES}\n`
    await using server = await startServer({ config: `${NO_THROTTLING}\n${limits}` })
    const talker = await joined(server, "talker")
    const listener = await joined(server, "listener")
    const readers = await Promise.all(
      Array.from({ length: READERS }, (_, i) => joined(server, `sleeper${i}`)),
    )
    for (const reader of readers) reader.pause()
    const before = server.rssMiB()

    const quits: string[] = []
    let heard = 0
    // Who was ended has two seconds to read what is left, and why.
    const wakeTheEnded = () => {
      for (const line of listener.lines.slice(heard)) {
        const [, sleeper] = /^:sleeper(\d+)!\S+ QUIT :sendq exceeded/.exec(line) ?? []
        if (sleeper === undefined) continue
        quits.push(sleeper)
        readers[Number(sleeper)]?.resume()
      }
      heard = listener.lines.length
    }
    const text = "z".repeat(400)
    const sent = async () => {
      while ((await server.status()).users > 2) {
        wakeTheEnded()
        talker.send(...Array.from({ length: 500 }, () => `PRIVMSG #all :${text}`))
        await talker.settled()
        wakeTheEnded()
      }
    }
    expect(await slowestAnswer(listener, sent())).toBeLessThan(SLOWEST_ANSWER_MS)
    await listener.settled()
    wakeTheEnded()
    // Queues of all the sleepers, and the usual breathing of a heap under load.
    expect(server.rssMiB() - before).toBeLessThan(100)
    expect(new Set(quits).size).toBe(READERS)
    await Promise.all(readers.map((reader) => reader.closed))
    // Whoever reads megabytes in those two seconds: on a busy machine not everybody.
    const told = readers.filter(({ lines }) => lines.at(-1)?.startsWith("ERROR :SENDQ_EXCEEDED "))
    expect(told.length).toBeGreaterThan(0)
    await until(async () => (await server.status()).connections === 2, "the sleepers to be gone")
  })

  async function joined(server: TestServer, nick: string): Promise<Irc> {
    const irc = await Irc.register(server, nick)
    irc.send("JOIN #all")
    await irc.expect(/ 366 /)
    return irc
  }
})

test("a slow reader is sent all pages of history that it asks for, each larger than its queue, one after another", async () => {
  await using server = await startServer({ config: `${NO_THROTTLING}\n[limits]\nsendq_bytes = 16384\n` })
  const [writer, reader] = await Promise.all(
    ["writer", "reader"].map(async (nick) => {
      const irc = await Irc.register(server, nick, "batch", "message-tags", "draft/chathistory")
      irc.send("JOIN #all")
      await irc.expect(/ 366 /)
      return irc
    }),
  )
  const tags = `@+x=${"t".repeat(3000)}`
  writer!.send(...Array.from({ length: 100 }, (_, i) => `${tags} PRIVMSG #all :${i}`))
  await writer!.settled()
  await reader!.settled()
  const pages = Array.from({ length: 60 }, () => "CHATHISTORY LATEST #all * 100")
  reader!.pause()
  reader!.send(...pages)
  // By then all of the reader's would have been read.
  writer!.send(...pages)
  await writer!.settled()
  reader!.resume()
  for (const _ of pages) await reader!.expect(/ BATCH -/)
  expect(reader!.lines.filter((line) => line.includes("PRIVMSG #all :99"))).toHaveLength(61)
}, 30_000)

describe("a flooder", () => {
  test("is delayed, then ended with TOO_FAST, while others are answered at once", async () => {
    await using server = await startServer()
    const [other, flooder] = [await Irc.register(server, "other"), await Irc.register(server, "flooder")]
    const begun = performance.now()
    // Beyond the burst each line waits half a second for its turn.
    flooder.send(...Array.from({ length: 12 }, (_, i) => `PING :line ${i}`))
    await flooder.expect(/ PONG \S+ :line 8$/)
    await flooder.expect(/ PONG \S+ :line 11$/)
    expect(performance.now() - begun).toBeGreaterThan(900)
    flooder.send(...Array.from({ length: 5000 }, () => "PRIVMSG other :spam spam spam"))
    const askedMs = performance.now()
    await other.settled()
    expect(performance.now() - askedMs).toBeLessThan(SLOWEST_ANSWER_MS)
    await flooder.closed
    expect(flooder.lines.at(-1)).toStartWith("ERROR :TOO_FAST ")
    const spam = () => other.lines.filter((line) => line.includes("spam")).length
    await other.settled()
    expect(spam()).toBeLessThan(20)
  })

  test("of connections is turned away before TLS, while who is in stays in", async () => {
    const throttling = "[throttling]\nconnections_per_address = 5\nnew_connections_per_minute = 40\n"
    await using server = await startServer({ config: throttling })
    const inside = await Irc.register(server, "inside")
    const attempts = await Promise.allSettled(Array.from({ length: 60 }, () => Irc.connect(server)))
    const admitted = attempts.filter(({ status }) => status === "fulfilled").length
    expect(admitted).toBeGreaterThan(0)
    expect(admitted).toBeLessThanOrEqual(5)
    expect(await inside.settled()).toEqual([])
    expect((await server.status()).throttled).toBe(60 - admitted)
  })
})
