// What was said before we came or while we were away: https://ircv3.net/specs/extensions/chathistory.html. Live events
// of a conversation wait until its history is there, so that everything is shown once and in order.

import type { Message } from "../protocol/message.ts"
import type { Collector } from "./batches.ts"
import type { Context } from "./context.ts"
import { Fill } from "./fill.ts"
import { GAP_LENGTH_MAX, GAPS_LENGTH_MAX, HELD_MAX } from "./limits.ts"
import { Resumption } from "./resumption.ts"
import { Seen } from "./seen.ts"
import type { Mark } from "./view.ts"
import { type Held, Waiting } from "./waiting.ts"

/** ms without a line of an answer after which a history counts as incomplete. */
export const PATIENCE_MS = 15_000

export class Histories {
  readonly resumption = new Resumption()
  readonly seen = new Seen()
  readonly waiting = new Waiting()
  /** By folded target, and by the nick that it has had since. */
  readonly #fills = new Map<string, Fill>()
  /** When a line of any of them came last. */
  #heardAt = 0

  isFillingGap(context: Context, target: string): boolean {
    if (!context.view.isChannel(target) && context.direct.isAsking) return true
    return this.#fills.get(context.view.key(target))?.gap !== undefined
  }

  get isFilling(): boolean {
    return this.#fills.size > 0
  }

  /** Whether a page of this target's history was asked for here. */
  awaits({ view }: Pick<Context, "view">, target: string): boolean {
    return this.#fills.has(view.key(target))
  }

  get #all(): ReadonlySet<Fill> {
    return new Set(this.#fills.values())
  }

  /** We are in `target` now: asks for what we do not know of it. */
  entered(context: Context, target: string) {
    // A server may say it twice.
    if (this.awaits(context, target)) return
    const key = context.view.key(target)
    const isGap = this.resumption.has(key)
    if (!canRead(context)) {
      if (isGap) this.#caughtUp(context, target, 0, false, false)
      return this.#tellHeld(context, target)
    }
    const mark = context.view.mark(target)
    if (isGap && mark) return this.fillGap(context, target, mark)
    this.look(context, target, undefined)
    // We never came in before the connection was lost.
    if (isGap) this.resumption.done(context, key, true)
  }

  /** Fetches the newest messages, of those since `from` if it is given. */
  look(context: Context, target: string, from: Mark | undefined) {
    this.#begin(context, new Fill(context, target, from))
  }

  /** Fetches all that was said since `from`; `isQuiet` where nothing was, and something else may have happened. */
  fillGap(context: Context, target: string, from: Mark, isQuiet = false) {
    // What we know of has to come again where a message of ours is in doubt: a page without it proves nothing.
    const needsAnchor = context.outbox.hasDoubtful(context, target)
    // In the ms in which we came in something may have been said.
    const isBeside = needsAnchor || (from.id === undefined && this.seen.isAny)
    const start = isBeside ? { id: undefined, at: from.at - 1 } : from
    this.#begin(context, new Fill(context, target, start, { needsAnchor, isQuiet }))
  }

