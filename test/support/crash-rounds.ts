// kill -9 in the middle of the load, again and again: several people talk in a channel and to each other and take some of it
// back, others read, and the server is killed at any moment. What anybody was shown must be in the log and in the history: once,
// in one order, under the same msgid; and what was taken back is never there again.

import { Database } from "bun:sqlite"
import { join } from "node:path"
import { parseMsgid } from "../../src/protocol/msgid.ts"
import { parseServerTime } from "../../src/protocol/server-time.ts"
import { Irc } from "./irc.ts"
import type { TestServer } from "./server.ts"
import { until } from "./until.ts"

export interface Rounds {
  readonly rounds: number
  /** How many messages one reader heard before the server is killed, at most. */
  readonly messagesMax: number
  /** Hears of each round. */
  readonly onRound?: (report: RoundReport) => void
}

export interface RoundReport {
  readonly round: number
  /** Different messages that anybody was shown in this round. */
  readonly shown: number
  readonly redacted: number
  readonly restartMs: number
}

interface Said {
  readonly msgid: string
  readonly at: number
  /** The channel, or the two that talk, by name. */
  readonly where: string
  readonly text: string
}

const WRITERS = ["writer0", "writer1", "writer2", "writer3"]
const READERS = ["reader0", "reader1"]
const CAPABILITIES = [
  "batch",
  "draft/chathistory",
  "draft/message-redaction",
  "echo-message",
  "message-tags",
  "server-time",
]
/** Lines that a writer is ahead of its echoes, and lines at once. */
const AHEAD = 40
const BURST = 10
const PAGE = 100

/** Throws at the first thing that does not hold. */
export async function playCrashRounds(server: TestServer, { rounds, messagesMax, onRound }: Rounds) {
  const ledger = new Ledger()
  for (let round = 1; round <= rounds; round++) {
    const before = { shown: ledger.shown.size, redacted: ledger.redacted.size }
    const enough = 20 + below(messagesMax)
    await speakUntil(server, ledger, round, async (reader) => {
      await until(() => reader.lines.length >= enough, `${enough} lines to be heard`)
      await server.kill()
    })
    if (chance(0.2)) await killWhileItStarts(server)
    const begun = performance.now()
    await server.start()
    const restartMs = performance.now() - begun
    ledger.compareLog(server)
    await compareHistory(server, ledger, round)
    const [shown, redacted] = [ledger.shown.size - before.shown, ledger.redacted.size - before.redacted]
    onRound?.({ round, shown, redacted, restartMs })
  }
  // Later crashes did no harm to earlier rounds.
  for (let round = 1; round <= rounds; round++) await compareHistory(server, ledger, round)
}

/** Speaks, reads and takes back without a pause until `end`, which is handed a reader, has made the server end. */
export async function speakUntil(
  server: TestServer,
  ledger: Ledger,
  round: number,
  end: (reader: Irc) => Promise<unknown>,
) {
  const channel = channelOf(round)
  const people = await Promise.all([...WRITERS, ...READERS].map((name) => enter(server, name)))
  for (const irc of people) irc.send(`JOIN ${channel}`)
  await Promise.all(people.map((irc) => irc.expect(/ 366 /)))
  const writers = people.slice(0, WRITERS.length)
  writers[0]?.send(`TOPIC ${channel} :round ${round}`)
  const load = writers.map((writer, i) => speak(writer, ledger, { channel, i, round }))
  await end(people.at(-1)!)
  await Promise.all(load)
  for (const irc of people) ledger.heard(irc.lines)
}

/** The account is that of its certificate, so that what is said to it is kept. */
async function enter(server: TestServer, name: string): Promise<Irc> {
  const irc = await Irc.connect(server, await server.authority.issueClient(name))
  irc.send(`CAP REQ :${CAPABILITIES.join(" ")}`, `NICK ${name}`, `USER ${name} 0 * :${name}`, "CAP END")
  await irc.expect(/ (376|422) /)
  return irc
}

interface Part {
  readonly channel: string
  readonly i: number
  readonly round: number
}

/** Says numbered lines to the channel and every tenth to the next writer, until the connection is lost. */
async function speak(writer: Irc, ledger: Ledger, { channel, i, round }: Part): Promise<void> {
  const peer = WRITERS[(i + 1) % WRITERS.length]!
  for (let n = 0; ; n += BURST) {
    const lines = Array.from({ length: BURST - 1 }, (_, at) => `PRIVMSG ${channel} :c${round}.${i}.${n + at}`)
    writer.send(...lines, `PRIVMSG ${peer} :d${round}.${i}.${n}`)
    if (n < AHEAD) continue
    const echo = await writer.expect(new RegExp(` :c${round}\\.${i}\\.${n - AHEAD}$`)).catch(() => undefined)
    if (echo === undefined) return
    const { msgid } = saidIn(echo) ?? {}
    if (msgid === undefined || !chance(0.3)) continue
    ledger.asked.add(msgid)
    writer.send(`REDACT ${channel} ${msgid}`)
  }
}

// A crash in the middle of a start: of its migration, its epoch, its replay.
async function killWhileItStarts(server: TestServer) {
  const started = server.start().then(
    () => {},
    () => {},
  )
  const { pid } = server
  await until(() => server.pid !== pid, "the process to be there")
  await Bun.sleep(below(250))
  await server.kill()
  await started
}

/** What was shown, over all rounds. */
export class Ledger {
  readonly shown = new Map<string, Said>()
  /** Msgids that somebody asked to be redacted, and those of which anybody was told that they are. */
  readonly asked = new Set<string>()
  readonly redacted = new Set<string>()

