// Direct messages of the time when we were away: CHATHISTORY TARGETS says with whom there were any, and each conversation is
// then read like a channel's. https://ircv3.net/specs/extensions/chathistory.html#targets

import type { Message } from "../protocol/message.ts"
import { parseServerTime, serverTime } from "../protocol/server-time.ts"
import type { Context } from "./context.ts"
import type { Happening } from "./happening.ts"
import { canRead, PATIENCE_MS } from "./histories.ts"
import { HELD_MAX } from "./limits.ts"
import { historyPage } from "./isupport.ts"
import { DIRECT } from "./resumption.ts"
import type { Mark } from "./view.ts"
import { type Held, underNick } from "./waiting.ts"

/** ms by which clocks may differ, and in which a message may have been under way. */
const FUZZ_MS = 10_000
const DAY_MS = 86_400_000
/** On the first connection, how far back unread direct messages are looked for. */
const MAILBOX_MS = 30 * DAY_MS
/** Conversations looked into after one absence. */
const CONVERSATIONS_MAX = 500
/** Of those in which nothing was said. */
const QUIET_MAX = 20

export class Direct {
  #asking:
    { readonly mailbox: boolean; readonly found: Map<string, { name: string; at: number }> } | undefined
  #askedAt = 0
  #askedFrom = 0
  #reference: string | undefined
  /** Of the page at hand. */
  #page = { count: 0, at: 0 }
  #held: Held[] = []
  /** On the first connection: whose messages wait for the word until when they were read. */
  readonly #mailbox = new Map<string, number>()
  /** Whether that is still to be done: a connection that is lost too soon leaves it to the next one. */
  #mail: "due" | "asked" | "shown" = "due"
  /** Those of whom that word is yet to be asked. */
  #letters: string[] = []
  /** Talks that are not in the list. */
  #quiet: { readonly name: string; readonly mark: Mark }[] = []
  /** The server's time when it was last heard, ms since 1970. */
  #heardAt: number | undefined
  /** That time when the connection was lost: from there on everything is to be read. */
  #since = 0

  /** Direct messages that come now wait, as they may not be the next ones. */
  get isAsking(): boolean {
    return this.#asking !== undefined
  }

  heard(at: number) {
    this.#heardAt = Math.max(at, this.#heardAt ?? 0)
  }