  #begin(context: Context, fill: Fill) {
    this.#fills.set(context.view.key(fill.target), fill)
    context.send(fill.question(context))
  }

  /** True when what came live has to wait for the history of its target. */
  hold(context: Context, held: Held): boolean {
    const fill = this.#fills.get(context.view.key(held.happening.target))
    if (!fill) return false
    if (this.#sumOf((each) => each.held.length) < HELD_MAX) return fill.held.push(held) > 0
    this.#finish(context, fill, false)
    return false
  }

  /** A page of this target's history comes, wanted or not. */
  openBatch(context: Context, target: string): Collector {
    const key = context.view.key(target)
    const fill = this.#fills.get(key)
    fill?.openPage()
    // Before the page is whole its history may be at its end, and another be asked for.
    const current = () => (this.#fills.get(key) === fill ? fill : undefined)
    return {
      add: (message) => this.#addLine(context, current(), message),
      close: () => void this.#closePage(context, current()),
    }
  }

  #addLine(context: Context, fill: Fill | undefined, message: Message) {
    if (!fill || this.#isTooLong(fill)) return
    this.#heardAt = context.now
    fill.add(context, message)
  }

  #closePage(context: Context, fill: Fill | undefined) {
    if (!fill) return
    this.#heardAt = context.now
    const outcome = fill.closePage(context)
    if (outcome === "more" && !this.#isTooLong(fill)) context.send(fill.question(context))
    else this.#finish(context, fill, outcome === "whole")
  }

  #isTooLong(fill: Fill): boolean {
    return fill.length >= GAP_LENGTH_MAX || this.#sumOf(({ length }) => length) >= GAPS_LENGTH_MAX
  }

  #sumOf(figure: (fill: Fill) => number): number {
    let sum = 0
    for (const fill of this.#all) sum += figure(fill)
    return sum
  }

  /** FAIL CHATHISTORY: what cannot be asked in other words is at its end, and what there is must do. */
  failed(context: Context, code: string, params: readonly string[]) {
    for (const fill of this.#all) {
      if (!fill.isMeant(context, params)) continue
      if (fill.refused(code)) context.send(fill.question(context))
      else this.#finish(context, fill, false)
    }
  }

  tick(context: Context) {
    for (const fill of this.#all) {
      // A server that answers others first is still at it.
      if (context.now - Math.max(fill.askedAt, this.#heardAt) > PATIENCE_MS)
        this.#finish(context, fill, false)
    }
  }

  /** Whom we talk with has another nick now: what comes under it waits for what was asked for under the old one. */
  renamed(context: Context, from: string, to: string) {
    const fill = this.#fills.get(context.view.key(from))
    if (fill && !this.awaits(context, to)) this.#fills.set(context.view.key(to), fill)
    this.waiting.renamed(context, from, to)
  }

  /** What was found is told. What waited goes on waiting, as the next history may have it, and something before it. */
  connectionLost(context: Context) {
    for (const fill of this.#all) {
      this.#end(context, fill)
      this.waiting.keep(context, fill.held)
    }
  }

  /** We are not (or no more) in `target`, and nothing will be fetched for it. */
  left(context: Context, target: string) {
    const key = context.view.key(target)
    const fill = this.#fills.get(key)
    if (fill) this.#end(context, fill)
    this.#tellHeld(context, target, fill)
    this.resumption.done(context, key, false)
    if (!this.isFilling) context.direct.historiesFilled(context)
  }

  /** Tells what was found, then what waited meanwhile; what is in both is told once. */
  #finish(context: Context, fill: Fill, isWhole: boolean) {
    const { target, gap, findings } = fill
    this.#end(context, fill)
    if (gap) {
      const { complete, proven } = fill.verdict(gap, isWhole)
      this.#caughtUp(context, target, findings.fetched, complete, proven)
    }
    this.#tellHeld(context, target, fill)
    if (!this.isFilling) context.direct.historiesFilled(context)
    context.outbox.pump(context)
  }

  #end(context: Context, fill: Fill) {
    for (const [key, each] of this.#fills) if (each === fill) this.#fills.delete(key)
    fill.tell(context)
    if (fill.gap) this.resumption.count(fill.findings.fetched)
  }

  #tellHeld(context: Context, target: string, fill?: Fill) {
    this.waiting.tell(context, (other) => context.view.same(other, target))
    for (const { happening, id } of fill?.held ?? []) context.tell(happening, id)
  }

  #caughtUp(context: Context, target: string, fetched: number, complete: boolean, proven: boolean) {
    context.tell({ type: "gap", at: context.now, target, fetched, complete })
    if (proven) context.outbox.sendDoubtfulAgain(context, target)
    else context.giveUp((other) => context.view.same(other, target))
    this.resumption.done(context, context.view.key(target), complete)
  }
}

export function canRead({ view: { capabilities } }: Context): boolean {
  return capabilities.has("draft/chathistory") && capabilities.has("batch")
}
