// One conversation's history while it is being fetched, page by page.

import type { Context } from "./context.ts"
import type { Happening, Spoken } from "./happening.ts"
import type { Past } from "./past.ts"
import type { Mark } from "./view.ts"

export interface Fill {
  readonly target: string
  readonly gap: boolean
  /** From where the next page is asked for; of a first look without it the newest there are. */
  readonly from: Mark | undefined
  /** Where the page before this one ended: the next one goes on there. */
  next: Mark | undefined
  byTime: boolean
  page: Past[]
  found: Happening[]
  readonly held: Happening[]
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
  lastAnswerAt: number
}

/** What is to be told of a page; `fresh` when there was anything on it that did not come live or before. */
export function takePage(context: Context, key: string, fill: Fill): { taken: Happening[]; fresh: boolean } {
  const live = new Set(fill.held.map((happening) => ("id" in happening ? happening.id : undefined)))
  const { seen } = context.histories
  const taken: Happening[] = []
  let fresh = false
  let isKnown = false
  let isLive = false
  for (const { id, what } of fill.page) {
    const isPassed = id !== undefined && fill.passed.has(id)
    if (id !== undefined) fill.passed.add(id)
    if (!what || !("past" in what)) {
      fresh ||= !isPassed
      if (what && !isPassed && seen.happened(id) && isShown(fill, what)) taken.push(what)
      continue
    }
    // A line without an id goes on with the message before it.
    if (id !== undefined) {
      const isSeen = context.view.isChannel(fill.target) ? seen.has(key, id) : seen.hasAnywhere(id)
      fill.anchored ||= isSeen
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
