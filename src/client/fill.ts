// One conversation's history while it is being fetched, page by page.

import { serverTime } from "../protocol/server-time.ts"
import type { Context } from "./context.ts"
import type { Happening, Spoken } from "./happening.ts"
import { knowsIds } from "./isupport.ts"
import type { Past } from "./past.ts"
import type { Mark } from "./view.ts"
import type { Held } from "./waiting.ts"

export interface Fill {
  readonly target: string
  readonly gap: boolean
  /** From where the next page is asked for; of a first look without it the newest there are. */
  readonly from: Mark | undefined
  /** Where the page before this one ended: the next one goes on there. */
  next: Mark | undefined
  byTime: boolean
  /** The server does not know any more from where it was asked for. */
  isUnplaced: boolean
  /** Something was taken back that was never shown: a message of ours in doubt, perhaps, which must not come back. */
  isUnclear: boolean
  /** What was said before a first look may go on. */
  isCut: boolean
  page: Past[]
  found: Happening[]
  readonly held: Held[]
  /** Messages. */
  fetched: number
  /** Ids of the lines that came. */
  readonly passed: Set<string>
  /** Characters of the lines that came. */
  length: number
  /** Pages that came. */
  pages: number
  /** A message that was seen before came again: this history holds what is said here, and we may read it. */
  anchored: boolean
  /** Whether only that proves that a doubtful message which is missing never arrived. */
  readonly needsAnchor: boolean
  /** Nothing was said, and nobody misses what cannot be read. */
  readonly isQuiet: boolean
  lastAnswerAt: number
}

export type Kind = Pick<Fill, "gap" | "needsAnchor" | "isQuiet">

export function newFill(context: Context, target: string, from: Mark | undefined, kind: Kind): Fill {
  return {
    ...kind,
    target,
    from,
    next: undefined,
    byTime: !knowsIds(context.view),
    isUnplaced: false,
    isUnclear: false,
    isCut: false,
    page: [],
    found: [],
    held: [],
    fetched: 0,
    passed: new Set(),
    length: 0,
    pages: 0,
    anchored: false,
    lastAnswerAt: context.now,
  }
}

/** From where the next page is asked for. */
export function placeOf({ gap, from, next = from, byTime }: Fill): string {
  if (!next) return "*"
  if (next.id !== undefined && !byTime) return `msgid=${next.id}`
  // More may have been said in that very ms; what was shown of it is known by its id.
  const beside = next.id === undefined ? 0 : gap ? -1 : 1
  return `timestamp=${serverTime(next.at + beside)}`
}

/** "include a REDACT message after the redacted message": what was taken back is told no more. */
export function withoutRedacted(page: Past[]): Past[] {
  const gone = new Set(page.flatMap(({ what }) => (what?.type === "redacted" ? [what.of] : [])))
  const isGone = ({ id }: Past) => id !== undefined && gone.has(id)
  return gone.size === 0 ? page : page.map((past) => (isGone(past) ? { ...past, what: undefined } : past))
}

/** What is to be told of a page; `fresh` when more may follow: there was anything on it that did not come live or before, or no room for it. */
export function takePage(
  context: Context,
  key: string,
  fill: Fill,
  isFull: boolean,
): { taken: Happening[]; fresh: boolean } {
  const live = new Set(fill.held.map(({ id }) => id))
  const { seen } = context.histories
  // What is newer was heard on this connection, and says nothing of the one before.
  const knownUntil = (fill.from?.at ?? 0) + 1
  const taken: Happening[] = []
  let fresh = false
  let isKnown = false
  let isLive = false
  for (const { id, at, what } of fill.page) {
    const isPassed = id !== undefined && fill.passed.has(id)
    if (id !== undefined) fill.passed.add(id)
    if (!what || !("past" in what)) {
      fresh ||= !isPassed
      fill.anchored ||= seen.has(key, id) || (seen.heardOf(id) && at <= knownUntil)
      if (what?.type === "redacted" && !seen.has(key, what.of) && !fill.passed.has(what.of))
        fill.isUnclear = true
      if (what && !isPassed && seen.happened(id) && isShown(fill, what)) taken.push(what)
      continue
    }
    // A line without an id goes on with the message before it.
    if (id !== undefined) {
      const isSeen = context.view.isChannel(fill.target) ? seen.has(key, id) : seen.hasAnywhere(id)
      fill.anchored ||= isSeen
      fresh ||= isFull && isSeen && !isPassed
      isKnown = isSeen || isPassed
      // What was said while the page was on its way came live as well, and is news.
      isLive = live.has(id)
    }
    if (isKnown || (isLive && id === undefined)) continue
    taken.push(isLive ? { ...what, past: false } : what)
    if (isLive) continue
    fill.fetched++
    fresh = true
    context.outbox.confirmText(context, what.target, wireText(what), what.from)
  }
  return { taken, fresh }
}

/** Who comes first hears what was said; who was away hears who came and went meanwhile, too. */
function isShown({ gap }: Fill, what: Happening): boolean {
  return gap || what.type === "reaction" || what.type === "redacted"
}

/** A spoken text as it went over the wire, to compare with what was sent. */
function wireText(spoken: Spoken): string {
  return spoken.type === "action" ? `\x01ACTION ${spoken.text}\x01` : spoken.text
}
