// Direct messages of before the first connection that nobody has read yet. They are shown after what was said in channels, where they are
// seen; what comes from the same people waits: shown sooner it would be marked as read, and what came before it with it.

import type { Context } from "./context.ts"
import { canRead, PATIENCE_MS } from "./histories.ts"
import type { Talk } from "./targets.ts"

export class Mailbox {
  /** "listed": it is known who wrote. "asked": until when each of them was read. A connection that is lost too soon leaves all to the next. */
  #state: "due" | "listed" | "asked" | "shown" = "due"
  /** Those of which that is not known yet, by folded nick. */
  readonly #letters = new Map<string, Talk>()
  #askedAt = 0

  isDue(context: Context): boolean {
    return this.#state === "due" && canRead(context) && context.reading.isOn(context)
  }

  connectionLost() {
    this.#letters.clear()
    if (this.#state !== "shown") this.#state = "due"
  }

  listed(talks: ReadonlyMap<string, Talk>) {
    this.#state = "listed"
    for (const [key, talk] of talks) this.#letters.set(key, talk)
  }

  /** Whether what comes from `target` has to wait. Before anybody was asked for, it may come under another nick. */
  holds({ view }: Context, target: string): boolean {
    return (this.#state === "listed" && this.#letters.size > 0) || this.#letters.has(view.key(target))
  }

  /** All else is shown: "except for user targets where they have to request the initial read timestamp" */
  ask(context: Context) {
    if (this.#state === "listed") {
      this.#state = "asked"
      this.#askedAt = context.now
      for (const { name } of this.#letters.values()) context.send(`MARKREAD ${name}`)
    }
    if (this.#state === "asked" && this.#letters.size === 0) this.#state = "shown"
  }

  isLate({ now }: Context): boolean {
    return this.#state === "asked" && this.#letters.size > 0 && now - this.#askedAt > PATIENCE_MS
  }

  giveUp() {
    this.#letters.clear()
  }

  /** MARKREAD has said until when `target` was read (undefined: never): what came later is looked at. True when that was awaited. */
  marked(context: Context, target: string, until: number | undefined): boolean {
    const key = context.view.key(target)
    const letter = this.#letters.get(key)
    if (letter && letter.at > (until ?? 0))
      context.histories.look(context, target, until === undefined ? undefined : { id: undefined, at: until })
    return this.#letters.delete(key)
  }
}
