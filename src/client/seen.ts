// Which messages were shown already, so that what history and the live connection both bring is shown once.

import type { Context } from "./context.ts"
import { IDS_MAX } from "./limits.ts"
import { DIRECT } from "./resumption.ts"

/** Msgids remembered per channel; ten pages are enough for what can overlap. */
const SEEN_MAX = 1_000
/** Of all direct conversations. */
const DIRECT_MAX = IDS_MAX / 2
/** What happened besides, of all conversations. */
const HAPPENED_MAX = 5_000

export class Seen {
  readonly #ids = new Map<string, Set<string>>()
  #count = 0
  readonly #happened = new Set<string>()

  has(context: Context, target: string, id: string | undefined): boolean {
    return id !== undefined && this.#ids.get(keyOf(context, target))?.has(id) === true
  }

  /** Whether this server has ids at all. */
  get isAny(): boolean {
    return this.#count > 0 || this.#happened.size > 0
  }

  /** False when a message was seen before; remembers it otherwise. */
  add(context: Context, target: string, id: string | undefined): boolean {
    if (id === undefined) return true
    const key = keyOf(context, target)
    const ids = this.#ids.get(key) ?? new Set()
    if (ids.has(id)) return false
    this.#ids.delete(key)
    this.#ids.set(key, ids.add(id))
    this.#count++
    const max = key === DIRECT ? DIRECT_MAX : SEEN_MAX
    if (ids.size > max && ids.delete(ids.values().next().value ?? "")) this.#count--
    this.#makeRoom()
    return true
  }

  /** Conversations of longest ago are forgotten first. */
  #makeRoom() {
    for (const [key, ids] of this.#ids) {
      if (this.#count <= IDS_MAX) return
      this.#ids.delete(key)
      this.#count -= ids.size
    }
  }

  /** False when something that is no message was heard of before; remembers it otherwise. */
  happened(id: string | undefined): boolean {
    if (id === undefined) return true
    if (this.#happened.has(id)) return false
    this.#happened.add(id)
    if (this.#happened.size > HAPPENED_MAX) this.#happened.delete(this.#happened.values().next().value ?? "")
    return true
  }

  heardOf(id: string | undefined): boolean {
    return id !== undefined && this.#happened.has(id)
  }

  /** It was heard of, and could not be told. */
  forget(id: string | undefined) {
    if (id !== undefined) this.#happened.delete(id)
  }
}

/** All direct conversations are one: who writes may have another nick by now. */
function keyOf({ view }: Context, target: string): string {
  return view.isChannel(target) ? view.key(target) : DIRECT
}
