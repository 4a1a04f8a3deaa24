// kill -9 in the middle of the load, again and again: several people talk in a channel and to each other and take some of it
// back, others read, an operator bans and mutes, and the server is killed at any moment. What anybody was shown must be in the log and in
// the history: once, in one order, under the same msgid; and what was taken back is never there again.

import { Database } from "bun:sqlite"
import { join } from "node:path"
import { Irc } from "./irc.ts"
import { AUDIT, Ledger, type LogRow, pairOf, roundOf, type Said, saidIn, textAt } from "./ledger.ts"
import { NO_THROTTLING, type TestServer } from "./server.ts"
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
  /** Changes of the channel's modes, and records of the staff's acts, that anybody was shown. */
  readonly changes: number
  readonly acts: number
  readonly restartMs: number
}

/** What the rounds need: nobody is slowed down, and the keeper is an operator of the server. */
export const ROUNDS_CONFIG = `${NO_THROTTLING}[[oper]]\nname = "keeper"\npassword = "plain:correct-horse"\ncertificate = false\n`

const KEEPER = "keeper"
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
/** Lines that a writer is ahead of its echoes, and lines to the channel at once. */
const AHEAD = 36
const BURST = 9
const PAGE = 100

/** Throws at the first thing that does not hold. */
export async function playCrashRounds(server: TestServer, { rounds, messagesMax, onRound }: Rounds) {
  const ledger = new Ledger()
  for (let round = 1; round <= rounds; round++) {
    const before = countsOf(ledger)
    const enough = 20 + below(messagesMax)
    await speakUntil(server, ledger, round, async (reader) => {
      const heard = () => reader.lines.filter((line) => line.includes(" PRIVMSG ")).length
      await until(() => heard() >= enough, `${enough} messages to be heard`)
      await server.kill()
    })
    if (chance(0.2)) await killWhileItStarts(server)
    const begun = performance.now()
    await server.start()
    const restartMs = performance.now() - begun
    compareLog(server, ledger)
    await compareHistory(server, ledger, round)
    const after = countsOf(ledger)
    onRound?.({
      round,
      shown: after.shown - before.shown,
      redacted: after.redacted - before.redacted,
      changes: after.changes - before.changes,
      acts: after.acts - before.acts,
      restartMs,
    })
  }
  // Later crashes did no harm to earlier rounds.
  for (let round = 1; round <= rounds; round++) await compareHistory(server, ledger, round)
}

function countsOf(ledger: Ledger) {
  return {
    shown: ledger.count("messageSent"),
    redacted: ledger.redacted.size,
    changes: ledger.count("channelModesChanged"),
    acts: ledger.count("staffActed"),
  }
}

/** Speaks, reads and takes back without a pause until `end`, which is handed a reader, has made the server end. */
export async function speakUntil(
  server: TestServer,
  ledger: Ledger,
  round: number,
  end: (reader: Irc) => Promise<unknown>,
) {
  ledger.began.set(round, Date.now() - 1)
  const channel = channelOf(round)
  const keeper = await enterAsKeeper(server)
  keeper.send(`JOIN ${channel}`)
  await keeper.expect(new RegExp(` 366 \\S+ ${channel} `))
  const people = await Promise.all([...WRITERS, ...READERS].map((name) => enter(server, name)))
  for (const irc of people) irc.send(`JOIN ${channel}`)
  await Promise.all(people.map((irc) => irc.expect(/ 366 /)))
  // Who has a sign is not slowed down.
  keeper.send(...WRITERS.map((name) => `MODE ${channel} +v ${name}`), `TOPIC ${channel} :round ${round}`)
  await keeper.expect(/ TOPIC /)
  const writers = people.slice(0, WRITERS.length)
  const load = writers.map((writer, i) => speak(writer, ledger, { channel, i, round }))
  load.push(keepOrder(keeper, channel, round))
  await end(people.at(-1)!)
  await Promise.all(load)
  for (const irc of [keeper, ...people]) ledger.heard(irc.lines)
}

/** The account is that of its certificate, so that what is said to it is kept. */
async function enter(server: TestServer, name: string): Promise<Irc> {
  const irc = await Irc.connect(server, await server.authority.issueClient(name))
  irc.send(`CAP REQ :${CAPABILITIES.join(" ")}`, `NICK ${name}`, `USER ${name} 0 * :${name}`, "CAP END")
  await irc.expect(/ (376|422) /)
  return irc
}

