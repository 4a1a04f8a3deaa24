// With whom direct messages were exchanged since some time: CHATHISTORY TARGETS, page by page.
// https://ircv3.net/specs/extensions/chathistory.html#targets

import type { Message } from "../protocol/message.ts"
import { parseServerTime, serverTime } from "../protocol/server-time.ts"
import type { Context } from "./context.ts"
import { historyPage } from "./isupport.ts"

/** Talks looked into after one absence. */
const TALKS_MAX = 500

/** `at` of its newest message, ms since 1970. */
export interface Talk {
  readonly name: string
  readonly at: number
}

export class Targets {
  /** By folded nick. */
  readonly talks = new Map<string, Talk>()
  readonly isForMail: boolean
  /** When it was asked for last; not yet at all. */
  askedAt = Infinity
  /** From where the next page is asked for, ms since 1970. */
  #from: number
  /** Lines of the page at hand, and the newest time in them. */
  #page = { count: 0, at: 0 }

  constructor(from: number, isForMail: boolean) {
    this.#from = from
    this.isForMail = isForMail
  }

  ask(context: Context, until: number) {
    this.askedAt = context.now
    const [from, to] = [this.#from, until].map((at) => `timestamp=${serverTime(at)}`)
    context.send(`CHATHISTORY TARGETS ${from} ${to} ${historyPage(context.view)}`)
  }

  openPage() {
    this.#page = { count: 0, at: 0 }
  }

  /** Takes a line of the page. */
  add({ view }: Context, { params }: Message) {
    const [, name = "", time = ""] = params
    const at = parseServerTime(time)
    if (at !== undefined && !view.isChannel(name) && this.talks.size < TALKS_MAX)
      this.talks.set(view.key(name), { name, at })
    this.#page = { count: this.#page.count + 1, at: Math.max(this.#page.at, at ?? 0) }
  }

  /** The page is whole: whether more is to be asked for, and if not, whether that was the whole list. */
  closePage({ view }: Context): "more" | "whole" | "cut" {
    const { count, at } = this.#page
    if (count < historyPage(view)) return "whole"
    // A full page may not be the last one: the next begins where it ended, and there may be more of that very time.
    const next = at - 1 > this.#from ? at - 1 : at
    if (next <= this.#from || this.talks.size >= TALKS_MAX) return "cut"
    this.#from = next
    return "more"
  }
}
