// The checker of the crash rounds is lied to: of a server that keeps its word it says nothing, and each lie it reports.

import { expect, test } from "bun:test"
import { msgidOf } from "../../src/protocol/msgid.ts"
import { serverTime } from "../../src/protocol/server-time.ts"
import { AUDIT, Ledger, type LogRow, pairOf, type Said } from "./ledger.ts"

const EPOCH = 3
const ROUND = 1
const BEGINNING = Date.UTC(2026, 0, 1)
const DEN = "#load1"
const PAIR = pairOf("alice", "bob")

/** What a server did, said and kept; a lie changes one of them. */
interface Scene {
  rows: LogRow[]
  /** What each session was sent. */
  alice: string[]
  bob: string[]
  /** Histories as they came over the wire. */
  inDen: Said[]
  between: Said[]
  inAudit: Said[]
  /** Msgids that somebody asked to be redacted. */
  asked: string[]
}

const idOf = (seq: number) => msgidOf(EPOCH, seq)
const atOf = (seq: number) => BEGINNING + seq * 10
const tagged = (seq: number, rest: string) => `@msgid=${idOf(seq)};time=${serverTime(atOf(seq))} ${rest}`
const row = (seq: number, type: string, text: string | null = null): LogRow => ({
  seq,
  at: atOf(seq),
  type,
  text,
})
const said = (seq: number, where: string, text: string): Said => ({
  msgid: idOf(seq),
  at: atOf(seq),
  where,
  text,
})
const toDen = (seq: number, text: string) => tagged(seq, `:alice!a@a PRIVMSG ${DEN} :${text}`)
const toBob = (seq: number, text: string) => tagged(seq, `:alice!a@a PRIVMSG bob :${text}`)

const BANNED = "alice banned bad-1.0!*@* (kind mask): noise"

/** Alice says five lines in the channel, of which the third is taken back, and two to bob; she mutes and bans somebody. */
function truth(): Scene {
  const lines = [
    tagged(2, `:alice!a@a JOIN ${DEN}`),
    toDen(3, "c1.0.0"),
    toDen(4, "c1.0.1"),
    toBob(5, "d1.0.0"),
    toDen(6, "c1.0.2"),
    tagged(7, `:alice!a@a MODE ${DEN} +b m:loud!*@*`),
    `:alice!a@a REDACT ${DEN} ${idOf(6)}`,
    toDen(9, "c1.0.3"),
    toDen(12, "c1.0.4"),
    toBob(13, "d1.0.1"),
  ]
  return {
    rows: [
      row(1, "serverStarted"),
      row(2, "userJoined"),
      row(3, "messageSent", "c1.0.0"),
      row(4, "messageSent", "c1.0.1"),
      row(5, "messageSent", "d1.0.0"),
      row(6, "messageSent"),
      row(7, "channelModesChanged"),
      row(8, "messageRedacted"),
      row(9, "messageSent", "c1.0.3"),
      row(10, "banSet"),
      row(11, "staffActed", "noise"),
      row(12, "messageSent", "c1.0.4"),
      row(13, "messageSent", "d1.0.1"),
      // It was on disk before anybody was shown it.
      row(14, "messageSent", "c1.0.5"),
    ],
    alice: [...lines.slice(0, 8), tagged(11, `:irc.example NOTICE ${AUDIT} :${BANNED}`), ...lines.slice(8)],
    bob: lines,
    inDen: [
      said(3, DEN, "c1.0.0"),
      said(4, DEN, "c1.0.1"),
      said(9, DEN, "c1.0.3"),
      said(12, DEN, "c1.0.4"),
      said(14, DEN, "c1.0.5"),
    ],
    between: [said(5, PAIR, "d1.0.0"), said(13, PAIR, "d1.0.1")],
    inAudit: [said(11, AUDIT, BANNED)],
    asked: [idOf(6)],
  }
}

function check({ rows, alice, bob, inDen, between, inAudit, asked }: Scene) {
  const ledger = new Ledger()
  for (const msgid of asked) ledger.asked.add(msgid)
  ledger.heard(alice)
  ledger.heard(bob)
  ledger.compareLog(rows)
  ledger.compare(DEN, ROUND, inDen)
  ledger.compare(PAIR, ROUND, between)
  ledger.compare(AUDIT, ROUND, inAudit)
  return ledger
}

test("a server that keeps its word is believed, and what it did is counted", () => {
  const ledger = check(truth())
  expect(ledger.shown.size).toBe(8)
  expect(["messageSent", "channelModesChanged", "staffActed"].map((type) => ledger.count(type))).toEqual([
    7, 1, 1,
  ])
  expect([...ledger.redacted]).toEqual([idOf(6)])
})

