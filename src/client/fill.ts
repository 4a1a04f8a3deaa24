// One conversation's history while it is being fetched, page by page.

import type { Context } from "./context.ts"
import type { Happening, Spoken } from "./happening.ts"
import type { Mark } from "./view.ts"

export interface Fill {
  readonly target: string
  readonly gap: boolean
  /** From where the next page is asked for; of a first look without it the newest there are. */
  from: Mark | undefined
  byTime: boolean
  page: Spoken[]
  readonly found: Spoken[]
  readonly held: Happening[]
  fetched: number
  /** A message that was seen before came again: this history holds what is said here, and we may read it. */
  anchored: boolean
  /** Whether only that proves that a doubtful message which is missing never arrived. */
  readonly needsAnchor: boolean
  lastAnswerAt: number
}

/** Adds what is new on a page; false when nothing was that did not come live as well. */
export function takePage(context: Context, key: string, fill: Fill): boolean {
  const live = new Set(fill.held.map((happening) => ("id" in happening ? happening.id : undefined)))
  const known = new Set(fill.found.map((spoken) => spoken.id))
  let fresh = false
  let isKnown = false
  let isLive = false
  for (const spoken of fill.page) {
    // A line without an id goes on with the message before it.
    if (spoken.id !== undefined) {
      const isSeen = context.histories.seen.has(key, spoken.id)
      fill.anchored ||= isSeen
      isKnown = isSeen || known.has(spoken.id)
      // What was said while the page was on its way came live as well, and is news.
      isLive = live.has(spoken.id)
    }
    if (isKnown || (isLive && spoken.id === undefined)) continue
    fill.found.push(isLive ? { ...spoken, past: false } : spoken)
    if (isLive) continue
    fill.fetched++
    fresh = true
    context.outbox.confirmText(context, spoken.target, wireText(spoken), spoken.from)
  }
  return fresh
}

/** A spoken text as it went over the wire, to compare with what was sent. */
function wireText(spoken: Spoken): string {
  return spoken.type === "action" ? `\x01ACTION ${spoken.text}\x01` : spoken.text
}
