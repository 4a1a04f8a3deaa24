// What was shown is on disk: kill -9 in the middle of the load, again and again, and every message that anybody was shown is
// in the history once, in one order. And why it is so: no echo is written before its flush has returned.

import { expect, test } from "bun:test"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { Irc } from "../support/irc.ts"
import { ALL, testWith } from "../support/program.ts"
import { NO_THROTTLING, startServer, type TestServer } from "../support/server.ts"
import { until } from "../support/until.ts"

const ROUNDS = ALL ? 20 : 5
const WRITERS = 3
const RESTART_MS_MAX = 2000
const CAPABILITIES = ["batch", "draft/chathistory", "echo-message", "message-tags", "server-time"]

interface Said {
  readonly msgid: string
  readonly text: string
}

/** Messages in lines, in their order. */
function saidIn(lines: readonly string[], channel: string): Said[] {
  return lines.flatMap((line) => {
    const [, tags = "", text] = new RegExp(`^@(\\S+) \\S+ PRIVMSG ${channel} :(.*)$`).exec(line) ?? []
    const [, msgid] = /(?:^|;)msgid=([^;]+)/.exec(tags) ?? []
    return msgid !== undefined && text !== undefined ? [{ msgid, text }] : []
  })
}

/** All of a channel's history, page by page. */
async function historyOf(server: TestServer, channel: string): Promise<Said[]> {
  const reader = await Irc.register(server, "reader", ...CAPABILITIES)
  reader.send(`JOIN ${channel}`)
  await reader.expect(/ 366 /)
  const all: Said[] = []
  for (let from = "timestamp=2020-01-01T00:00:00.000Z"; ; from = `msgid=${all.at(-1)?.msgid}`) {
    const begun = reader.lines.length
    reader.send(`CHATHISTORY AFTER ${channel} ${from} 100`)
    await reader.expect(/ BATCH -/)
    const page = saidIn(reader.lines.slice(begun), channel)
    all.push(...page)
    if (page.length === 0) break
  }
  await reader.quit()
  return all
}

test(`kill -9 under load, ${ROUNDS} rounds: nothing that was shown is lost, nothing is there twice`, async () => {
  await using server = await startServer({ config: NO_THROTTLING })
  const shown = new Map<string, Said[]>()
  for (let round = 1; round <= ROUNDS; round++) {
    const channel = `#load${round}`
    const writers = await Promise.all(
      Array.from({ length: WRITERS }, (_, i) => Irc.register(server, `writer${i}`, ...CAPABILITIES)),
    )
    for (const writer of writers) writer.send(`JOIN ${channel}`)
    await Promise.all(writers.map((writer) => writer.expect(/ 366 /)))
    writers[0]?.send(`TOPIC ${channel} :round ${round}`)

    // Somewhere in the first hundreds of messages, never at the same place.
    const enough = 50 + Math.floor(Math.random() * 400)
    const heard = () => Math.max(...writers.map((writer) => saidIn(writer.lines, channel).length))
    const load = writers.map((writer, i) => speak(writer, channel, `${round}.${i}`))
    await until(() => heard() >= enough, `${enough} messages to be heard`)
    await server.kill()
    await Promise.all(load)

    const begun = performance.now()
    await server.start()
    expect(performance.now() - begun).toBeLessThan(RESTART_MS_MAX)
    shown.set(channel, union(writers.map((writer) => saidIn(writer.lines, channel))))
    expectWhole(await historyOf(server, channel), shown.get(channel)!)
  }
  // Later crashes did no harm to earlier rounds.
  for (const [channel, said] of shown) expectWhole(await historyOf(server, channel), said)
})

/** Says numbered lines, twenty ahead of their echoes, until the connection is lost. */
async function speak(writer: Irc, channel: string, name: string): Promise<void> {
  for (let n = 0; ; n += 10) {
    writer.send(...Array.from({ length: 10 }, (_, i) => `PRIVMSG ${channel} :${name}.${n + i}`))
    if (n < 20) continue
    const isOver = await writer.expect(new RegExp(` :${name}\\.${n - 20}$`)).catch(() => true)
    if (isOver === true) return
  }
}