const without = <T>(list: readonly T[], index: number) => list.toSpliced(index, 1)
const swapped = <T>(list: readonly T[], index: number) =>
  list.toSpliced(index, 2, list[index + 1]!, list[index]!)
const twice = <T>(list: readonly T[], index: number) => list.toSpliced(index, 0, list[index]!)
const ofSeq = (rows: readonly LogRow[], seq: number) => rows.findIndex((one) => one.seq === seq)

const LIES: readonly [lie: string, tell: (scene: Scene) => Partial<Scene>, word: RegExp][] = [
  // The log.
  [
    "an echoed message is not in the log",
    ({ rows }) => ({ rows: without(rows, ofSeq(rows, 4)) }),
    /c1\.0\.1 was shown and is lost/,
  ],
  [
    "one that was said to bob is not in the log",
    ({ rows }) => ({ rows: without(rows, ofSeq(rows, 5)) }),
    /d1\.0\.0 was shown and is lost/,
  ],
  [
    "the last is not in the log",
    ({ rows }) => ({ rows: rows.slice(0, -2) }),
    /d1\.0\.1 was shown and is lost/,
  ],
  [
    "it is there with other words",
    ({ rows }) => ({ rows: rows.with(3, row(4, "messageSent", "c9.0.1")) }),
    /c1\.0\.1 was shown and c9\.0\.1 is in the log/,
  ],
  [
    "it is there without its words, and nobody asked",
    ({ rows }) => ({ rows: rows.with(3, row(4, "messageSent")) }),
    /c1\.0\.1 was shown and null is in the log/,
  ],
  [
    "it is there at another time",
    ({ rows }) => ({ rows: rows.with(3, { ...row(4, "messageSent", "c1.0.1"), at: atOf(4) + 1 }) }),
    /c1\.0\.1 was shown and is of/,
  ],
  [
    "another event is in its place",
    ({ rows }) => ({ rows: rows.with(3, row(4, "userParted")) }),
    /c1\.0\.1 was shown and is lost/,
  ],
  [
    "the log holds one twice",
    ({ rows }) => ({ rows: [...rows, row(15, "messageSent", "c1.0.1")] }),
    /holds a message twice/,
  ],
  [
    "the log goes back in time",
    ({ rows }) => ({ rows: [...rows, { ...row(15, "userQuit"), at: 0 }] }),
    /goes back at 15/,
  ],
  [
    "what was taken back is in the log",
    ({ rows }) => ({ rows: rows.with(5, row(6, "messageSent", "c1.0.2")) }),
    /c1\.0\.2 was taken back and is in the log/,
  ],
  [
    "a mode that was shown is not in the log",
    ({ rows }) => ({ rows: without(rows, ofSeq(rows, 7)) }),
    /MODE .* was shown and is lost/,
  ],
  [
    "a record that was shown is not in the log",
    ({ rows }) => ({ rows: without(rows, ofSeq(rows, 11)) }),
    /NOTICE #audit .* was shown and is lost/,
  ],
  [
    "a ban has no record",
    ({ rows }) => ({ rows: [...rows, row(15, "banLifted")] }),
    /banLifted at 15 has no record/,
  ],
  // What people were sent.
  ["one is delivered twice", ({ bob }) => ({ bob: twice(bob, 2) }), /c1\.0\.1 came after .*c1\.0\.1/],
  [
    "one is delivered again later",
    ({ bob }) => ({ bob: [...bob, bob[2]!] }),
    /c1\.0\.1 came after .*d1\.0\.1/,
  ],
  ["two are swapped", ({ bob }) => ({ bob: swapped(bob, 2) }), /c1\.0\.1 came after .*d1\.0\.0/],
  [
    "two are swapped and their msgids are not",
    ({ bob }) => ({ bob: bob.with(1, toDen(3, "c1.0.1")).with(2, toDen(4, "c1.0.0")) }),
    /is c1\.0\.0 and c1\.0\.1/,
  ],
  [
    "two are swapped for everybody, under the msgids in order",
    ({ alice, bob }) => ({
      alice: alice.with(1, toDen(3, "c1.0.1")).with(2, toDen(4, "c1.0.0")),
      bob: bob.with(1, toDen(3, "c1.0.1")).with(2, toDen(4, "c1.0.0")),
    }),
    /c1\.0\.1 was heard and not number 0/,
  ],
  [
    "one reader is never told of a message",
    ({ bob }) => ({ bob: without(bob, 2) }),
    /c1\.0\.2 was heard and not number 1/,
  ],
  [
    "bob is never told what was said to him",
    ({ bob }) => ({ bob: without(bob, 3) }),
    /d1\.0\.1 was heard and not number 0/,
  ],
  [
    "a msgid is given twice",
    ({ bob }) => ({ bob: bob.with(7, toDen(6, "c1.0.3")) }),
    /came after|is c1\.0\.2 and c1\.0\.3/,
  ],
  [
    "a msgid is of another to somebody else",
    ({ bob }) => ({ bob: bob.with(7, toDen(9, "c1.0.9")) }),
    /is c1\.0\.3 and c1\.0\.9/,
  ],
  [
    "a msgid is a message and a mode",
    ({ bob }) => ({ bob: bob.with(5, tagged(9, `:alice!a@a MODE ${DEN} +m`)).slice(0, 6) }),
    /is .*PRIVMSG.* and .*MODE/,
  ],
  [
    "what was said to one is heard in the channel",
    ({ bob }) => ({ bob: bob.with(3, toDen(5, "d1.0.0")) }),
    /is d1\.0\.0 and d1\.0\.0/,
  ],
  [
    "time goes back",
    ({ bob }) => ({ bob: bob.with(7, bob[7]!.replace(serverTime(atOf(9)), serverTime(atOf(1)))) }),
    /c1\.0\.3 came after/,
  ],
  [
    "the time is another to somebody else",
    ({ bob }) => ({ bob: bob.with(7, bob[7]!.replace(serverTime(atOf(9)), serverTime(atOf(9) + 1))) }),
    /c1\.0\.3 and .*c1\.0\.3/,
  ],
  [
    "an echo of what never was",
    ({ alice }) => ({ alice: [...alice, toDen(15, "c1.0.5")] }),
    /c1\.0\.5 was shown and is lost/,
  ],
  // Histories.
  [
    "the history leaves one out",
    ({ inDen }) => ({ inDen: without(inDen, 1) }),
    /c1\.0\.1 was shown and the history has undefined/,
  ],
  [
    "the history ends too early",
    ({ inDen }) => ({ inDen: inDen.slice(0, 3) }),
    /c1\.0\.4 was shown and the history has undefined/,
  ],
  [
    "the history has one twice",
    ({ inDen }) => ({ inDen: twice(inDen, 1) }),
    /has c1\.0\.1 .* after c1\.0\.1/,
  ],
  [
    "the history has two in the wrong order",
    ({ inDen }) => ({ inDen: swapped(inDen, 1) }),
    /has c1\.0\.1 .* after c1\.0\.3/,
  ],
  [
    "the history has what is not in the log",
    ({ inDen }) => ({ inDen: [...inDen, said(15, DEN, "c1.0.6")] }),
    /c1\.0\.6, which is not in the log/,
  ],
  [
    "the history has other words",
    ({ inDen }) => ({ inDen: inDen.with(1, said(4, DEN, "c1.0.7")) }),
    /c1\.0\.7, which is not in the log/,
  ],
  [
    "the history has another time",
    ({ inDen }) => ({ inDen: inDen.with(1, { ...inDen[1]!, at: atOf(4) + 1 }) }),
    /c1\.0\.1, which is not in the log/,
  ],
  [
    "what was taken back comes again",
    ({ rows, inDen }) => ({
      rows: rows.with(5, row(6, "messageSent", "c1.0.2")),
      inDen: inDen.toSpliced(2, 0, said(6, DEN, "c1.0.2")),
    }),
    /c1\.0\.2 was taken back/,
  ],
  [
    "a message that nobody was shown is missing before one that nobody was shown",
    ({ rows, inDen }) => ({
      rows: [...rows, row(15, "messageSent", "c1.0.7")],
      inDen: [...inDen, said(15, DEN, "c1.0.7")],
    }),
    /c1\.0\.7 and not c1\.0\.6 before it/,
  ],
  [
    "what one said to another is not in their history",
    ({ between }) => ({ between: without(between, 0) }),
    /d1\.0\.0 was shown and the history has undefined/,
  ],
  [
    "what one said to another is there twice",
    ({ between }) => ({ between: twice(between, 0) }),
    /has d1\.0\.0 .* after d1\.0\.0/,
  ],
  [
    "the record of an act is not in the audit's history",
    () => ({ inAudit: [] }),
    /banned bad-1\.0.* was shown and the history has undefined/,
  ],
]

for (const [lie, tell, word] of LIES)
  test(`${lie}: reported`, () => {
    const scene = truth()
    expect(() => check({ ...scene, ...tell(scene) })).toThrow(word)
  })
