// Direct messages of the time when we were away, and of before the first connection: it is asked with whom there were any, and each talk
// is then read like a channel's history. What comes meanwhile waits.

import type { Collector } from "./batches.ts"
import type { Context } from "./context.ts"
import { canRead, PATIENCE_MS } from "./histories.ts"
import { HELD_MAX } from "./limits.ts"
import { Mailbox } from "./mailbox.ts"
import { DIRECT } from "./resumption.ts"
import { type Talk, Targets } from "./targets.ts"
import type { Mark } from "./view.ts"
import { type Held, underNick } from "./waiting.ts"

/** ms by which clocks may differ, and in which a message may have been under way. */
const FUZZ_MS = 10_000
const DAY_MS = 86_400_000
/** On the first connection, how far back unread direct messages are looked for. */
const MAILBOX_MS = 30 * DAY_MS
/** Talks looked into in which nothing was said. */
const QUIET_MAX = 20

export class Direct {
  #asking: Targets | undefined
  readonly #mailbox = new Mailbox()
  #held: Held[] = []
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
    const { resumption, waiting } = context.histories
    if (!resumption.isOpen) this.#since = (this.#heardAt ?? context.now) - FUZZ_MS
    if (context.view.registered) resumption.begin([...context.wanted.keys(), DIRECT], context.now)
    waiting.keep(context, this.#held.splice(0))
    this.#mailbox.connectionLost()
    this.#quiet = []
    this.#asking = resumption.isOpen ? new Targets(this.#since, false) : undefined
  }

  /** Registered, and the server has said what it can do. */
  begin(context: Context) {
    if (!context.histories.resumption.has(DIRECT)) return this.#lookForMail(context)
    if (canRead(context)) this.#ask(context)
    else this.#end(context, false)
  }

  #lookForMail(context: Context) {
    if (this.#asking || !this.#mailbox.isDue(context)) return
    this.#asking = new Targets((this.#heardAt ?? context.now) - MAILBOX_MS, true)
    this.#ask(context)
  }

  #ask(context: Context) {
    // The clock of this computer may be slow.
    this.#asking?.ask(context, Math.max(context.now, this.#heardAt ?? 0) + DAY_MS)
  }

  /** A page of the list comes. */
  openBatch(context: Context): Collector {
    const targets = this.#asking
    targets?.openPage()
    return {
      add: (message) => targets?.add(context, message),
      close: () => void this.#closePage(context, targets),
    }
  }

  #closePage(context: Context, targets: Targets | undefined) {
    // It was not waited for any longer.
    if (!targets || targets !== this.#asking) return
    const outcome = targets.closePage(context)
    if (outcome === "more") this.#ask(context)
    else this.#end(context, outcome === "whole")
  }

  /** A server that does not know the question is asked for the talks that we know. */
  failed(context: Context, code: string) {
    const isUnknown = code === "INVALID_PARAMS" && this.#asking?.isForMail === false
    if (isUnknown)
      for (const [key, name] of context.view.queries) this.#asking?.talks.set(key, { name, at: 0 })
    this.#end(context, isUnknown)
  }

  tick(context: Context) {
    if (this.#asking && context.now - this.#asking.askedAt > PATIENCE_MS) this.#end(context, false)
    else if (this.#mailbox.isLate(context)) this.#giveUpMail(context)
  }

  #giveUpMail(context: Context) {
    this.#mailbox.giveUp()
    this.historiesFilled(context)
  }

  renamed(context: Context, from: string, to: string) {
    this.#held = this.#held.map((held) => underNick(context, held, from, to))
  }

  /** True when what came live has to wait until it is known what came before it. */
  hold(context: Context, held: Held): boolean {
    const { target } = held.happening
    if (context.view.isChannel(target)) return false
    if (!this.isAsking && !this.#mailbox.holds(context, target)) return false
    if (this.#held.length < HELD_MAX) return this.#held.push(held) > 0
    if (this.isAsking) this.#end(context, false)
    this.#giveUpMail(context)
    return false
  }

  #end(context: Context, isWhole: boolean) {
    if (!this.#asking) return
    const { talks, isForMail } = this.#asking
    this.#asking = undefined
    if (isForMail) this.#mailbox.listed(talks)
    else this.#fill(context, talks, isWhole)
    if (!context.histories.isFilling) this.#readRest(context)
    this.#release(context)
    context.outbox.pump(context)
    if (!context.histories.isFilling) this.#lookForMail(context)
  }

  /** Tells what waited, where nothing is to come before it any more. */
  #release(context: Context) {
    context.histories.waiting.tell(context, (target) => !context.view.isChannel(target))
    for (const { happening, id } of this.#held.splice(0)) context.tell(happening, id)
  }

  #fill(context: Context, talks: ReadonlyMap<string, Talk>, isWhole: boolean) {
    const { view, histories } = context
    const since = { id: undefined, at: this.#since }
    for (const [key, { name }] of talks) {
      histories.resumption.add(key)
      // It may have been read on another device meanwhile.
      if (context.reading.isOn(context)) context.send(`MARKREAD ${name}`)
      histories.fillGap(context, name, view.mark(name) ?? since)
    }
    // Nothing is known of the others: what was in doubt stays so.
    context.giveUp((target) => !view.isChannel(target) && !talks.has(view.key(target)))
    this.#findQuiet(context, talks)
    histories.resumption.done(context, DIRECT, isWhole)
  }

  /** What was taken back, or reacted to, does not bring a talk into that list. */
  #findQuiet({ view, histories }: Context, talks: ReadonlyMap<string, unknown>) {
    if (!view.capabilities.has("draft/event-playback")) return
    for (const [key, name] of [...view.queries].slice(-QUIET_MAX)) {
      const mark = view.mark(name)
      if (!mark || talks.has(key)) continue
      histories.resumption.add(key)
      this.#quiet.push({ name, mark })
    }
  }

  /** No history is being fetched any more. */
  historiesFilled(context: Context) {
    if (this.#asking) return
    this.#readRest(context)
    this.#release(context)
    if (!context.histories.resumption.isOpen) this.#lookForMail(context)
  }

  /** After everything else the mail is read, and the quiet talks: before, one may be another of the talks, under another nick. */
  #readRest(context: Context) {
    this.#mailbox.ask(context)
    for (const { name, mark } of this.#quiet.splice(0)) context.histories.fillGap(context, name, mark, true)
  }

  /** MARKREAD has said until when the talk was read (undefined: never). */
  marked(context: Context, target: string, until: number | undefined) {
    if (!this.#mailbox.marked(context, target, until)) return
    if (context.histories.isFilling) this.#release(context)
    else this.historiesFilled(context)
  }
}