/** Everything that anybody was shown, once each. */
function union(views: readonly (readonly Said[])[]): Said[] {
  return [...new Map(views.flat().map((said) => [said.msgid, said])).values()]
}

function expectWhole(history: readonly Said[], shown: readonly Said[]) {
  const texts = new Map(history.map(({ msgid, text }) => [msgid, text]))
  expect(texts.size).toBe(history.length)
  expect(new Set(history.map(({ text }) => text)).size).toBe(history.length)
  expect(shown.filter(({ msgid, text }) => texts.get(msgid) !== text)).toEqual([])
  expect(shown.length).toBeGreaterThan(0)
  // Each writer's lines are without a gap and in order.
  const writers = Map.groupBy(history, ({ text }) => text.slice(0, text.lastIndexOf(".")))
  for (const [name, lines] of writers)
    expect(lines.map(({ text }) => text)).toEqual(lines.map((_, n) => `${name}.${n}`))
}

test("channels come back with their topic, their age and their modes; a locked one does not", async () => {
  await using server = await startServer()
  const founder = await Irc.register(server, "founder")
  founder.send("JOIN #open", "JOIN #locked", "TOPIC #open :what is said stays", "MODE #open +m")
  founder.send("TOPIC #locked :nobody's business", "MODE #locked +k sesame", "MODE #open")
  const [, created] = / 329 founder #open (\d+)/.exec(await founder.expect(/ 329 /)) ?? []
  await server.kill()
  await server.start()
  const next = await Irc.register(server, "next")
  next.send("JOIN #open", "MODE #open", "JOIN #locked", "TOPIC #locked")
  expect(await next.expect(/ 332 /)).toEndWith(" #open :what is said stays")
  expect(await next.expect(/ 324 /)).toMatch(/ #open :?\+\w*n\w*t|\+\w*t\w*n/)
  expect(await next.expect(/ 329 /)).toEndWith(` ${created}`)
  expect(await next.expect(/ 331 /)).toContain(" #locked ")
  await next.quit()
})

testWith("strace")("no echo is written before its flush has returned", async () => {
  const trace = "trace=fsync,fdatasync,write,writev,sendto,sendmsg,recvfrom,read"
  // -D: the server is our child and strace watches from the side, or to kill it would leave the server alive.
  const before = ["strace", "-D", "-f", "-yy", "-e", trace, "-e", "signal=none", "-o", "trace.txt"]
  await using server = await startServer({ before })
  const irc = await Irc.register(server, "alone", "echo-message")
  irc.send("JOIN #strace")
  await irc.settled()
  const path = join(server.folder, "trace.txt")
  const traced = () => readFileSync(path, "utf8").split("\n")
  const { localPort } = irc
  const isOurs = (line: string) => line.includes(`->127.0.0.1:${localPort}]`)

  /** The calls that answered one line: from its arrival to the first write to us. */
  const callsFor = async (line: string, answer: RegExp): Promise<string[]> => {
    const from = traced().length - 1
    irc.send(line)
    await irc.expect(answer)
    const calls = await until(() => {
      const since = traced().slice(from)
      const arrived = since.findIndex((call) => /recvfrom\(|read\(/.test(call) && isOurs(call))
      const written = since.findIndex(
        (call, i) => i > arrived && /(write|send)\w*\(/.test(call) && isOurs(call),
      )
      return arrived >= 0 && written >= 0 && since.slice(arrived, written + 1)
    }, "the calls to be traced")
    return calls
  }
  const isFlush = (call: string) => /fd?a?t?a?sync(\(.*\)| resumed>\)) += 0/.test(call)
  expect((await callsFor("PING :contrast", / PONG /)).filter(isFlush)).toEqual([])
  const calls = await callsFor("PRIVMSG #strace :lone", / PRIVMSG #strace :lone$/)
  expect(calls.filter(isFlush).length).toBeGreaterThan(0)
  // The flush began after the message had come: it is in between, not around.
  expect(calls.findIndex((call) => /fd?a?t?a?sync\(/.test(call))).toBeGreaterThan(0)
  await server.kill()
})
