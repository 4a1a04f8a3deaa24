// What was said before we came or while we were away: https://ircv3.net/specs/extensions/chathistory.html. Live events
// of a conversation wait until its history is there, so that everything is shown once and in order.

import type { Message } from "../protocol/message.ts"
import type { Context } from "./context.ts"
import { type Fill, type Kind, newFill, placeOf, takePage, withoutRedacted } from "./fill.ts"
import type { Happening, Spoken } from "./happening.ts"
import { historyPage, knowsIds } from "./isupport.ts"
import { Resumption } from "./resumption.ts"
import { Seen } from "./seen.ts"
import {
  BATCHES_MAX,
  GAP_LENGTH_MAX,
  GAPS_LENGTH_MAX,
  HELD_MAX,
  LINE_LENGTH_OVERHEAD,
  setNewest,
} from "./limits.ts"
import { pastOf } from "./past.ts"
import type { Mark } from "./view.ts"
import { type Held, Waiting } from "./waiting.ts"

/** Messages shown on joining a channel for the first time. */
export const FIRST_LOOK = 30
/** Messages fetched of one gap; what was said after so many is left to be read back. */
const GAP_MAX = 10_000
/** Lines of one gap, of whatever kind. */
const GAP_LINES_MAX = 50_000
/** Pages of a first look, where most lines may be of who came and went. */
const LOOK_PAGES_MAX = 5
/** ms without a line of an answer after which a history counts as incomplete. */
export const PATIENCE_MS = 15_000

export class Histories {
  readonly resumption = new Resumption()
  readonly seen = new Seen()
  /** By folded target, and by the nick that it has had since. */
  readonly #fills = new Map<string, Fill>()
  /** References of open chathistory batches to the keys of their targets. */
  readonly #batches = new Map<string, string>()
  readonly waiting = new Waiting()
  /** When a line of any of them came last. */
  #heardAt = 0

  isFillingGap(context: Context, target: string): boolean {
    if (!context.view.isChannel(target) && context.direct.isAsking) return true
    return this.#fills.get(context.view.key(target))?.gap === true
  }

  get isFilling(): boolean {
    return this.#fills.size > 0
  }

  /** Whether a page of this target's history was asked for here. */
  awaits({ view }: Pick<Context, "view">, target: string): boolean {
    return this.#fills.has(view.key(target))
  }

  /** What was found is told. What waited goes on waiting, as the next history may have it, and something before it. */
  connectionLost(context: Context) {
    this.#batches.clear()
    const fills = new Set(this.#fills.values())
    this.#fills.clear()
    for (const fill of fills) {
      this.#tellFound(context, fill)
      if (fill.gap) this.resumption.interrupted(fill.fetched)
      this.waiting.keep(context, fill.held)
    }
  }

  /** We are in `target` now: asks for what we do not know of it. */
  entered(context: Context, target: string) {
    const { view } = context
    const gap = this.resumption.has(view.key(target))
    if (!canRead(context)) {
      if (gap) this.#caughtUp(context, target, 0, false)
      return this.#tellHeld(context, target, [])
    }
    const mark = view.mark(target)
    if (gap && mark) return this.fillGap(context, target, mark)
    this.look(context, target, undefined)
    // We never came in before the connection was lost.
    if (gap) this.resumption.done(context, view.key(target), 0, true)
  }

  /** Fetches the newest messages, of those since `from` if it is given. */
  look(context: Context, target: string, from: Mark | undefined) {
    this.#begin(context, target, from, { gap: false, needsAnchor: false, isQuiet: false })
  }

  /** Fetches all that was said since `from`; `isQuiet` where nothing was, and something else may have happened. */
  fillGap(context: Context, target: string, from: Mark, isQuiet = false) {
    // What we know of has to come again where a message of ours is in doubt: a page without it proves nothing.
    const needsAnchor = context.outbox.hasDoubtful(context, target)
    // In the ms in which we came in something may have been said.
    const isBeside = needsAnchor || (from.id === undefined && this.seen.isAny)
    const start = isBeside ? { id: undefined, at: from.at - 1 } : from
    this.#begin(context, target, start, { gap: true, needsAnchor, isQuiet })
  }

  #begin(context: Context, target: string, from: Mark | undefined, kind: Kind) {
    const fill = newFill(context, target, from, kind)
    this.#fills.set(context.view.key(target), fill)
    this.#ask(context, fill)
  }

