// What people were shown, over all runs of a server that is killed again and again, and whether the log and the history bear it
// out: each message is there once, in one order, under the same msgid, at the same time and with the same words; what was taken
// back is never there again; and what the staff and a channel's operators were told is done is in the log.

import { parseMsgid } from "../../src/protocol/msgid.ts"
import { parseServerTime } from "../../src/protocol/server-time.ts"

/** A message, or the record of an act in the audit. */
export interface Said {
  readonly msgid: string
  /** Its time, in ms. */
  readonly at: number
  /** The channel, or the two that talk, by name. */
  readonly where: string
  readonly text: string
}

/** A row of the log, as far as it is compared. */
export interface LogRow {
  readonly seq: number
  readonly at: number
  readonly type: string
  readonly text: string | null
}

interface Fact {
  readonly msgid: string
  readonly at: number
  /** That of its row. */
  readonly type: string
  readonly line: string
}

export const AUDIT = "#audit"
/** Which rows are told by which command, in channels and to people. */
const TYPES: Readonly<Record<string, string>> = {
  JOIN: "userJoined",
  MODE: "channelModesChanged",
  NOTICE: "staffActed",
  PRIVMSG: "messageSent",
  TOPIC: "topicChanged",
}
/** What is only done by the staff, and with a record after it. */
const ACTS: readonly string[] = ["banSet", "banLifted"]

/** Each method throws at the first thing that does not hold. */
export class Ledger {
  readonly shown = new Map<string, Said>()
  /** When each round began, in ms. */
  readonly began = new Map<number, number>()
  /** Msgids that somebody asked to be redacted, and those of which anybody was told that they are. */
  readonly asked = new Set<string>()
  readonly redacted = new Set<string>()
  readonly #facts = new Map<string, Fact>()
  #rows = new Map<number, LogRow>()

  /** How much was shown of which rows are of a type. */
  count(type: string): number {
    return [...this.#facts.values()].filter((fact) => fact.type === type).length
  }

  /** Everything that one session was sent, in its order, from before anybody spoke. */
  heard(lines: readonly string[]) {
    let last: Fact | undefined
    const due = new Map<string, number>()
    for (const line of lines) {
      const [, redacted] = / REDACT \S+ :?(\S+)/.exec(line) ?? []
      if (redacted !== undefined) this.redacted.add(redacted)
      const fact = factIn(line)
      if (!fact) continue
      if (last && (fact.msgid <= last.msgid || fact.at < last.at))
        throw new Error(`${fact.line} came after ${last.line}`)
      last = fact
      const known = this.#facts.get(fact.msgid)
      if (known && (known.type !== fact.type || known.at !== fact.at))
        throw new Error(`${fact.msgid} is ${known.line} and ${fact.line}`)
      this.#facts.set(fact.msgid, fact)
      const said = saidIn(line)
      if (said) this.#heard(said, due)
    }
  }

  // Whoever hears somebody say a number has heard all before it.
  #heard(said: Said, due: Map<string, number>) {
    const known = this.shown.get(said.msgid)
    if (known && (known.text !== said.text || known.where !== said.where))
      throw new Error(`${said.msgid} is ${known.text} and ${said.text}`)
    this.shown.set(said.msgid, said)
    const place = placeOf(said.text)
    if (!place) return
    const expected = due.get(place.series) ?? 0
    if (place.number !== expected)
      throw new Error(`${said.text} was heard and not number ${expected} before it`)
    due.set(place.series, expected + 1)
  }

  /** All rows of the log, in their order. */
  compareLog(rows: readonly LogRow[]) {
    this.#rows = new Map(rows.map((row) => [row.seq, row]))
    for (const fact of this.#facts.values()) {
      const row = this.#rows.get(seqOf(fact.msgid))
      if (row?.type !== fact.type) throw new Error(`${fact.line} was shown and is lost`)
      if (row.at !== fact.at) throw new Error(`${fact.line} was shown and is of ${row.at} in the log`)
    }
    for (const said of this.shown.values()) if (said.where !== AUDIT) this.#compareText(said)
    const kept = rows.flatMap(({ type, text }) => (type === "messageSent" && text !== null ? [text] : []))
    if (new Set(kept).size !== kept.length) throw new Error("the log holds a message twice")
    rows.forEach((row, i) => {
      const before = rows[i - 1]
      if (before && (row.seq <= before.seq || row.at < before.at))
        throw new Error(`the log goes back at ${row.seq}`)
      if (ACTS.includes(row.type) && rows[i + 1]?.type !== "staffActed")
        throw new Error(`${row.type} at ${row.seq} has no record`)
    })
  }

