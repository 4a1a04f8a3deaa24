// Bytes that the system would not take yet, in order.

const LINE_END = new TextEncoder().encode("\r\n")

export class SendQueue {
  #chunks: Uint8Array[] = []
  readonly #emptied = Promise.withResolvers<void>()
  bytes = 0
  /** Bytes of the largest that was added. */
  largest = 0

  /** When nothing is left; never where that is not to be. */
  get emptied(): Promise<void> {
    return this.#emptied.promise
  }

  add(chunk: Uint8Array) {
    this.#chunks.push(chunk)
    this.bytes += chunk.length
    this.largest = Math.max(this.largest, chunk.length)
  }

  /** Drops everything, and ends the line that may have been written in part. */
  cut() {
    this.#chunks = [LINE_END]
    this.bytes = LINE_END.length
  }

  /** Offers everything as one write, which answers how many bytes it took. True when nothing is left. */
  flush(write: (bytes: Uint8Array) => number): boolean {
    const [first] = this.#chunks
    if (!first) return true
    const all = this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks)
    const written = Math.max(0, write(all))
    const rest = all.subarray(written)
    this.#chunks = rest.length > 0 ? [rest] : []
    this.bytes = rest.length
    if (rest.length === 0) this.#emptied.resolve()
    return rest.length === 0
  }
}
