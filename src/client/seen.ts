// Which messages were shown already, so that what history and the live connection both bring is shown once.

import type { Spoken } from "./happening.ts"
import { CONVERSATIONS_MAX, IDS_MAX, setNewest } from "./limits.ts"

/** Msgids remembered per conversation; ten pages are enough for what can overlap. */
const SEEN_MAX = 1_000

/** What happened besides, of all conversations. */
const HAPPENED_MAX = 5_000

export class Seen {
  readonly #ids = new Map<string, Set<string>>()
  #count = 0
  readonly #happened = new Set<string>()

  has(key: string, id: string | undefined): boolean {
    return id !== undefined && this.#ids.get(key)?.has(id) === true
  }

  /** Whether it was shown in any conversation: who writes may have another name by now. */
  hasAnywhere(id: string | undefined): boolean {
    return id !== undefined && this.#ids.values().some((ids) => ids.has(id))
  }

  /** Whether this server has ids at all. */
  get isAny(): boolean {
    return this.#count > 0 || this.#happened.size > 0
  }

  /** False when a message was seen before; remembers it otherwise. */
  add(key: string, { id }: Pick<Spoken, "id">): boolean {
    if (id === undefined) return true
    const ids = this.#ids.get(key) ?? new Set()
    if (ids.has(id)) return false
    setNewest(this.#ids, key, ids.add(id), CONVERSATIONS_MAX)
    this.#count++
    if (ids.size > SEEN_MAX && ids.delete(ids.values().next().value ?? "")) this.#count--
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

  renamed(from: string, to: string) {
    const ids = this.#ids.get(from)
    if (!ids) return
    this.#ids.delete(from)
    this.#count -= ids.size
    for (const id of ids) this.add(to, { id })
  }
}
