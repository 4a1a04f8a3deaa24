// What the pages of one history brought: what is to be told of it and counted, and what it proves.

import type { Context } from "./context.ts"
import type { Happening, Spoken } from "./happening.ts"
import type { Past } from "./past.ts"
import type { Mark } from "./view.ts"

export class Findings {
  readonly #target: string
  readonly #isGap: boolean
  /** What is newer was heard on this connection, and says nothing of the one before; ms since 1970. */
  readonly #knownUntil: number
  /** Oldest first. */
  #found: Happening[] = []
  readonly #passed = new Set<string>()
  /** Messages that were missed. */
  fetched = 0
  /** Something that was heard before came again: this history holds what is said here, and we may read it. */
  isAnchored = false
  /** Something was taken back that was never shown: a message of ours in doubt, perhaps, which must not come back. */
  isUnclear = false

  constructor(target: string, from: Mark | undefined, isGap: boolean) {
    this.#target = target
    this.#isGap = isGap
    this.#knownUntil = (from?.at ?? 0) + 1
  }

  /** Lines that came, by their ids. */
  get lines(): number {
    return this.#passed.size
  }

  /** True when more may follow: there was anything on the page that did not come `live` or before, or no room for it. */
  take(context: Context, page: readonly Past[], live: ReadonlySet<string | undefined>, isFull: boolean) {
    const { seen } = context.histories
    const taken: Happening[] = []
    let hasNews = false
    // "include a REDACT message after the redacted message": what was taken back is told no more.
    const gone = new Set(page.flatMap(({ what }) => (what?.type === "redacted" ? [what.of] : [])))
    let isKnown = false
    let isLive = false
    for (const { id, at, what: told } of page) {
      const what = id !== undefined && gone.has(id) ? undefined : told
      const isSeen = seen.has(context, this.#target, id)
      const isPassed = id !== undefined && this.#passed.has(id)
      if (id !== undefined) this.#passed.add(id)
      this.isAnchored ||= isSeen || (seen.heardOf(id) && at <= this.#knownUntil)
      if (!what || !("past" in what)) {
        hasNews ||= !isPassed
        if (what?.type === "redacted") this.isUnclear ||= !this.#knows(context, what.of)
        if (what && !isPassed && seen.happened(id) && this.#isTold(what)) taken.push(what)
        continue
      }
      // A line without an id goes on with the message before it.
      if (id !== undefined) {
        hasNews ||= isFull && isSeen && !isPassed
        isKnown = isSeen || isPassed
        // What was said while the page was on its way came live as well, and is news.
        isLive = live.has(id)
      }
      if (isKnown || (isLive && id === undefined)) continue
      taken.push(isLive ? { ...what, past: false } : what)
      if (isLive) continue
      this.fetched++
      hasNews = true
      context.outbox.confirmText(context, what.target, wireText(what), what.from)
    }
    this.#found = this.#isGap ? [...this.#found, ...taken] : [...taken, ...this.#found]
    return hasNews
  }

  #knows(context: Context, id: string): boolean {
    return this.#passed.has(id) || context.histories.seen.has(context, this.#target, id)
  }

  /** Who comes first hears what was said; who was away hears who came and went meanwhile, too. */
  #isTold({ type }: Happening): boolean {
    return this.#isGap || type === "reaction" || type === "redacted"
  }

  /** `isCut` when what was said before it may go on. */
  tell(context: Context, isCut: boolean) {
    if (this.#found.length === 0) return
    const target = this.#target
    const spoken = this.#found.filter((happening) => "past" in happening)
    const unread = context.reading.unreadOf(context, target, spoken)
    const orMore = isCut && context.reading.isUnread(context, spoken[0])
    context.tell({ type: "history", target, phase: "begin" })
    for (const happening of this.#found) {
      if (happening === unread[0]) context.tell({ type: "unread", target, count: unread.length, orMore })
      context.tell(happening)
    }
    context.tell({ type: "history", target, phase: "end" })
  }
}

/** A spoken text as it went over the wire, to compare with what was sent. */
function wireText(spoken: Spoken): string {
  return spoken.type === "action" ? `\x01ACTION ${spoken.text}\x01` : spoken.text
}