  #compareText({ msgid, text }: Said) {
    const there = this.#rows.get(seqOf(msgid))?.text ?? null
    if (this.redacted.has(msgid) && there !== null)
      throw new Error(`${text} was taken back and is in the log`)
    if (there !== text && !(there === null && this.asked.has(msgid)))
      throw new Error(`${text} was shown and ${there} is in the log`)
  }

  /** The history of a place, from a round, as it came over the wire; the log was compared before. */
  compare(where: string, round: number, history: readonly Said[]) {
    history.forEach((said, i) => this.#follows(history[i - 1], said))
    const there = new Map(history.map((said) => [said.msgid, said]))
    for (const said of this.shown.values()) {
      if (said.where !== where || roundOf(said.text) !== round) continue
      const found = there.get(said.msgid)
      if (found && this.redacted.has(said.msgid))
        throw new Error(`${said.text} was taken back and came again`)
      if (found ? found.text !== said.text || found.at !== said.at : !this.asked.has(said.msgid))
        throw new Error(`${said.text} was shown and the history has ${found?.text}`)
    }
    const taken = new Set([...this.asked].map((msgid) => this.shown.get(msgid)?.text))
    const series = Map.groupBy(history, ({ text }) => placeOf(text)?.series)
    for (const [name, said] of series) if (name !== undefined) withoutGaps(name, said, taken)
  }

  #follows(before: Said | undefined, said: Said) {
    if (before && (said.msgid <= before.msgid || said.at < before.at))
      throw new Error(`the history has ${said.text} (${said.msgid}) after ${before.text} (${before.msgid})`)
    const row = this.#rows.get(seqOf(said.msgid))
    if (row?.at !== said.at || (said.where !== AUDIT && row.text !== said.text))
      throw new Error(`the history has ${said.text}, which is not in the log`)
  }
}

/** Whoever said a number said those before it, but for what was taken back. */
function withoutGaps(series: string, history: readonly Said[], taken: ReadonlySet<string | undefined>) {
  let due = 0
  for (const { text } of history) {
    const { number = 0 } = placeOf(text) ?? {}
    while (due < number && taken.has(textAt(series, due))) due++
    if (number !== due) throw new Error(`the history has ${text} and not ${textAt(series, due)} before it`)
    due++
  }
}

/** What is said in a round by one to a channel (c) or to another (d): `c3.0.17`. */
export function textAt(series: string, number: number): string {
  return `${series}.${number}`
}

function placeOf(text: string): { readonly series: string; readonly number: number } | undefined {
  const [, series, number] = /^([cd]\d+\.\d+)\.(\d+)$/.exec(text) ?? []
  return series === undefined ? undefined : { series, number: Number(number) }
}

/** The round in which something was said or done that names it. */
export function roundOf(text: string): number | undefined {
  const [, round] = /^[cd](\d+)\.| bad-(\d+)\./.exec(text)?.filter((part) => part !== undefined) ?? []
  return round === undefined ? undefined : Number(round)
}

/** A message or a record in a line, if it has a msgid. */
export function saidIn(line: string): Said | undefined {
  const fact = factIn(line)
  const [, source = "", target = "", text] = / :([^!\s]+)\S* (?:PRIVMSG|NOTICE) (\S+) :(.*)$/.exec(line) ?? []
  if (!fact || text === undefined) return undefined
  const where = target.startsWith("#") ? target : pairOf(source, target)
  return { msgid: fact.msgid, at: fact.at, where, text }
}

function factIn(line: string): Fact | undefined {
  const [, tags = "", command = "", target = ""] = /^@(\S+) :\S+ (\S+) :?(\S+)/.exec(line) ?? []
  const tag = (name: string) => tags.match(new RegExp(`(?:^|;)${name}=([^;]+)`))?.[1]
  const [msgid, type] = [tag("msgid"), TYPES[command]]
  if (msgid === undefined || type === undefined) return undefined
  if (command !== "PRIVMSG" && !target.startsWith("#")) return undefined
  return { msgid, at: parseServerTime(tag("time") ?? "") ?? Number.NaN, type, line }
}

function seqOf(msgid: string): number {
  return parseMsgid(msgid)?.seq ?? 0
}

/** Where two talk with each other. */
export function pairOf(one: string, other: string): string {
  return [one, other].toSorted().join(" ")
}
