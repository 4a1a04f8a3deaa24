// What was said before we came or while we were away: https://ircv3.net/specs/extensions/chathistory.html. Live events
// of a channel wait until its history is there, so that everything is shown once and in order.

import type { Message } from "../protocol/message.ts"
import { serverTime } from "../protocol/server-time.ts"
import type { Context } from "./context.ts"
import type { Happening, Spoken } from "./happening.ts"
import { historyPage } from "./isupport.ts"
import { spokenOf } from "./spoken.ts"
import type { Mark } from "./view.ts"

/** Messages shown on joining a channel for the first time. */
export const FIRST_LOOK = 30
/** ms without a line of an answer after which a history counts as incomplete. */
const PATIENCE_MS = 15_000
/** Msgids remembered per target, to show nothing twice; two pages are enough for what can overlap. */
const SEEN_MAX = 1_000

interface Fill {
  readonly target: string
  readonly gap: boolean
  /** From where the next page is asked for. */
  from: Mark
  byTime: boolean
  page: Spoken[]
  readonly found: Spoken[]
  readonly held: Happening[]
  fetched: number
  lastAnswerAt: number
}

export class Histories {
  readonly #fills = new Map<string, Fill>()
  /** References of open chathistory batches to the keys of their targets. */
  readonly #batches = new Map<string, string>()
  readonly #seen = new Map<string, Set<string>>()
  /** Channels whose gap is still to be filled after a reconnect, and what was found so far. */
  #resuming: { keys: Set<string>; since: number; fetched: number; complete: boolean } | undefined

  isFillingGap(context: Context, target: string): boolean {
    return this.#fills.get(context.view.key(target))?.gap === true
  }

  /** After a lost connection: these channels are to be caught up with. `since` in ms, when it was lost. */
  resume(keys: Iterable<string>, since: number) {
    this.#resuming ??= { keys: new Set(), since, fetched: 0, complete: true }
    for (const key of keys) this.#resuming.keys.add(key)
  }

  /** Registered again, and in no channel that could have a gap: that was all. */
  resumedWithoutChannels(context: Context) {
    if (this.#resuming?.keys.size === 0) this.#count(context, undefined, 0, true)
  }

  /** What was found is told. What waited is not: the next connection fetches it again, in its place. */
  connectionLost(context: Context) {
    this.#batches.clear()
    const fills = [...this.#fills.values()]
    this.#fills.clear()
    for (const fill of fills) this.#tellFound(context, fill)
  }

  /** We are in `target` now: asks for what we do not know of it. */
  entered(context: Context, target: string) {
    const { view } = context
    const key = view.key(target)
    const gap = this.#resuming?.keys.has(key) === true
    if (!view.capabilities.has("draft/chathistory") || !view.capabilities.has("batch")) {
      if (gap) this.caughtUp(context, target, 0, false)
      return
    }
    const from = view.mark(target) ?? { id: undefined, at: context.now }
    const fill = {
      target,
      gap,
      from,
      byTime: false,
      page: [],
      found: [],
      held: [],
      fetched: 0,
      lastAnswerAt: context.now,
    }
    this.#fills.set(key, fill)
    this.#ask(context, fill)
  }

  #ask(context: Context, fill: Fill) {
    const { id, at } = fill.from
    if (!fill.gap) return context.send(`CHATHISTORY LATEST ${fill.target} * ${FIRST_LOOK}`)
    const from = id === undefined || fill.byTime ? `timestamp=${serverTime(at)}` : `msgid=${id}`
    context.send(`CHATHISTORY AFTER ${fill.target} ${from} ${historyPage(context.view)}`)
  }

  /** True when a happening has to wait for the history of its target. */
  hold(context: Context, happening: Happening): boolean {
    if (!("target" in happening) || happening.type === "undelivered" || happening.type === "joinRefused")
      return false
    const fill = this.#fills.get(context.view.key(happening.target))
    fill?.held.push(happening)
    return fill !== undefined
  }

  /** False when a message was shown before; remembers it otherwise. */
  isNew(context: Context, spoken: Spoken): boolean {
    if (spoken.id === undefined) return true
    const key = context.view.key(spoken.target)
    const seen = this.#seen.get(key) ?? new Set()
    this.#seen.set(key, seen)
    if (seen.has(spoken.id)) return false
    seen.add(spoken.id)
    if (seen.size > SEEN_MAX) seen.delete(seen.values().next().value ?? "")
    return true
  }

  openBatch(context: Context, reference: string, target: string) {
    const key = context.view.key(target)
    const fill = this.#fills.get(key)
    this.#batches.set(reference, key)
    if (fill) fill.page = []
  }

  /** True when the line is part of a chathistory batch, and taken. */
  collect(context: Context, message: Message): boolean {
    const key = this.#batches.get(message.tags.get("batch") ?? "")
    if (key === undefined) return false
    const fill = this.#fills.get(key)
    const spoken = spokenOf(context, message, true)
    if (fill) fill.lastAnswerAt = context.now
    if (fill && spoken) fill.page.push(spoken)
    return true
  }

  closeBatch(context: Context, reference: string) {
    const key = this.#batches.get(reference)
    this.#batches.delete(reference)
    const fill = key === undefined ? undefined : this.#fills.get(key)
    if (key === undefined || !fill) return
    // Of a message of several lines the first alone has the id.
    const last = fill.page.findLast(({ id }) => id !== undefined) ?? fill.page.at(-1)
    const fresh = this.#takePage(context, key, fill)
    // A server may return a page shorter than was asked for, so that only a page without news is the end.
    if (!fill.gap || !last || !fresh) return this.#finish(context, key, fill, true)
    fill.from = { id: last.id, at: last.at }
    fill.byTime = false
    fill.lastAnswerAt = context.now
    this.#ask(context, fill)
  }

  /** Adds what is new on a page; false when nothing was that did not come live as well. */
  #takePage(context: Context, key: string, fill: Fill): boolean {
    const seen = this.#seen.get(key)
    const live = new Set(fill.held.map((happening) => ("id" in happening ? happening.id : undefined)))
    const known = new Set(fill.found.map((spoken) => spoken.id))
    let fresh = false
    let isKnown = false
    let isLive = false
    for (const spoken of fill.page) {
      // A line without an id goes on with the message before it.
      if (spoken.id !== undefined) {
        isKnown = seen?.has(spoken.id) === true || known.has(spoken.id)
        // What was said while the page was on its way came live as well, and is news.
        isLive = live.has(spoken.id)
      }
      if (isKnown || (isLive && spoken.id === undefined)) continue
      fill.found.push(isLive ? { ...spoken, past: false } : spoken)
      if (isLive) continue
      fill.fetched++
      fresh = true
      if (spoken.own) context.outbox.confirmText(context, spoken.target, wireText(spoken))
    }
    return fresh
  }