  /** The connection was lost: the next one begins with a question. */
  connectionLost(context: Context) {
    const { resumption } = context.histories
    if (!resumption.isOpen) this.#since = (this.#heardAt ?? context.now) - FUZZ_MS
    if (context.view.registered) resumption.begin([...context.wanted.keys(), DIRECT], context.now)
    context.histories.waiting.keep(context, this.#held.splice(0))
    this.#mailbox.clear()
    if (this.#mail === "asked") this.#mail = "due"
    this.#letters = []
    this.#quiet = []
    this.#reference = undefined
    this.#asking = resumption.isOpen ? { mailbox: false, found: new Map() } : undefined
    this.#askedAt = Infinity
  }

  /** Registered, and the server has said what it can do. */
  begin(context: Context) {
    const resuming = context.histories.resumption.has(DIRECT)
    if (resuming && !canRead(context)) return this.#end(context, false)
    if (!resuming) this.#lookForMail(context)
    else if (this.#asking) this.#ask(context, this.#since)
  }

  #lookForMail(context: Context) {
    if (this.#mail !== "due" || !canRead(context) || !context.reading.isOn(context)) return
    this.#asking = { mailbox: true, found: new Map() }
    this.#ask(context, (this.#heardAt ?? context.now) - MAILBOX_MS)
  }

  #ask(context: Context, since: number) {
    this.#askedAt = context.now
    this.#askedFrom = since
    // The clock of this computer may be slow.
    const until = Math.max(context.now, this.#heardAt ?? 0) + DAY_MS
    const [from, to] = [since, until].map((at) => `timestamp=${serverTime(at)}`)
    context.send(`CHATHISTORY TARGETS ${from} ${to} ${historyPage(context.view)}`)
  }

  open(reference: string) {
    this.#reference = reference
  }

  /** True when the line is part of the answer, and taken. */
  collect(context: Context, { tags, params }: Message): boolean {
    if (this.#reference === undefined || tags.get("batch") !== this.#reference) return false
    const [, name = "", time = ""] = params
    const at = parseServerTime(time)
    const found = this.#asking?.found
    if (at !== undefined && !context.view.isChannel(name) && (found?.size ?? 0) < CONVERSATIONS_MAX)
      found?.set(context.view.key(name), { name, at })
    this.#page = { count: this.#page.count + 1, at: Math.max(this.#page.at, at ?? 0) }
    return true
  }

  close(context: Context, reference: string) {
    if (reference !== this.#reference || !this.#asking) return
    this.#reference = undefined
    const { count, at } = this.#page
    this.#page = { count: 0, at: 0 }
    const isFull = count >= historyPage(context.view)
    // A full page may not be the last one: the next begins where it ended, and there may be more of that very time.
    const next = at - 1 > this.#askedFrom ? at - 1 : at
    const goesOn = isFull && next > this.#askedFrom && this.#asking.found.size < CONVERSATIONS_MAX
    if (goesOn) this.#ask(context, next)
    else this.#end(context, !isFull)
  }

  /** A server that does not know the question is asked for the conversations that we know. */
  failed(context: Context, code: string) {
    if (!this.#asking) return
    const isUnknown = code === "INVALID_PARAMS" && !this.#asking.mailbox
    if (isUnknown)
      for (const [key, name] of context.view.queries) this.#asking.found.set(key, { name, at: 0 })
    this.#end(context, isUnknown)
  }

  tick(context: Context) {
    if (context.now - this.#askedAt <= PATIENCE_MS) return
    if (this.#asking) this.#end(context, false)
    else if (this.#letters.length === 0 && this.#mailbox.size > 0) this.#giveUpMail(context)
  }

  #giveUpMail(context: Context) {
    this.#mailbox.clear()
    this.historiesFilled(context)
  }

  renamed(context: Context, from: string, to: string) {
    this.#held = this.#held.map((held) => underNick(context, held, from, to))
  }

  /** True when a happening has to wait until it is known what came before it. */
  hold(context: Context, happening: Happening, id: string | undefined): boolean {
    if (!("target" in happening)) return false
    const isLetter = this.#letters.length > 0 || this.#mailbox.has(context.view.key(happening.target))
    if (!this.#asking && !isLetter) return false
    if (happening.type === "undelivered" || happening.type === "unconfirmed") return false
    if (context.view.isChannel(happening.target)) return false
    if (this.#held.length >= HELD_MAX) {
      if (this.#asking) this.#end(context, false)
      this.#giveUpMail(context)
      return false
    }
    this.#held.push({ happening, id })
    return true
  }

  #end(context: Context, complete: boolean) {
    const { mailbox, found } = this.#asking ?? { mailbox: false, found: new Map() }
    this.#asking = undefined
    if (mailbox) this.#askMarkers(context, found)
    else this.#fill(context, found, complete)
    context.histories.waiting.tell(context, (target) => !context.view.isChannel(target))
    if (this.#letters.length === 0) this.#release(context)
    context.outbox.pump(context)
    if (!context.histories.isFilling) this.#lookForMail(context)
  }

  #release(context: Context) {
    for (const { happening, id } of this.#held.splice(0)) context.tell(happening, id)
  }

  #fill(context: Context, found: ReadonlyMap<string, { name: string }>, complete: boolean) {
    const { view, histories } = context
    const since = { id: undefined, at: this.#since }
    for (const [key, { name }] of found) {
      histories.resumption.add(key)
      // It may have been read on another device meanwhile.
      if (context.reading.isOn(context)) context.send(`MARKREAD ${name}`)
      histories.fillGap(context, name, view.mark(name) ?? since)
    }
    // Nothing is known of the others: what was in doubt stays so.
    context.giveUp((target) => !view.isChannel(target) && !found.has(view.key(target)))
    this.#findQuiet(context, found)
    if (!histories.isFilling) this.historiesFilled(context)
    histories.resumption.done(context, DIRECT, 0, complete)
  }

  /** What was taken back, or reacted to, does not bring a talk into that list. */
  #findQuiet({ view, histories }: Context, found: ReadonlyMap<string, unknown>) {
    if (!view.capabilities.has("draft/event-playback")) return
    for (const [key, name] of [...view.queries].slice(-QUIET_MAX)) {
      const mark = view.mark(name)
      if (!mark || found.has(key)) continue
      histories.resumption.add(key)
      this.#quiet.push({ name, mark })
    }
  }

  /** "except for user targets where they have to request the initial read timestamp" */
  #askMarkers(context: Context, found: ReadonlyMap<string, { name: string; at: number }>) {
    this.#mail = "asked"
    for (const [key, { at }] of found) this.#mailbox.set(key, at)
    this.#letters = Array.from(found.values(), ({ name }) => name)
    if (!context.histories.isFilling) this.historiesFilled(context)
  }

  /**
   * What was said to us alone is shown after what was said in channels, where it is seen. What comes until then waits: shown sooner it
   * would be marked as read, and what came before it with it.
   */
  historiesFilled(context: Context) {
    if (this.#asking) return
    if (this.#letters.length > 0) this.#askedAt = context.now
    for (const name of this.#letters.splice(0)) context.send(`MARKREAD ${name}`)
    // Not before: under another nick it may be one of those, of which everything is known then.
    for (const { name, mark } of this.#quiet.splice(0)) context.histories.fillGap(context, name, mark, true)
    if (this.#mail === "asked" && this.#mailbox.size === 0) this.#mail = "shown"
    this.#release(context)
    if (!context.histories.resumption.isOpen) this.#lookForMail(context)
  }

  /** MARKREAD has said until when the conversation was read (undefined: never). */
  marked(context: Context, target: string, until: number | undefined) {
    const key = context.view.key(target)
    const latest = this.#mailbox.get(key)
    this.#mailbox.delete(key)
    if (latest === undefined) return
    const from = until === undefined ? undefined : { id: undefined, at: until }
    if (latest > (until ?? 0)) context.histories.look(context, target, from)
    if (context.histories.isFilling) this.#release(context)
    else this.historiesFilled(context)
  }
}
