// Who came and went while we were away, as one line: between two messages it matters who is there now, not how often they moved.

import type { Happening } from "../client/happening.ts"
import { say } from "./sentences.ts"

type Move = Happening & { type: "join" | "part" | "quit" }

/** Names in one line; the others are counted. */
const NAMED_MAX = 3

export class Crowd {
  readonly #came = new Set<string>()
  readonly #left = new Set<string>()
  #at = 0
  #where = ""

  /** True when it is told later, with the others. */
  takes(happening: Happening): happening is Move {
    const isMove = happening.type === "join" || happening.type === "part" || happening.type === "quit"
    return isMove && happening.fetched === true
  }

  add(move: Move) {
    const [to, from] = move.type === "join" ? [this.#came, this.#left] : [this.#left, this.#came]
    // Who is back, or was here in between, is nothing to tell of.
    if (!from.delete(move.from)) to.add(move.from)
    this.#at = move.at
    this.#where = "target" in move ? move.target : (move.targets[0] ?? "")
  }

  /** Undefined when nothing has changed. */
  take(): { readonly at: number; readonly where: string; readonly words: string } | undefined {
    const words = [sentence(this.#came, "joined"), sentence(this.#left, "left")].filter(Boolean).join(", ")
    this.#came.clear()
    this.#left.clear()
    return words === "" ? undefined : { at: this.#at, where: this.#where, words }
  }
}

function sentence(names: ReadonlySet<string>, verb: string): string {
  const all = [...names].map((name) => say`${name}`)
  const others = all.length - NAMED_MAX
  const last = others > 1 ? `${others} others` : (all.pop() ?? "")
  const listed = all.slice(0, NAMED_MAX)
  if (last === "") return ""
  return `${listed.length === 0 ? "" : `${listed.join(", ")} and `}${last} ${verb}`
}
