// The messages that were shown, so that a person can mean one of them: by a number that a list has given it, by who said it, or as
// the last one.

import type { Spoken } from "../client/happening.ts"
import { CONVERSATIONS_MAX, setNewest } from "../client/limits.ts"
import type { View } from "../client/view.ts"

/** Messages remembered; what is older is found by /history or /search. */
const RECENT_MAX = 500
/** Messages in the list that is shown when none was named. */
const LISTED = 10

export class Recent {
  readonly #view: View
  #messages: Spoken[] = []
  /** Undefined where one was taken back since: the others keep their numbers. */
  #listed: readonly (Spoken | undefined)[] = []
  /** By folded target: the oldest message that came by itself. */
  readonly #oldest = new Map<string, Spoken>()
  /** By folded target: where the last /history began; the next one goes back from there. */
  readonly #readBack = new Map<string, Spoken>()

  constructor(view: View) {
    this.#view = view
  }

  shown(spoken: Spoken) {
    this.#older(spoken)
    if (spoken.id === undefined) return
    this.#messages.push(spoken)
    if (this.#messages.length > RECENT_MAX) this.#messages.shift()
  }

  /** From now on numbers mean these, from 1 on. */
  list(messages: readonly Spoken[]) {
    this.#listed = messages
  }

  /** A page of history was shown, oldest first. */
  readBack([oldest]: readonly Spoken[]) {
    if (oldest) setNewest(this.#readBack, this.#view.key(oldest.target), oldest, CONVERSATIONS_MAX)
  }

  isReadBack(target: string): boolean {
    return this.#readBack.has(this.#view.key(target))
  }

  #older(spoken: Spoken) {
    const key = this.#view.key(spoken.target)
    const oldest = this.#oldest.get(key)
    if (!oldest || spoken.at < oldest.at) setNewest(this.#oldest, key, spoken, CONVERSATIONS_MAX)
  }

  /** From where /history goes back. */
  oldest(target: string): Spoken | undefined {
    const key = this.#view.key(target)
    return this.#readBack.get(key) ?? this.#oldest.get(key)
  }

  byId(id: string): Spoken | undefined {
    return (
      this.#messages.findLast((spoken) => spoken.id === id) ??
      this.#listed.find((spoken) => spoken?.id === id)
    )
  }

  /** It was taken back: nobody can mean it any more. */
  forget(id: string) {
    this.#messages = this.#messages.filter((spoken) => spoken.id !== id)
    this.#listed = this.#listed.map((spoken) => (spoken?.id === id ? undefined : spoken))
  }

  /** Whom we talk with has another nick now. */
  renamed(from: string, to: string) {
    const now = (spoken: Spoken) =>
      this.#view.same(spoken.target, from) ? { ...spoken, target: to } : spoken
    this.#messages = this.#messages.map(now)
    this.#listed = this.#listed.map((spoken) => spoken && now(spoken))
    for (const places of [this.#oldest, this.#readBack]) {
      const place = places.get(this.#view.key(from))
      places.delete(this.#view.key(from))
      if (place) setNewest(places, this.#view.key(to), place, CONVERSATIONS_MAX)
    }
  }

  /** The last of a conversation, oldest first. */
  latest(target: string, count = LISTED): Spoken[] {
    return this.#messages.filter((spoken) => this.#view.same(spoken.target, target)).slice(-count)
  }

  /** What `word` means in `target`: a number, a nick, or `last`, which `isMeant` picks. */
  pick(word: string, target: string | undefined, isMeant: (spoken: Spoken) => boolean): Spoken | undefined {
    if (/^\d+$/.test(word)) return this.#listed[Number(word) - 1]
    if (target === undefined) return undefined
    return this.#messages.findLast(
      (spoken) =>
        this.#view.same(spoken.target, target) &&
        (word === "last" ? isMeant(spoken) : this.#view.same(spoken.from, word)),
    )
  }
}
