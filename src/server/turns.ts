// The beat of the server (DESIGN law 4 and 5): what the engine did in one turn of the event loop is one commit and then
// one write a session. While one commit is under way the next turn gathers.

import type { Engine } from "../core/engine.ts"
import type { Log, Request, Row, Turn } from "../core/seams.ts"
import type { Connection } from "./connection.ts"

export interface TurnsOptions {
  readonly engine: Engine
  readonly log: Log
  /** Does what the core asks of the shell, after the turn's lines were written. */
  readonly perform: (request: Request) => void
  /** Hears of the rows of a turn when they are on disk and its lines were written. */
  readonly onRows: ((rows: readonly Row[]) => void) | undefined
}

export class Turns {
  /** The place of the last row that is on disk. */
  lastSeq: number
  /** Up to here whatever is kept is on disk; what came after the last row is not kept. */
  #settledSeq: number
  readonly #options: TurnsOptions
  #isDue = false
  #isCommitting = false
  #isBroken = false
  #whenIdle: (() => void) | undefined
  /** Who waits for a place to be on disk; ascending. */
  #waiting: { readonly seq: number; resolve(): void }[] = []

  constructor(options: TurnsOptions) {
    this.#options = options
    this.lastSeq = options.log.nextSeq - 1
    this.#settledSeq = this.lastSeq
  }

  /** Ends the turn once this turn of the event loop has heard everybody: sooner would make more and smaller commits. */
  wake() {
    if (this.#isDue || this.#isCommitting) return
    this.#isDue = true
    setImmediate(() => this.#end())
  }

  /** Nothing is written or committed from now on: what the engine says may be untrue. */
  break() {
    this.#isBroken = true
    this.#whenIdle?.()
  }

  /** When everything that happened is on disk and written, or never will be. */
  idle(): Promise<void> {
    if (this.#isBroken) return Promise.resolve()
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#whenIdle = resolve
    this.wake()
    return promise
  }

  /** When what is kept of the facts up to this place is on disk; never if it cannot be. */
  durable(seq: number): Promise<void> {
    if (seq <= this.#settledSeq) return Promise.resolve()
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waiting.push({ seq, resolve })
    this.wake()
    return promise
  }

  #end() {
    this.#isDue = false
    if (this.#isCommitting || this.#isBroken) return
    const turn = this.#options.engine.take()
    if (turn && turn.rows.length > 0) return this.#commit(turn)
    this.#settle(this.#options.engine.lastSeq)
    if (turn) this.#release(turn)
    this.#rest()
  }

  #commit(turn: Turn) {
    this.#isCommitting = true
    const { lastSeq } = this.#options.engine
    this.#options.log.append(turn.rows, () => this.#committed(turn, lastSeq))
  }

  #settle(seq: number) {
    this.#settledSeq = seq
    while ((this.#waiting[0]?.seq ?? Infinity) <= seq) this.#waiting.shift()?.resolve()
  }

  // The next commit is sent on its way before the finished turn is written: the disk works while we write.
  #committed(turn: Turn, lastSeq: number) {
    if (this.#isBroken) return
    this.#isCommitting = false
    this.lastSeq = turn.rows.at(-1)?.seq ?? this.lastSeq
    const next = this.#options.engine.take()
    if (next && next.rows.length > 0) this.#commit(next)
    this.#settle(next && next.rows.length > 0 ? lastSeq : this.#options.engine.lastSeq)
    this.#release(turn)
    if (next && next.rows.length === 0) this.#release(next)
    this.#rest()
  }

  #release(turn: Turn) {
    for (const { session, output } of turn.deliveries) (session.arrival as Connection).send(output)
    for (const request of turn.requests) this.#options.perform(request)
    if (turn.rows.length > 0) this.#options.onRows?.(turn.rows)
  }

  #rest() {
    if (this.#isCommitting || !this.#whenIdle) return
    this.#whenIdle()
    this.#whenIdle = undefined
  }
}
