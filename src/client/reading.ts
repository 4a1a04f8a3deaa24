// Until when each conversation was read, on whatever device: https://ircv3.net/specs/extensions/read-marker.html

import { parseServerTime, serverTime } from "../protocol/server-time.ts"
import type { Context, Handler } from "./context.ts"
import type { Spoken } from "./happening.ts"
import { CONVERSATIONS_MAX, setNewest } from "./limits.ts"

/** ms between two words of ours about it. */
const PAUSE_MS = 3_000

export class Reading {
  /** Whether somebody reads along; a pipe does not. */
  readonly isRead: boolean
  /** ms since 1970 by folded target. */
  readonly #read = new Map<string, number>()
  /** What was shown since, not yet told. */
  readonly #due = new Map<string, { readonly target: string; readonly at: number }>()
  #toldAt = 0

  constructor(isRead: boolean) {
    this.isRead = isRead
  }

  isOn({ view }: Context): boolean {
    return this.isRead && view.capabilities.has("draft/read-marker")
  }

  /** A message of the server's time `at` was shown. */
  shown(context: Context, { target, at }: Spoken) {
    const key = context.view.key(target)
    if (this.isOn(context) && at > Math.max(this.#read.get(key) ?? 0, this.#due.get(key)?.at ?? 0))
      setNewest(this.#due, key, { target, at }, CONVERSATIONS_MAX)
  }

  /** Those of these messages of others that nobody has read; none where that is not known. */
  unreadOf(context: Context, target: string, messages: readonly Spoken[]): Spoken[] {
    const until = this.#read.get(context.view.key(target))
    if (!this.isOn(context) || until === undefined) return []
    return messages.filter(({ at, own, past }) => past && !own && at > until)
  }

  isUnread({ view }: Context, spoken: Spoken | undefined): boolean {
    return spoken !== undefined && spoken.at > (this.#read.get(view.key(spoken.target)) ?? 0)
  }

  tick(context: Context) {
    if (context.now - this.#toldAt >= PAUSE_MS) this.flush(context)
  }

  /** Tells the server what is due. */
  flush(context: Context) {
    if (!context.view.registered || this.#due.size === 0 || !this.isOn(context)) return
    this.#toldAt = context.now
    for (const [key, { target, at }] of this.#due) {
      setNewest(this.#read, key, at, CONVERSATIONS_MAX)
      context.send(`MARKREAD ${target} timestamp=${serverTime(at)}`)
    }
    this.#due.clear()
  }

  marked(context: Context, target: string, until: number | undefined) {
    if (until !== undefined) setNewest(this.#read, context.view.key(target), until, CONVERSATIONS_MAX)
  }
}

export const onMarkread: Handler = (context, { params }) => {
  const [target = "", timestamp = ""] = params
  const until = parseServerTime(timestamp.replace(/^timestamp=/, ""))
  // A talk that was never read is unread from its beginning; a channel that one comes to first is not.
  context.reading.marked(context, target, until ?? (context.view.isChannel(target) ? undefined : 0))
  context.direct.marked(context, target, until)
}
