// What a turn has to send, shared between all who get the same lines. A session's output is a node in a tree whose
// branches are lines: handing a line to the next of a thousand sessions is one step to a node that is already there,
// and a node is joined and encoded once however many sessions end in it.

import type { Delivery } from "./seams.ts"
import type { Session } from "./session.ts"

/** A rendered line without CR LF, good for one turn; the object stands for the line, so that equal strings need no comparing. */
export class Line {
  readonly text: string
  /** The node of who got this line first in a turn. */
  first: Output | undefined

  constructor(text: string) {
    this.text = text
  }
}

/** The lines of one or more sessions in one turn. */
export class Output {
  readonly #before: Output | undefined
  readonly #line: Line
  #latest: Output | undefined
  #others: Map<Line, Output> | undefined
  #bytes: Uint8Array | undefined
  /** Sessions whose output ends here. */
  readers = 0

  constructor(before: Output | undefined, line: Line) {
    this.#before = before
    this.#line = line
  }

  /** The node for these lines and then `line`. */
  next(line: Line): Output {
    if (this.#latest && this.#latest.#line === line) return this.#latest
    let node = this.#others?.get(line)
    if (node) return node
    node = new Output(this, line)
    if (this.#latest) (this.#others ??= new Map()).set(line, node)
    else this.#latest = node
    return node
  }

  get text(): string {
    let text = `${this.#line.text}\r\n`
    for (let node = this.#before; node; node = node.#before) text = `${node.#line.text}\r\n${text}`
    return text
  }

  /** The lines in UTF-8, made once for all who share them. */
  get bytes(): Uint8Array {
    return (this.#bytes ??= ENCODER.encode(this.text))
  }
}

const ENCODER = new TextEncoder()

/** Gathers a turn's lines. */
export class Outbox {
  #touched: Session[] = []

  add(session: Session, line: Line) {
    const before = session.output
    let node: Output
    if (before) {
      before.readers--
      node = before.next(line)
    } else {
      this.#touched.push(session)
      node = line.first ??= new Output(undefined, line)
    }
    node.readers++
    session.output = node
  }

  get isEmpty(): boolean {
    return this.#touched.length === 0
  }

  /** What was gathered; the next turn starts with nothing. */
  take(): Delivery[] {
    const deliveries: Delivery[] = []
    for (const session of this.#touched) {
      const output = session.output
      session.output = undefined
      if (output) deliveries.push({ session, output })
    }
    this.#touched = []
    return deliveries
  }
}
