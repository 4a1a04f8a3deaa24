// What came live and has to wait for what was said before it. When the connection is lost before that was there, the next history may
// have it in its place, and something before it; what it has not is told after it, so that nothing is lost that was heard.

import type { Context } from "./context.ts"
import type { Happening } from "./happening.ts"
import { HELD_MAX } from "./limits.ts"

export interface Held {
  readonly happening: Happening & { readonly target: string }
  /** The msgid that it came with. */
  readonly id: string | undefined
}

/** Whether it is news that has a place among what is said to a target. */
export function hasPlace(happening: Happening): happening is Held["happening"] {
  if (!("target" in happening) || AT_ONCE.has(happening.type)) return false
  return !("past" in happening && happening.past) && !("fetched" in happening && happening.fetched)
}

/** About history itself, or about what is being done now, whatever was said before. */
const AT_ONCE: ReadonlySet<Happening["type"]> = new Set([
  ...(["history", "unread", "gap"] as const),
  ...(["undelivered", "unconfirmed", "joinRefused"] as const),
])

/** The same, where whom we talk with has another nick now. */
export function underNick({ view }: Context, held: Held, from: string, to: string): Held {
  const { happening } = held
  return view.same(happening.target, from) ? { ...held, happening: { ...happening, target: to } } : held
}

export class Waiting {
  #kept: Held[] = []

  keep({ histories: { seen } }: Context, held: readonly Held[]) {
    for (const { id } of held) seen.forget(id)
    this.#kept = [...this.#kept, ...held].slice(-HELD_MAX)
  }

  renamed(context: Context, from: string, to: string) {
    this.#kept = this.#kept.map((held) => underNick(context, held, from, to))
  }

  /** Tells what history has not told meanwhile, of targets for which none is to come. */
  tell(context: Context, isMeant: (target: string) => boolean) {
    const { histories } = context
    const isDue = ({ happening: { target } }: Held) => isMeant(target) && !histories.awaits(context, target)
    const due = this.#kept.filter(isDue)
    this.#kept = this.#kept.filter((held) => !isDue(held))
    for (const { happening, id } of due)
      if ("past" in happening || histories.seen.happened(id)) context.tell(happening, id)
  }
}
