// One conversation's history while it is fetched, page by page: what is asked next, and what it proves when that was all.
// https://ircv3.net/specs/extensions/chathistory.html

import type { Message } from "../protocol/message.ts"
import { serverTime } from "../protocol/server-time.ts"
import type { Context } from "./context.ts"
import { Findings } from "./findings.ts"
import { historyPage, knowsIds } from "./isupport.ts"
import { LINE_LENGTH_OVERHEAD } from "./limits.ts"
import { type Past, pastOf } from "./past.ts"
import type { Mark } from "./view.ts"
import type { Held } from "./waiting.ts"

/** Messages shown on joining a channel for the first time. */
const FIRST_LOOK = 30
/** Pages of a first look, where most lines may be of who came and went. */
const LOOK_PAGES_MAX = 5
/** Messages fetched of one gap; what was said after so many is left to be read back. */
const GAP_MAX = 10_000
/** Lines of one gap, of whatever kind. */
const GAP_LINES_MAX = 50_000

/** A gap is read forward from what was heard last, whole; without it this is a look back at the newest messages. */
export interface Gap {
  /** A message of ours is in doubt, and only where one comes again that was seen does a page without it prove anything. */
  readonly needsAnchor: boolean
  /** Nothing was said, and nobody misses what cannot be read. */
  readonly isQuiet: boolean
}

export class Fill {
  readonly target: string
  readonly gap: Gap | undefined
  readonly findings: Findings
  /** What came live meanwhile. */
  readonly held: Held[] = []
  readonly askedAt: number
  /** Characters of the lines that came. */
  length = 0
  readonly #pagesMax: number
  /** Where the next page begins, or for a look ends; without it at the newest there are. */
  #place: Mark | undefined
  /** Whether the place is named by its time, though it may have an id. */
  #byTime: boolean
  /** The server does not know any more from where it was asked. */
  #isUnplaced = false
  #page: Past[] = []
  #pages = 0
  /** What was said before a look may go on. */
  #isCut = false

  constructor({ view, now }: Context, target: string, from: Mark | undefined, gap?: Gap) {
    this.target = target
    this.gap = gap
    this.findings = new Findings(target, from, gap !== undefined)
    this.askedAt = now
    this.#pagesMax = from ? 1 : LOOK_PAGES_MAX
    this.#place = from
    this.#byTime = !knowsIds(view)
  }

  /** The line that asks for the next page. */
  question({ view }: Context): string {
    const place = this.#wordsFor(this.#place)
    if (this.gap) return `CHATHISTORY AFTER ${this.target} ${place} ${historyPage(view)}`
    const command = this.#pages === 0 ? "LATEST" : "BEFORE"
    return `CHATHISTORY ${command} ${this.target} ${place} ${lookPage(view)}`
  }

  #wordsFor(place: Mark | undefined): string {
    if (!place) return "*"
    if (place.id !== undefined && !this.#byTime) return `msgid=${place.id}`
    // More may have been said in that very ms; what was shown of it is known by its id.
    const beside = place.id === undefined ? 0 : this.gap ? -1 : 1
    return `timestamp=${serverTime(place.at + beside)}`
  }

  openPage() {
    this.#page = []
  }

  /** Takes a line of the page. */
  add(context: Context, message: Message) {
    this.length += LINE_LENGTH_OVERHEAD
    for (const text of [...message.params, ...message.tags.values()]) this.length += text.length
    this.#page.push(pastOf(context, message, this.target))
  }

  /** The page is whole: whether more is to be asked for, and if not, whether that was all there is. */
  closePage(context: Context): "more" | "whole" | "cut" {
    const { view } = context
    const page = this.#page
    const isFull = page.length >= historyPage(view)
    const live = new Set(this.held.map(({ id }) => id))
    const hasNews = this.findings.take(context, page, live, isFull)
    this.#pages++
    this.#isCut = !this.gap && hasNews && page.length >= lookPage(view)
    // Of a message of several lines the first alone has the id.
    const last = page.findLast(({ id }) => id !== undefined) ?? page.at(-1)
    // So much was said in one ms that no time leads past it.
    const isStuck = isFull && this.#wordsFor(last) === this.#wordsFor(this.#place)
    const end = this.gap ? last : this.#looksFurther(context) ? page[0] : undefined
    // A server may return a page shorter than was asked for, so that only a page without news is the end.
    if (!end || !hasNews) return isStuck ? "cut" : "whole"
    if (this.findings.fetched >= GAP_MAX || this.findings.lines >= GAP_LINES_MAX) return "cut"
    this.#place = end
    this.#byTime = !knowsIds(view)
    return "more"
  }

  /** There were few messages among who came and went. */
  #looksFurther({ view }: Context): boolean {
    const isPlayed = view.capabilities.has("draft/event-playback")
    return isPlayed && this.findings.fetched < FIRST_LOOK && this.#pages < this.#pagesMax
  }

  /** What could not be read is named by its target, or by the place that was asked for. */
  isMeant({ view }: Context, params: readonly string[]): boolean {
    const place = this.#wordsFor(this.#place)
    return params.some((param) => param === place || view.same(param, this.target))
  }

  /** True when it can be asked again: by time, as the msgid was not understood. */
  refused(code: string): boolean {
    if (!this.gap || this.#byTime || this.#place?.id === undefined) return false
    this.#byTime = true
    // A log that was put back to an earlier day has lost what was said after it; who does not know the ids of its own pages knows none.
    this.#isUnplaced = this.#pages === 0 && code !== "INVALID_MSGREFTYPE"
    return true
  }

  tell(context: Context) {
    this.findings.tell(context, this.#isCut)
  }

  /** Of a gap: whether it is `complete`, and `proven` that what of ours is not in it never arrived. */
  verdict({ needsAnchor, isQuiet }: Gap, isWhole: boolean) {
    const { isAnchored, isUnclear } = this.findings
    const complete = isQuiet || (isWhole && (isAnchored || !this.#isUnplaced))
    return { complete, proven: complete && (isAnchored || !needsAnchor) && !isUnclear }
  }
}

function lookPage(view: Context["view"]): number {
  return Math.min(FIRST_LOOK, historyPage(view))
}
