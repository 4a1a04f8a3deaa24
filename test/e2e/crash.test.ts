// What was shown is on disk: kill -9 in the middle of the load, again and again, and every message that anybody was shown is
// in the history once, in one order. And why it is so: no echo is written before its flush has returned.

import { expect, test } from "bun:test"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { playCrashRounds, type RoundReport, ROUNDS_CONFIG } from "../support/crash-rounds.ts"
import { Irc } from "../support/irc.ts"
import { ALL, testWith } from "../support/program.ts"
import { startServer } from "../support/server.ts"
import { until } from "../support/until.ts"

const ROUNDS = ALL ? 20 : 5
const RESTART_MS_MAX = 2000

test(`kill -9 under load, ${ROUNDS} rounds: nothing that was shown is lost, and nothing is there twice`, async () => {
  await using server = await startServer({ config: ROUNDS_CONFIG })
  const reports: RoundReport[] = []
  await playCrashRounds(server, {
    rounds: ROUNDS,
    messagesMax: 1000,
    onRound: (report) => reports.push(report),
  })
  expect(reports.filter(({ shown }) => shown === 0)).toEqual([])
  expect(reports.some(({ changes, acts }) => changes > 0 && acts > 0)).toBe(true)
  expect(Math.max(...reports.map(({ restartMs }) => restartMs))).toBeLessThan(RESTART_MS_MAX)
}, 300_000)

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
