// What is still to be caught up with after a lost connection, and the one count that is told when all of it is.

import type { Context } from "./context.ts"

/** Stands for "who wrote to me directly", beside the keys of conversations. */
export const DIRECT = ""

export class Resumption {
  #open: { keys: Set<string>; since: number; fetched: number; complete: boolean } | undefined

  get isOpen(): boolean {
    return this.#open !== undefined
  }

  /** `since` in ms, when the connection was lost; of several losses in a row the first counts. */
  begin(keys: Iterable<string>, since: number) {
    this.#open = { since, fetched: 0, complete: true, ...this.#open, keys: new Set(keys) }
  }

  has(key: string): boolean {
    return this.#open?.keys.has(key) === true
  }

  add(key: string) {
    this.#open?.keys.add(key)
  }

  /** So many messages were told that were missed. */
  count(fetched: number) {
    if (this.#open) this.#open.fetched += fetched
  }

  done(context: Context, key: string, complete: boolean) {
    const open = this.#open
    if (!open?.keys.delete(key)) return
    open.complete &&= complete
    if (open.keys.size > 0) return
    this.#open = undefined
    const tookMs = context.now - open.since
    context.tell({ type: "caughtUp", tookMs, fetched: open.fetched, complete: open.complete })
  }
}
