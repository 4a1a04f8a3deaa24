// Two sockets joined byte by byte. Who does not read stops the reading of the other side, so that no more waits here than
// came in one read; who has said its last word is still told everything.

/** How long a side may take to accept what is left for it when the other is gone, counted anew whenever it takes some. */
const CLOSE_WITHIN_MS = 2000

type RawSocket = Pick<Bun.Socket, "write" | "pause" | "resume" | "shutdown" | "end" | "terminate">

/** One side of a relay; the handlers of its socket call what happens to it. */
export class Side {
  #socket: RawSocket | undefined
  #other: Side | undefined
  /** What this side would not take yet. */
  #unsent: Uint8Array | undefined
  /** Whether the other side has said its last word, and whether it is gone. */
  #isLast = false
  #isLeft = false
  #deadline: ReturnType<typeof setTimeout> | undefined

  constructor(socket: RawSocket) {
    this.#socket = socket
  }

  /** What one side says from now on is written to the other. */
  static join(one: Side, other: Side) {
    one.#other = other
    other.#other = one
  }

  get isGone(): boolean {
    return this.#socket === undefined
  }

  pause() {
    this.#socket?.pause()
  }

  resume() {
    this.#socket?.resume()
  }

  terminate() {
    this.#socket?.terminate()
  }

  received(chunk: Uint8Array) {
    this.#other?.write(chunk)
  }

  /** What does not fit now is written when there is room. */
  write(bytes: Uint8Array) {
    if (this.#unsent) {
      this.#unsent = Buffer.concat([this.#unsent, bytes])
      return
    }
    const written = Math.max(0, this.#socket?.write(bytes) ?? 0)
    if (written === bytes.length) return
    this.#unsent = bytes.slice(written)
    this.#other?.pause()
  }

  drained() {
    if (!this.#unsent) return
    const written = Math.max(0, this.#socket?.write(this.#unsent) ?? 0)
    if (written > 0) this.#deadline?.refresh()
    if (written < this.#unsent.length) {
      this.#unsent = this.#unsent.subarray(written)
      return
    }
    this.#unsent = undefined
    this.#other?.resume()
    if (this.#isLeft) this.#socket?.end()
    else if (this.#isLast) this.#socket?.shutdown()
  }

  /** It writes no more. */
  ended() {
    this.#other?.finish()
  }

  /** Its socket is gone; `isBroken` says that it did not close as one closes. */
  closed(isBroken: boolean) {
    clearTimeout(this.#deadline)
    this.#socket = undefined
    this.#unsent = undefined
    this.#other?.leave(isBroken)
  }

  /** The other side writes no more. */
  finish() {
    this.#isLast = true
    if (!this.#unsent) this.#socket?.shutdown()
  }

  /** The other side is gone. */
  leave(isBroken: boolean) {
    this.#isLeft = true
    if (isBroken) this.terminate()
    else if (!this.#unsent) this.#socket?.end()
    else this.#deadline = setTimeout(() => this.terminate(), CLOSE_WITHIN_MS)
  }
}
