// Lines on their way out of a socket that may take them in part, later, or never. Bun keeps nothing that `write` did
// not accept, so that the rest is ours to keep until `drain`.

const ENCODER = new TextEncoder()
const NOTHING = new Uint8Array()

export class WriteQueue {
  readonly #write: (bytes: Uint8Array) => number
  #rest: Uint8Array = NOTHING
  #waiting: (() => void)[] = []

  /** `write` returns the bytes it accepted: all, some, 0, or -1 when the socket is closed. */
  constructor(write: (bytes: Uint8Array) => number) {
    this.#write = write
  }

  get bytesWaiting(): number {
    return this.#rest.length
  }

  /** Lines without CR LF, in one write. */
  push(lines: readonly string[]) {
    if (lines.length === 0) return
    const bytes = ENCODER.encode(`${lines.join("\r\n")}\r\n`)
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes])
    this.drain()
  }

  /** The socket can take more; also called, as Bun does, when nothing waits. */
  drain() {
    if (this.#rest.length > 0) {
      const accepted = this.#write(this.#rest)
      if (accepted > 0) this.#rest = this.#rest.subarray(accepted)
    }
    if (this.#rest.length === 0) this.#settle()
  }

  /** Resolves when everything pushed so far has been accepted, or never will be. */
  drained(): Promise<void> {
    if (this.#rest.length === 0) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  /** The socket is closed: nobody waits for it any longer. */
  close() {
    this.#rest = NOTHING
    this.#settle()
  }

  #settle() {
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
  }
}
