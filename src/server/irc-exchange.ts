// What a connection does that speaks IRC: bytes in become lines for the engine, no faster than is allowed.

import { BrokenStateError } from "../core/replay.ts"
import type { Session } from "../core/session.ts"
import { MULTILINE } from "../protocol/capabilities.ts"
import { CLIENT_TAG_BYTES_MAX, LINE_BYTES_MAX } from "../protocol/limits.ts"
import { LineReader, type Unreadable } from "../protocol/line-reader.ts"
import type { RefusalCode } from "../protocol/refusals.ts"
import { monotonicMs, now } from "./clock.ts"
import type { Connection } from "./connection.ts"
import { Fakelag } from "./fakelag.ts"
import type { Shell } from "./shell.ts"

export class IrcExchange {
  readonly #shell: Shell
  readonly #connection: Connection
  readonly #session: Session
  readonly #reader: LineReader
  #fakelag: Fakelag | undefined

  /** Its session begins; that of who is banned has ended then. */
  constructor(shell: Shell, connection: Connection) {
    this.#shell = shell
    this.#connection = connection
    this.#reader = new LineReader({
      tagBytesMax: CLIENT_TAG_BYTES_MAX,
      lineBytesMax: LINE_BYTES_MAX,
      unfinishedBytesMax: shell.limits.recvqBytes,
    })
    this.pace()
    this.#session = shell.engine.connected(connection, now())
    if (this.#session.closing) shell.wake()
  }

  /** Delays the lines of an address that is not exempt. */
  pace() {
    const { throttle } = this.#shell
    if (throttle.limits.fakelag && !throttle.isExempt(this.#connection.address))
      this.#fakelag ??= new Fakelag()
    else if (!this.#fakelag?.isHolding) this.#fakelag = undefined
  }

  received(chunk: Uint8Array) {
    if (this.#session.closing) return
    const fits = this.#reader.push(chunk, (line) => this.#heard(line))
    if (!fits) this.#shell.engine.end(this.#session, "LINE_TOO_LONG")
    this.settle()
  }

  /** After anything that the engine was told of this session. */
  settle() {
    const session = this.#session
    if (session.user) this.#connection.uncount()
    if (this.#connection.hasEnded && !this.#fakelag?.isHolding && !session.waiting) {
      this.#shell.engine.end(session, "QUIT", "Connection closed")
    }
    this.#shell.wake()
  }

  get isEnding(): boolean {
    return this.#session.closing !== undefined
  }

  end(code: RefusalCode) {
    this.#shell.engine.end(this.#session, code)
    this.#shell.wake()
  }

  /** Lines that still wait are dropped. */
  stop() {
    this.#fakelag?.stop()
  }

  /** The connection is gone. */
  closed(why: string) {
    this.stop()
    this.#guard(() => this.#shell.engine.closed(this.#session, why, now()))
    this.#shell.wake()
  }

  #heard(line: string | Unreadable) {
    if (!this.#fakelag) return this.#obey(line)
    const { engine, limits } = this.#shell
    const allowed = { delayedBytesMax: limits.recvqBytes, mayBatch: this.#session.has(MULTILINE) }
    const verdict = this.#fakelag.pass(line, monotonicMs(), allowed, (delayed) => {
      this.#obey(delayed)
      this.settle()
    })
    if (verdict === "now") this.#obey(line)
    else if (verdict === "tooMuch") engine.end(this.#session, "TOO_FAST")
  }

  #obey(line: string | Unreadable) {
    this.#guard(() => this.#shell.engine.receive(this.#session, line, now()))
  }

  // A defect that the engine did not catch costs this session; one in its state ends the process.
  #guard(action: () => void) {
    try {
      action()
    } catch (error) {
      if (error instanceof BrokenStateError) return this.#shell.broken(error)
      const why = error instanceof Error ? (error.stack ?? error.message) : String(error)
      this.#shell.log({ level: "error", what: "defect", nick: this.#session.addressee, why })
      this.#shell.engine.end(this.#session, "INTERNAL_ERROR")
    }
  }
}