  /** FAIL CHATHISTORY: asks by time when the msgid was not understood, else what there is must do. */
  failed(context: Context, params: readonly string[]) {
    for (const [key, fill] of this.#fills) {
      if (!params.some((param) => context.view.same(param, fill.target))) continue
      if (fill.gap && !fill.byTime && fill.from.id !== undefined) {
        fill.byTime = true
        this.#ask(context, fill)
      } else this.#finish(context, key, fill, false)
    }
  }

  tick(context: Context) {
    for (const [key, fill] of this.#fills) {
      if (context.now - fill.lastAnswerAt > PATIENCE_MS) this.#finish(context, key, fill, false)
    }
  }

  /** We are not (or no more) in `target`, and nothing will be fetched for it. */
  left(context: Context, target: string) {
    const key = context.view.key(target)
    const fill = this.#fills.get(key)
    this.#fills.delete(key)
    if (fill) this.#tellFound(context, fill)
    for (const happening of fill?.held ?? []) context.tell(happening)
    if (this.#resuming?.keys.has(key)) this.#count(context, key, 0, false)
  }

  /** Tells what was found, then what waited meanwhile; what is in both is told once. */
  #finish(context: Context, key: string, fill: Fill, complete: boolean) {
    this.#fills.delete(key)
    this.#tellFound(context, fill)
    if (fill.gap) this.caughtUp(context, fill.target, fill.fetched, complete)
    for (const happening of fill.held) context.tell(happening)
    context.outbox.pump(context)
  }

  #tellFound(context: Context, { target, found }: Fill) {
    if (found.length === 0) return
    context.tell({ type: "history", target, phase: "begin" })
    for (const spoken of found) context.tell(spoken)
    context.tell({ type: "history", target, phase: "end" })
  }

  caughtUp(context: Context, target: string, fetched: number, complete: boolean) {
    context.tell({ type: "gap", at: context.now, target, fetched, complete })
    if (complete) context.outbox.sendDoubtfulAgain(context, target)
    else context.giveUp((other) => context.view.same(other, target))
    this.#count(context, context.view.key(target), fetched, complete)
  }

  #count(context: Context, key: string | undefined, fetched: number, complete: boolean) {
    const resuming = this.#resuming
    if (!resuming || (key !== undefined && !resuming.keys.delete(key))) return
    resuming.fetched += fetched
    resuming.complete &&= complete
    if (resuming.keys.size > 0) return
    this.#resuming = undefined
    const tookMs = context.now - resuming.since
    context.tell({ type: "caughtUp", tookMs, fetched: resuming.fetched, complete: resuming.complete })
  }
}

/** A spoken text as it went over the wire, to compare with what was sent. */
function wireText(spoken: Spoken): string {
  return spoken.type === "action" ? `\x01ACTION ${spoken.text}\x01` : spoken.text
}