  /** Everything that one session was sent, in its order. */
  heard(lines: readonly string[]) {
    const last = new Map<string, Said>()
    for (const line of lines) {
      const [, redacted] = / REDACT \S+ :?(\S+)/.exec(line) ?? []
      if (redacted !== undefined) this.redacted.add(redacted)
      const said = saidIn(line)
      if (!said) continue
      inOrder(last.get("any"), said)
      last.set("any", said)
      const known = this.shown.get(said.msgid)
      if (known && (known.text !== said.text || known.where !== said.where))
        throw new Error(`${said.msgid} is ${known.text} and ${said.text}`)
      this.shown.set(said.msgid, said)
    }
  }

  /** What the rows must be: each message that was shown, under its msgid; without its text when that was taken back. */
  compareLog(server: TestServer) {
    using db = new Database(join(server.data, "log.db"), { readonly: true })
    const rows = db
      .query<{ seq: number; at: number; text: string | null }, []>(
        "select seq, at_ms as at, text from events where type = 'messageSent' order by seq",
      )
      .all()
    const texts = new Map(rows.map(({ seq, text }) => [seq, text]))
    for (const { msgid, text } of this.shown.values()) {
      const there = texts.get(parseMsgid(msgid)?.seq ?? 0)
      if (there === undefined) throw new Error(`${text} was shown and is lost`)
      if (this.redacted.has(msgid) && there !== null)
        throw new Error(`${text} was taken back and is in the log`)
      if (there !== text && !(there === null && this.asked.has(msgid)))
        throw new Error(`${text} was shown and ${there} is in the log`)
    }
    const kept = rows.flatMap(({ text }) => (text === null ? [] : [text]))
    if (new Set(kept).size !== kept.length) throw new Error("the log holds a message twice")
    if (rows.some(({ at }, i) => at < (rows[i - 1]?.at ?? 0))) throw new Error("time in the log goes back")
  }

  /** What the history of a place must be: in order, without a gap, and all that was shown. */
  compare(where: string, history: readonly Said[]) {
    history.forEach((said, i) => inOrder(history[i - 1], said))
    const there = new Map(history.map((said) => [said.msgid, said]))
    for (const said of this.shown.values()) {
      if (said.where !== where) continue
      const found = there.get(said.msgid)
      if (found && this.redacted.has(said.msgid))
        throw new Error(`${said.text} was taken back and came again`)
      if (found ? found.text !== said.text || found.at !== said.at : !this.asked.has(said.msgid))
        throw new Error(`${said.text} was shown and the history has ${found?.text}`)
    }
  }
}

function inOrder(before: Said | undefined, said: Said) {
  if (!before) return
  if (said.msgid <= before.msgid || said.at < before.at)
    throw new Error(`${said.text} (${said.msgid}) came after ${before.text} (${before.msgid})`)
}

/** The history of a round's channel as it comes over the wire. */
export async function compareHistory(server: TestServer, ledger: Ledger, round: number) {
  const channel = channelOf(round)
  const reader = await enter(server, WRITERS[0]!)
  reader.send(`JOIN ${channel}`)
  await reader.expect(/ 366 /)
  const inChannel = await historyOf(reader, channel)
  const numbers = Map.groupBy(inChannel, ({ text }) => text.split(".", 2).join("."))
  for (const [, lines] of numbers) withoutGaps(lines, ledger, channel)
  ledger.compare(channel, inChannel)
  await reader.quit()
}

/** Whoever was heard saying a number was heard saying those before it, but for what was taken back. */
function withoutGaps(lines: readonly Said[], ledger: Ledger, where: string) {
  const numbers = lines.map(({ text }) => numberOf(text))
  const taken = new Set(
    [...ledger.asked].flatMap((msgid) => {
      const said = ledger.shown.get(msgid)
      return said?.where === where && sameSeries(said, lines[0]) ? [numberOf(said.text)] : []
    }),
  )
  let due = 0
  for (const number of numbers) {
    while (due < number && (taken.has(due) || due % BURST === BURST - 1)) due++
    if (number !== due) throw new Error(`${lines[0]?.text}: ${due} is not there before ${number}`)
    due++
  }
}

const numberOf = (text: string) => Number(text.slice(text.lastIndexOf(".") + 1))
const seriesOf = (text: string) => text.slice(0, text.lastIndexOf("."))
const sameSeries = (one: Said, other: Said | undefined) =>
  other && seriesOf(one.text) === seriesOf(other.text)

/** All of it, page by page. */
async function historyOf(reader: Irc, channel: string): Promise<Said[]> {
  const all: Said[] = []
  let from = "timestamp=2020-01-01T00:00:00.000Z"
  for (;;) {
    const begun = reader.lines.length
    reader.send(`CHATHISTORY AFTER ${channel} ${from} ${PAGE}`)
    await reader.expect(/ BATCH -/)
    const page = reader.lines.slice(begun).flatMap((line) => saidIn(line) ?? [])
    all.push(...page)
    if (page.length === 0) return all
    from = `msgid=${page.at(-1)?.msgid}`
  }
}

function saidIn(line: string): Said | undefined {
  const [, tags = "", source = "", target = "", text] =
    /^@(\S+) :([^!\s]+)!\S+ PRIVMSG (\S+) :(.*)$/.exec(line) ?? []
  const tag = (name: string) => new RegExp(`(?:^|;)${name}=([^;]+)`).exec(tags)?.[1]
  const msgid = tag("msgid")
  if (text === undefined || msgid === undefined) return undefined
  const where = target.startsWith("#") ? target : pairOf(source, target)
  return { msgid, at: parseServerTime(tag("time") ?? "") ?? Number.NaN, where, text }
}

const channelOf = (round: number) => `#load${round}`
const pairOf = (one: string, other: string) => [one, other].toSorted().join(" ")
const below = (end: number) => Math.floor(Math.random() * end)
const chance = (probability: number) => Math.random() < probability
