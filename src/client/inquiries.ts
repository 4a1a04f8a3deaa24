// What a person asked to be shown again: a page of history, or a search
// (https://codeberg.org/emersion/soju/src/branch/master/doc/ext/search.md). It is answered apart from what is new.

import { format, formatTags, type Message } from "../protocol/message.ts"
import type { Context } from "./context.ts"
import type { Spoken } from "./happening.ts"
import { spokenOf } from "./spoken.ts"

/** ms without a line of an answer after which none is waited for. */
const PATIENCE_MS = 60_000
/** Messages of one answer; what comes after them is not heard. */
const MESSAGES_MAX = 10_000

type By = "search" | "history"

interface Inquiry {
  readonly by: By
  readonly label: string
  /** ms since 1970: when it was asked, then when its answer went on. */
  heardAt: number
  readonly messages: Spoken[]
}

export class Inquiries {
  #count = 0
  #asked: Inquiry[] = []
  /** By the references of their batches; undefined when it was given up. */
  readonly #open = new Map<string, Inquiry | undefined>()

  /** Of those that are not answered yet. */
  get size(): number {
    return this.#asked.length + [...this.#open.values()].filter((inquiry) => inquiry !== undefined).length
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
    this.#asked.push({ by, label, heardAt: context.now, messages: [] })
    const labelled = context.view.capabilities.has("labeled-response")
    context.send(format({ command, params }, labelled ? `label=${label}` : ""))
  }

  connectionLost() {
    this.#asked = []
    this.#open.clear()
  }

  /** True when the batch answers one of them: by its label, or on a server without labels in their order. */
  openBatch(context: Context, reference: string, by: By, label: string | undefined): boolean {
    const labelled = context.view.capabilities.has("labeled-response")
    const inquiry = this.#take((each) => each.by === by && (labelled ? each.label === label : true))
    if (inquiry) {
      inquiry.heardAt = context.now
      this.#open.set(reference, inquiry)
    }
    return inquiry !== undefined
  }

  /** True when the line is part of an answer, and taken. */
  collect(context: Context, message: Message): boolean {
    const reference = message.tags.get("batch") ?? ""
    const inquiry = this.#open.get(reference)
    if (inquiry && inquiry.messages.length < MESSAGES_MAX) {
      inquiry.heardAt = context.now
      const spoken = spokenOf(context, message, true)
      if (spoken) inquiry.messages.push(spoken)
    }
    return this.#open.has(reference)
  }

  closeBatch(context: Context, reference: string) {
    const inquiry = this.#open.get(reference)
    this.#open.delete(reference)
    if (inquiry) context.tell({ type: "found", by: inquiry.by, messages: inquiry.messages })
  }

  /** True when a refusal with this label, or without one, is the answer to one of them. */
  failed(command: string, label: string | undefined): boolean {
    const by: By = command === "SEARCH" ? "search" : "history"
    return this.#take((each) => each.by === by && (label === undefined || each.label === label)) !== undefined
  }

  /** A numeric with this label is a refusal, too. */
  refused(label: string | undefined) {
    if (label !== undefined) this.#take((each) => each.label === label)
  }

  tick(context: Context) {
    const isLate = (inquiry: Inquiry) => context.now - inquiry.heardAt > PATIENCE_MS
    const [reference, open] = this.#open.entries().find(([, inquiry]) => inquiry && isLate(inquiry)) ?? []
    if (reference !== undefined) this.#open.set(reference, undefined)
    const late = open ?? this.#take(isLate)
    if (!late) return
    const params = [late.by === "search" ? "SEARCH" : "CHATHISTORY"]
    context.tell({ type: "error", code: "TIMEOUT", params, text: "no answer came" })
  }

  #take(test: (inquiry: Inquiry) => boolean): Inquiry | undefined {
    const at = this.#asked.findIndex(test)
    return at < 0 ? undefined : this.#asked.splice(at, 1)[0]
  }
}
