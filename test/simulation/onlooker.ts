// One session as its client sees it: from nothing but the lines it was sent, who is in which channel; and what it should never
// have been sent.

import { ACCOUNT_TAG, READ_MARKER } from "../../src/protocol/capabilities.ts"
import { folded } from "../../src/protocol/names.ts"
import { parseMsgid } from "../../src/protocol/msgid.ts"
import { parseServerTime } from "../../src/protocol/server-time.ts"
import type { Message } from "../../src/protocol/message.ts"
import type { Session } from "../../src/core/session.ts"
import { wellFormed } from "../support/well-formed.ts"

/** A message somebody was shown. */
export interface Heard {
  readonly msgid: string | undefined
  readonly command: string
  readonly source: string
  readonly target: string
  readonly text: string
  /** Whose account-tag it has, "" for nobody's; undefined without the capability. */
  readonly account: string | undefined
  /** From CHATHISTORY. */
  readonly old: boolean
  readonly self: boolean
}

/** What tells that its source is there. */
const ABOUT_SOMEBODY = new Set(["JOIN", "PART", "QUIT", "NICK", "AWAY", "SETNAME"])
const SAID = new Set(["PRIVMSG", "NOTICE", "TAGMSG"])
const HISTORIES = new Set(["chathistory", "soju.im/search", "draft/chathistory-targets"])
/** Lines that name no channel. */
const OF_ALL = new Set(["NICK", "QUIT"])

export class Onlooker {
  readonly session: Session
  nick = "*"
  closed = false
  /** Folded channel names and folded nicks. */
  readonly channels = new Map<string, Set<string>>()
  /** Those that were auditoriums while it was there, where not everybody is seen. */
  readonly partial = new Set<string>()
  /** Folded nicks of whom it may have been told since the last turn: seen in a channel at some time of it. */
  readonly visible = new Set<string>()
  /** Folded names of channels in which it may, as `visible`, see whoever comes: also who is gone again at one stroke. */
  readonly open = new Set<string>()
  /** Folded nicks that it saw come into an auditorium, unseen before: each has to be given a sign by the end of the turn. */
  readonly unsigned = new Set<string>()
  /** Folded nicks of MONITOR, from what it was told of them. */
  readonly watched = new Set<string>()
  /** What of history it was sent, in its order; who looks at it empties it. */
  readonly read: Message[] = []
  #lastSeq = 0
  #lastSaid: string | undefined
  #lastAt = 0
  #listing = new Map<string, Set<string>>()
  /** What the batches of history are of; nothing where that is searched for. */
  #batches = new Map<string, string>()
  /** Places of its own JOINs, where they were named. */
  readonly #joined = new Map<string, number>()
  /** Until when it has read, by channel: as a guest and then as an account, but not as one account and then as another. */
  readonly #markers = new Map<string, string>()
  #account: string | undefined

  readonly #fromJoin: boolean

  constructor(session: Session, fromJoin: boolean) {
    this.session = session
    this.#fromJoin = fromJoin
  }

  /** Reads one line; what was said by somebody in it, if anything was. */
  hear(line: string): Heard | undefined {
    this.#expect(!this.closed, "a line after the end", line)
    const message = wellFormed(line)
    const of = this.#historyOf(message)
    if (of === undefined) this.#inOrder(message, line)
    else {
      this.read.push(message)
      this.#mayRead(message, of, line)
    }
    if (SAID.has(message.command)) return this.#said(message, of !== undefined, line)
    if (of === undefined) this.#follow(message, line)
    return undefined
  }

