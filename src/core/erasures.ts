// What was erased a moment ago: a page of history that was read before must not bring it back after everybody was told.

import type { Erasure, Row } from "./seams.ts"

/** Longer than any reading takes. */
const KEPT_MS = 300_000

export class Erasures {
  readonly #recent: { readonly erasure: Erasure; readonly seq: number; readonly at: number }[] = []

  /** `seq` is the place of what erased, `at` its time. */
  add(erasure: Erasure, seq: number, at: number) {
    while (this.#recent[0] && at - this.#recent[0].at > KEPT_MS) this.#recent.shift()
    this.#recent.push({ erasure, seq, at })
  }

  /** Whether the row, which somebody has in hand, was erased since it was read. */
  has(row: Row): boolean {
    return this.#recent.some(({ erasure, seq }) => row.seq < seq && matches(row, erasure))
  }
}

function matches(row: Row, erasure: Erasure): boolean {
  if ("seq" in erasure) return row.seq === erasure.seq
  return row.accountId === erasure.accountId && erasure.types.includes(row.type)
}