  #ask(context: Context, fill: Fill) {
    const { target, gap, pages } = fill
    const place = placeOf(fill)
    if (gap) context.send(`CHATHISTORY AFTER ${target} ${place} ${historyPage(context.view)}`)
    else
      context.send(`CHATHISTORY ${pages === 0 ? "LATEST" : "BEFORE"} ${target} ${place} ${lookPage(context)}`)
  }

  /** True when a happening has to wait for the history of its target. */
  hold(context: Context, happening: Happening, id: string | undefined): boolean {
    if (!("target" in happening) || isOfNow(happening)) return false
    const key = context.view.key(happening.target)
    const fill = this.#fills.get(key)
    if (fill && this.#sumOf(({ held }) => held.length) >= HELD_MAX) {
      this.#finish(context, fill, false)
      return false
    }
    fill?.held.push({ happening, id })
    return fill !== undefined
  }

  openBatch(context: Context, reference: string, target: string) {
    const key = context.view.key(target)
    const fill = this.#fills.get(key)
    setNewest(this.#batches, reference, key, BATCHES_MAX)
    if (fill) fill.page = []
  }

  /** True when the line is part of a chathistory batch, and taken. */
  collect(context: Context, message: Message): boolean {
    const key = this.#batches.get(message.tags.get("batch") ?? "")
    if (key === undefined) return false
    const fill = this.#fills.get(key)
    if (!fill) return true
    if (this.#isTooLong(fill)) return true
    this.#heardAt = fill.lastAnswerAt = context.now
    fill.length += LINE_LENGTH_OVERHEAD
    for (const text of [...message.params, ...message.tags.values()]) fill.length += text.length
    fill.page.push(pastOf(context, message, fill.target))
    return true
  }

  #isTooLong(fill: Fill): boolean {
    return fill.length >= GAP_LENGTH_MAX || this.#sumOf(({ length }) => length) >= GAPS_LENGTH_MAX
  }

  #sumOf(figure: (fill: Fill) => number): number {
    let sum = 0
    for (const fill of new Set(this.#fills.values())) sum += figure(fill)
    return sum
  }

  closeBatch(context: Context, reference: string) {
    const key = this.#batches.get(reference)
    this.#batches.delete(reference)
    const fill = key === undefined ? undefined : this.#fills.get(key)
    if (key === undefined || !fill) return
    this.#heardAt = context.now
    fill.page = withoutRedacted(fill.page)
    // Of a message of several lines the first alone has the id.
    const last = fill.page.findLast(({ id }) => id !== undefined) ?? fill.page.at(-1)
    const isFull = fill.page.length >= historyPage(context.view)
    // So much was said in one ms that no time leads past it.
    const isStuck = isFull && placeOf({ ...fill, next: last }) === placeOf(fill)
    const { taken, fresh } = takePage(context, key, fill, isFull)
    fill.found = fill.gap ? [...fill.found, ...taken] : [...taken, ...fill.found]
    fill.pages++
    fill.isCut = !fill.gap && fresh && fill.page.length >= lookPage(context)
    const [first] = fill.page
    const end = fill.gap ? last : wantsMore(context, fill) ? first : undefined
    // A server may return a page shorter than was asked for, so that only a page without news is the end.
    if (!end || !fresh) return this.#finish(context, fill, !isStuck)
    if (fill.fetched >= GAP_MAX || fill.passed.size >= GAP_LINES_MAX || this.#isTooLong(fill))
      return this.#finish(context, fill, false)
    fill.next = { id: end.id, at: end.at }
    fill.byTime = !knowsIds(context.view)
    fill.lastAnswerAt = context.now
    this.#ask(context, fill)
  }

  /**
   * FAIL CHATHISTORY: asks by time when the msgid was not understood, else what there is must do. What could not be read is named by
   * its target, or by the place that was asked for.
   */
  failed(context: Context, code: string, params: readonly string[]) {
    for (const fill of new Set(this.#fills.values())) {
      const place = placeOf(fill)
      const isMeant = (param: string) => param === place || context.view.same(param, fill.target)
      if (!params.some(isMeant)) continue
      if (fill.gap && !fill.byTime && (fill.next ?? fill.from)?.id !== undefined) {
        fill.byTime = true
        // A log that was put back to an earlier day has lost what was said after it.
        fill.isUnplaced = fill.pages === 0 && code !== "INVALID_MSGREFTYPE"
        this.#ask(context, fill)
      } else this.#finish(context, fill, false)
    }
  }

  tick(context: Context) {
    for (const fill of new Set(this.#fills.values())) {
      // A server that answers others first is still at it.
      if (context.now - Math.max(fill.lastAnswerAt, this.#heardAt) > PATIENCE_MS)
        this.#finish(context, fill, false)
    }
  }

  /** Whom we talk with has another nick now: what comes under it waits for what was asked for under the old one. */
  renamed({ view }: Context, from: string, to: string) {
    const fill = this.#fills.get(view.key(from))
    if (fill && !this.awaits({ view }, to)) this.#fills.set(view.key(to), fill)
  }

  /** We are not (or no more) in `target`, and nothing will be fetched for it. */
  left(context: Context, target: string) {
    const key = context.view.key(target)
    const fill = this.#fills.get(key)
    this.#fills.delete(key)
    if (fill) this.#tellFound(context, fill)
    this.#tellHeld(context, target, fill?.held ?? [])
    this.resumption.done(context, key, fill?.fetched ?? 0, false)
    if (!this.isFilling) context.direct.historiesFilled(context)
  }

  /** Tells what was found, then what waited meanwhile; what is in both is told once. */
  #finish(context: Context, fill: Fill, isWhole: boolean) {
    for (const [key, each] of this.#fills) if (each === fill) this.#fills.delete(key)
    this.#tellFound(context, fill)
    const complete = fill.isQuiet || (isWhole && (fill.anchored || !fill.isUnplaced))
    const proven = complete && (fill.anchored || !fill.needsAnchor) && !fill.isUnclear
    if (fill.gap) this.#caughtUp(context, fill.target, fill.fetched, complete, proven)
    this.#tellHeld(context, fill.target, fill.held)
    if (!this.isFilling) context.direct.historiesFilled(context)
    context.outbox.pump(context)
  }

  #tellHeld(context: Context, target: string, held: readonly Held[]) {
    this.waiting.tell(context, (other) => context.view.same(other, target))
    for (const { happening, id } of held) context.tell(happening, id)
  }

  #tellFound(context: Context, { target, found, isCut }: Fill) {
    if (found.length === 0) return
    const spoken = spokenOf(found)
    const [oldest] = spoken
    const unread = context.reading.unreadOf(context, target, spoken)
    const count = unread.length
    context.tell({ type: "history", target, phase: "begin" })
    for (const happening of found) {
      if (happening === unread[0])
        context.tell({
          type: "unread",
          target,
          count,
          orMore: isCut && context.reading.isUnread(context, oldest),
        })
      context.tell(happening)
    }
    context.tell({ type: "history", target, phase: "end" })
  }

  #caughtUp(context: Context, target: string, fetched: number, complete: boolean, proven = complete) {
    context.tell({ type: "gap", at: context.now, target, fetched, complete })
    if (proven) context.outbox.sendDoubtfulAgain(context, target)
    else context.giveUp((other) => context.view.same(other, target))
    this.resumption.done(context, context.view.key(target), fetched, complete)
  }
}

function lookPage({ view }: Context): number {
  return Math.min(FIRST_LOOK, historyPage(view))
}

/** A first look at messages, of which a page had few among who came and went. */
function wantsMore({ view }: Context, { from, fetched, pages }: Fill): boolean {
  return (
    view.capabilities.has("draft/event-playback") &&
    from === undefined &&
    fetched < FIRST_LOOK &&
    pages < LOOK_PAGES_MAX
  )
}

/** About what is being done now, whatever was said before. */
function isOfNow({ type }: Happening): boolean {
  return type === "undelivered" || type === "unconfirmed" || type === "joinRefused"
}

function spokenOf(happenings: readonly Happening[]): Spoken[] {
  return happenings.filter((happening) => "past" in happening)
}

export function canRead({ view: { capabilities } }: Context): boolean {
  return capabilities.has("draft/chathistory") && capabilities.has("batch")
}