async function enterAsKeeper(server: TestServer): Promise<Irc> {
  const keeper = await enter(server, KEEPER)
  keeper.send("OPER keeper correct-horse", `JOIN ${AUDIT}`)
  await keeper.expect(/ 366 \S+ #audit /)
  return keeper
}

interface Part {
  readonly channel: string
  readonly i: number
  readonly round: number
}

/** Says numbered lines to the channel and now and then one to the next writer, until the connection is lost. */
async function speak(writer: Irc, ledger: Ledger, { channel, i, round }: Part): Promise<void> {
  const [toAll, toOne] = [`c${round}.${i}`, `d${round}.${i}`]
  for (let burst = 0; ; burst++) {
    const first = burst * BURST
    const lines = Array.from({ length: BURST }, (_, n) => `PRIVMSG ${channel} :${textAt(toAll, first + n)}`)
    writer.send(...lines, `PRIVMSG ${peerOf(i)} :${textAt(toOne, burst)}`)
    if (first < AHEAD) continue
    const awaited = new RegExp(` :c${round}\\.${i}\\.${first - AHEAD}$`)
    const echo = await writer.expect(awaited).catch(() => undefined)
    if (echo === undefined) return
    const { msgid } = saidIn(echo) ?? {}
    if (msgid === undefined || !chance(0.3)) continue
    ledger.asked.add(msgid)
    writer.send(`REDACT ${channel} ${msgid}`)
  }
}

/** Makes the channel slow and quick, mutes for a second what the server then lifts, and bans and unbans, until the connection is lost. */
async function keepOrder(keeper: Irc, channel: string, round: number): Promise<void> {
  for (let n = 0; ; n++) {
    const bad = `bad-${round}.${n}`
    keeper.send(`MODE ${channel} +W 5`, `TBAN ${channel} 1s m:loud${n % 8}!*@*`)
    keeper.send(`UBAN ADD ${bad}!*@* :noise`, `MODE ${channel} -W`, `UBAN DEL ${bad}!*@*`)
    const lifted = new RegExp(` NOTICE #audit :\\S+ lifted the ban of ${bad}!`)
    const heard = await keeper.expect(lifted).catch(() => undefined)
    if (heard === undefined) return
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

/** What the rows must be. */
export function compareLog(server: TestServer, ledger: Ledger) {
  using db = new Database(join(server.data, "log.db"), { readonly: true })
  ledger.compareLog(
    db.query<LogRow, []>("select seq, at_ms as at, type, text from events order by seq").all(),
  )
}

/** The history of a round as it comes over the wire: of its channel, of what one said to another, for both, and of the audit. */
export async function compareHistory(server: TestServer, ledger: Ledger, round: number) {
  const compare = async (reader: Irc, target: string, where: string) =>
    ledger.compare(where, round, await historyOf(reader, target, { round, from: ledger.began.get(round) }))
  const keeper = await enterAsKeeper(server)
  const channel = channelOf(round)
  keeper.send(`JOIN ${channel}`)
  await compare(keeper, channel, channel)
  await compare(keeper, AUDIT, AUDIT)
  await keeper.quit()
  for (const [i, name] of WRITERS.entries()) {
    const reader = await enter(server, name)
    for (const peer of [peerOf(i), peerOf(i, -1)]) await compare(reader, peer, pairOf(name, peer))
    await reader.quit()
  }
}

/** All that is of the round, page by page. */
async function historyOf(
  reader: Irc,
  target: string,
  { round, from = 0 }: { round: number; from: number | undefined },
) {
  const all: Said[] = []
  let after = `timestamp=${new Date(from).toISOString()}`
  for (;;) {
    const begun = reader.lines.length
    reader.send(`CHATHISTORY AFTER ${target} ${after} ${PAGE}`)
    await reader.expect(/ BATCH -/)
    const old = reader.lines.slice(begun).filter((line) => /^@(?:\S+;)?batch=/.test(line))
    const page = old.flatMap((line) => saidIn(line) ?? [])
    const meant = page.filter(({ text }) => roundOf(text) === round)
    all.push(...meant)
    if (meant.length === 0) return all
    after = `msgid=${page.at(-1)?.msgid}`
  }
}

const peerOf = (i: number, by = 1) => WRITERS.at((i + by) % WRITERS.length)!
const channelOf = (round: number) => `#load${round}`
const below = (end: number) => Math.floor(Math.random() * end)
const chance = (probability: number) => Math.random() < probability
