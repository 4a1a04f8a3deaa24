// What a person asked to be shown again: a page of history, or a search
// (https://codeberg.org/emersion/soju/src/branch/master/doc/ext/search.md). It is answered apart from what is new.

import { format, formatTags, type Message } from "../protocol/message.ts"
import { parseServerTime } from "../protocol/server-time.ts"
import type { Collector } from "./batches.ts"
import type { Context } from "./context.ts"
import type { Spoken } from "./happening.ts"
import { historyPage } from "./isupport.ts"
import { type Past, pastOf } from "./past.ts"

/** ms without a line of an answer after which none is waited for. */
const PATIENCE_MS = 60_000
/** Messages of one answer; what comes after them is not heard. */
const MESSAGES_MAX = 10_000
/** Pages of one answer, where most lines may be of who came and went. */
const PAGES_MAX = 20

type By = "search" | "history"

interface Inquiry {
  readonly by: By
  readonly label: string
  /** ms since 1970: when it was asked, then when its answer went on. */
  heardAt: number
  messages: Spoken[]
  /** What was asked, for history: `["BEFORE", "#den", "msgid=x", "20"]`. */
  readonly params: readonly string[]
  /** Of the page at hand. */
  page: Past[]
  pages: number
  /** How far a search had come when its time was up, or a history after as many pages as are read. */
  cutAt?: number | undefined
}

export class Inquiries {
  #count = 0
  #asked: Inquiry[] = []
  /** Those whose answer has begun. */
  readonly #answered = new Set<Inquiry>()

  /** Of those that are not answered yet. */
  get size(): number {
    return this.#asked.length + this.#answered.size
  }

  /** `attributes` as the page of the extension names them. */
  search(context: Context, attributes: Iterable<readonly [string, string]>) {
    this.#ask(context, "search", "SEARCH", [formatTags(attributes)])
  }

  /** `params` of CHATHISTORY: `["BEFORE", "#den", "msgid=x", "20"]`. */
  history(context: Context, params: readonly string[]) {
    this.#ask(context, "history", "CHATHISTORY", params)
  }

  #ask(context: Context, by: By, command: string, params: readonly string[]) {
    const label = `ask-${++this.#count}`
    const inquiry = { by, label, params, heardAt: context.now, messages: [], page: [], pages: 0 }
    this.#send(context, inquiry, command, params)
  }

  #send(context: Context, inquiry: Inquiry, command: string, params: readonly string[]) {
    this.#asked.push(inquiry)
    const labelled = context.view.capabilities.has("labeled-response")
    context.send(format({ command, params }, labelled ? `label=${inquiry.label}` : ""))
  }

  connectionLost() {
    this.#asked = []
    this.#answered.clear()
  }

  /** Undefined unless the batch answers one of them: by its label, or on a server without labels in their order. */
  openBatch(context: Context, by: By, label: string | undefined): Collector | undefined {
    const inquiry = this.#takeAnswered(context, by, label)
    if (!inquiry) return undefined
    inquiry.heardAt = context.now
    this.#answered.add(inquiry)
    return {
      add: (message) => this.#addLine(context, inquiry, message),
      close: () => void this.#closePage(context, inquiry),
    }
  }

  #addLine(context: Context, inquiry: Inquiry, message: Message) {
    if (inquiry.page.length >= MESSAGES_MAX) return
    inquiry.heardAt = context.now
    const [, code = "", time = ""] = message.params
    if (message.command === "NOTE" && code === "INCOMPLETE") inquiry.cutAt = parseServerTime(time)
    else inquiry.page.push(pastOf(context, message, undefined))
  }

  #closePage(context: Context, inquiry: Inquiry) {
    if (!this.#answered.delete(inquiry)) return
    const { by, page } = inquiry
    const isForward = /^(?:AFTER|BETWEEN)$/.test(inquiry.params[0] ?? "")
    const spoken = page.flatMap(({ what }) => (what && "past" in what ? [what] : []))
    inquiry.messages = isForward ? [...inquiry.messages, ...spoken] : [...spoken, ...inquiry.messages]
    inquiry.pages++
    const more = by === "history" ? furtherOf(context, inquiry, isForward) : undefined
    inquiry.page = []
    if (more && inquiry.pages < PAGES_MAX) return this.#send(context, inquiry, "CHATHISTORY", more)
    const cutAt = more ? lastOf(page, isForward)?.at : inquiry.cutAt
    const messages = by === "history" ? asMany(inquiry, isForward) : inquiry.messages
    const end = { end: isForward ? "later" : "earlier" } as const
    context.tell({
      type: "found",
      by,
      asked: inquiry.params,
      messages,
      ...(by === "history" && page.length === 0 ? end : {}),
      ...(cutAt === undefined ? {} : { cutAt }),
    })
  }

  /** True when a refusal is the answer to one of them: by its label, or on a server without labels to the first. */
  failed(context: Context, command: string, label: string | undefined): boolean {
    const by: By = command === "SEARCH" ? "search" : "history"
    return this.#takeAnswered(context, by, label) !== undefined
  }

  /** A numeric with this label is a refusal, too. */
  refused(label: string | undefined) {
    if (label !== undefined) this.#take((each) => each.label === label)
  }

  tick(context: Context) {
    const isLate = (inquiry: Inquiry) => context.now - inquiry.heardAt > PATIENCE_MS
    const open = this.#answered.values().find(isLate)
    const late = open ?? this.#take(isLate)
    if (!late) return
    this.#answered.delete(late)
    const params = [late.by === "search" ? "SEARCH" : "CHATHISTORY"]
    context.tell({ type: "error", code: "TIMEOUT", params, text: "no answer came" })
  }

  #takeAnswered({ view }: Context, by: By, label: string | undefined): Inquiry | undefined {
    const isLabelled = view.capabilities.has("labeled-response")
    return this.#take((each) => each.by === by && (!isLabelled || each.label === label))
  }

  #take(test: (inquiry: Inquiry) => boolean): Inquiry | undefined {
    const at = this.#asked.findIndex(test)
    return at < 0 ? undefined : this.#asked.splice(at, 1)[0]
  }
}

/** A page more may have brought more than were asked for. */
function asMany({ messages, params }: Inquiry, isForward: boolean): Spoken[] {
  const count = Number(params.at(-1))
  return isForward ? messages.slice(0, count) : messages.slice(-count)
}

/** Where a page goes on. */
function lastOf(page: readonly Past[], isForward: boolean): Past | undefined {
  return isForward ? page.at(-1) : page[0]
}

/** What to ask next where a page had fewer messages than were asked for; undefined when that was all, or enough. */
function furtherOf(
  { view }: Context,
  { params, page, messages }: Inquiry,
  isForward: boolean,
): string[] | undefined {
  const [verb = "", target = "", ...rest] = params
  const left = Number(rest.at(-1)) - messages.length
  const last = lastOf(page, isForward)
  const isPlayed = view.capabilities.has("draft/event-playback")
  if (!isPlayed || last?.id === undefined || left <= 0) return undefined
  const bounds = verb === "BETWEEN" ? rest.slice(1, 2) : []
  // A whole page, however few messages are asked for: between two of them many may have come and gone.
  return [isForward ? verb : "BEFORE", target, `msgid=${last.id}`, ...bounds, `${historyPage(view)}`]
}