  #historyOf({ tags, command, params }: Message): string | undefined {
    const [reference = "", type = "", target = ""] = params
    const outer = this.#batches.get(tags.get("batch") ?? "")
    // A message of several lines is a batch in that of the history.
    if (command === "BATCH" && (HISTORIES.has(type) || outer !== undefined))
      this.#batches.set(reference.slice(1), outer ?? folded(target))
    return outer
  }

  // History is of a channel that it is in, since its JOIN where that is the rule, or of its own direct messages.
  #mayRead({ tags, command, source = "", params }: Message, of: string, line: string) {
    if (command === "BATCH") return
    const name = command === "CHATHISTORY" ? params[1] : OF_ALL.has(command) ? of : params[0]
    const target = folded(name ?? "")
    this.#expect(of === "" || !of.startsWith("#") || target === of, `not of ${of}`, line)
    if (target.startsWith("#")) {
      this.#in(target, line)
      const place = parseMsgid(tags.get("msgid") ?? "")?.seq
      const from = this.#fromJoin && target !== "#audit" ? (this.#joined.get(target) ?? 0) : 0
      this.#expect(place === undefined || place > from, "said before it came", line)
    } else if (command !== "CHATHISTORY") {
      const own = nickOf(source) === folded(this.nick) || target === folded(this.nick)
      this.#expect(own, "not its own", line)
    }
  }

  // "Time in the log never goes back", and every session hears the log in its order.
  #inOrder({ tags, source = "", params }: Message, line: string) {
    // A word to oneself is there twice, and only one of both answers a label.
    if (nickOf(source) === folded(this.nick) && folded(params[0] ?? "") === folded(this.nick)) return
    const id = tags.get("msgid")
    const place = id === undefined ? undefined : parseMsgid(id)
    this.#expect(id === undefined || place !== undefined, "an odd msgid", line)
    if (place) {
      this.#expect(place.seq >= this.#lastSeq, `${place.seq} after ${this.#lastSeq}`, line)
      this.#lastSeq = place.seq
    }
    const time = tags.get("time")
    const at = time === undefined ? this.#lastAt : (parseServerTime(time) ?? -1)
    this.#expect(at >= this.#lastAt, "time went back", line)
    this.#lastAt = at
  }

  #said({ tags, source = "", command, params }: Message, old: boolean, line: string): Heard | undefined {
    const [target = "", text = ""] = params
    if (!source.includes("!")) {
      // A standard reply in words, or what the staff did, from the server itself.
      if (target.startsWith("#")) this.#expect(this.#isFor(target), "not entitled to hear it", line)
      return undefined
    }
    const self = nickOf(source) === folded(this.nick)
    // Its own words come back to the speaker, also from a channel that hears who is outside.
    this.#expect(self || this.#isFor(target), "not entitled to hear it", line)
    const msgid = tags.get("msgid")
    if (!old && !(self && folded(target) === folded(this.nick)) && msgid !== undefined) {
      this.#expect(msgid !== this.#lastSaid, "the same again", line)
      this.#lastSaid = msgid
    }
    const account = this.session.has(ACCOUNT_TAG) ? (tags.get("account") ?? "") : undefined
    const unique = command === "TAGMSG" ? (tags.get("+x") ?? "") : text
    return { msgid, command, source, target, text: unique, account, old, self }
  }

  #isFor(target: string): boolean {
    const plain = target.replace(/^[~@%+](?=#)/, "")
    return plain.startsWith("#") ? this.channels.has(folded(plain)) : folded(target) === folded(this.nick)
  }

  #follow({ tags, command, source = "", params }: Message, line: string) {
    const who = nickOf(source)
    const self = who === folded(this.nick)
    if (command === "JOIN" && this.open.has(folded(params[0] ?? ""))) this.visible.add(who)
    const [first = "", second = "", third = ""] = params
    const name = folded(first)
    if (this.partial.size > 0 && ABOUT_SOMEBODY.has(command) && !(self || this.#mayBeTold(who))) {
      // A founder may come and go at one stroke, behind the check of a password.
      this.#expect(command === "JOIN" && this.partial.has(name), "somebody unseen", line)
      this.unsigned.add(who)
    }
    switch (command) {
      case "001":
        this.nick = first
        this.#account = this.session.user?.account?.name
        return
      case "900":
        if (this.#account !== undefined) this.#markers.clear()
        this.#account = third
        return
      case "JOIN":
        if (self) {
          this.channels.set(name, new Set())
          this.#joined.set(name, parseMsgid(tags.get("msgid") ?? "")?.seq ?? 0)
        }
        this.#in(name, line).add(who)
        return
      case "PART":
        // One may come into an auditorium, which does not list one, and leave it at one stroke.
        this.#expect(
          this.#in(name, line).delete(who) || self || this.partial.has(name),
          "who left was not there",
          line,
        )
        if (self) this.channels.delete(name)
        return
      case "KICK":
        this.#expect(
          this.#in(name, line).delete(folded(second)) || this.partial.has(name),
          "who was kicked was not there",
          line,
        )
        if (folded(second) === folded(this.nick)) this.channels.delete(name)
        return
      case "REDACT":
        this.#expect(self || this.#isFor(first), "a redaction of what it never heard", line)
        return
      case "RENAME":
        this.#rename(name, folded(second), line)
        return
      case "QUIT":
        if (self) return
        this.#everywhere(who, undefined, line)
        return
      case "NICK":
        if (self) this.nick = first
        this.visible.add(name)
        this.#everywhere(who, name, line, self)
        return
      case "TOPIC":
        this.#in(name, line)
        return
      case "MODE":
        if (first.startsWith("#")) {
          this.#in(name, line)
          if (/\+[qohv]/.test(second)) this.#signed(params.slice(2))
        } else this.#expect(name === folded(this.nick), "another's modes", line)
        return
      case "INVITE":
        // A member hears who else is invited.
        if (name !== folded(this.nick)) this.#in(folded(second), line)
        return
      case "AWAY":
      case "SETNAME":
        this.#expect(this.#knows(who), "a stranger", line)
        return
      case "730":
      case "731":
        for (const one of second.split(",")) this.watched.add(nickOf(one))
        return
      case "MARKREAD":
        if (first.startsWith("#")) this.#marked(name, second, line)
        return
      case "353":
        this.#list(third, params[3] ?? "")
        return
      case "366":
        this.#endOfList(second, line)
        return
      case "ERROR":
        this.closed = true
    }
  }

  // "The last read timestamp of a target MUST only ever increase"; `*` is that of a channel that is new to it.
  #marked(name: string, timestamp: string, line: string) {
    const before = this.#markers.get(name) ?? "*"
    const isNew = timestamp === "*" || !this.session.has(READ_MARKER)
    this.#expect(isNew || before === "*" || timestamp >= before, `${before} before`, line)
    this.#markers.set(name, timestamp)
  }

  #rename(old: string, name: string, line: string) {
    const members = this.#in(old, line)
    this.channels.delete(old)
    this.channels.set(name, members)
  }

  #in(name: string, line: string): Set<string> {
    const members = this.channels.get(name)
    if (!members) throw new Error(`${this.nick} is not there: ${line}`)
    return members
  }

  // Who quits or changes nick is heard of by who shares a channel, and by nobody else.
  #everywhere(who: string, next: string | undefined, line: string, self = false) {
    let met = self
    for (const members of this.channels.values()) {
      if (!members.delete(who)) continue
      met = true
      if (next !== undefined) members.add(next)
    }
    this.#expect(met || this.partial.size > 0, "a stranger", line)
  }

  #mayBeTold(who: string): boolean {
    return this.visible.has(who) || this.watched.has(who) || this.unsigned.has(who)
  }

  #signed(nicks: readonly string[]) {
    for (const who of nicks.map(folded)) if (this.unsigned.delete(who)) this.visible.add(who)
  }

  // Who shares a channel, or is watched.
  #knows(who: string): boolean {
    if (who === folded(this.nick) || this.watched.has(who)) return true
    return this.partial.size > 0 || [...this.channels.values()].some((members) => members.has(who))
  }

  #list(channel: string, names: string) {
    const listed = this.#listing.get(folded(channel)) ?? new Set<string>()
    for (const name of names.split(" ")) listed.add(nickOf(name.replace(/^[~@%+]+/, "")))
    this.#listing.set(folded(channel), listed)
  }

  // NAMES is what JOIN, PART, KICK, QUIT and NICK made of the channel, or its beginning.
  #endOfList(channel: string, line: string) {
    const listed = this.#listing.get(folded(channel)) ?? new Set<string>()
    this.#listing.delete(folded(channel))
    const known = this.channels.get(folded(channel))
    if (!known) return
    if (known.size > 1 && !this.partial.has(folded(channel)))
      this.#expect(equal(known, listed), `${[...known]} is not ${[...listed]}`, line)
    this.channels.set(folded(channel), listed)
  }

  #expect(right: boolean, wrong: string, line: string) {
    if (!right) throw new Error(`${wrong}: ${this.nick} was sent ${line}`)
  }
}

function nickOf(source: string): string {
  return folded(source.split("!", 1)[0] ?? "")
}

export function equal(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((one) => b.has(one))
}
