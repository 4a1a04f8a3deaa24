// The reserve: a file whose only use is to be deleted when the disk is full, so that what was already under way can
// still be written and people can leave in order (docs/ARCHITECTURE.md, law 4).

import * as fs from "node:fs"
import { freeBytes, isNoRoom } from "./disk.ts"

export const RESERVE_BYTES = 16 * 1024 * 1024
/** Free bytes wanted beside the reserve before it is taken again, or a disk that is nearly full would flap. */
const MARGIN_BYTES = 4 * 1024 * 1024
const CHUNK_BYTES = 1024 * 1024

export class Reserve {
  readonly #path: string
  readonly #bytes: number

  constructor(path: string, bytes = RESERVE_BYTES) {
    this.#path = path
    this.#bytes = bytes
  }

  isHeld(): boolean {
    return (fs.statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0) >= this.#bytes
  }

  /** Gives the room back to the disk; false when there is nothing to give. */
  release(): boolean {
    if (!this.isHeld()) return false
    const file = fs.openSync(this.#path, "r+")
    fs.ftruncateSync(file, 0)
    // Some file systems hand out freed blocks only after a flush.
    fs.fsyncSync(file)
    fs.closeSync(file)
    fs.unlinkSync(this.#path)
    return true
  }

  /** Writes the reserve unless it is there; false when there is no room for it. */
  take(): boolean {
    if (this.isHeld()) return true
    fs.rmSync(this.#path, { force: true })
    if (freeBytes(this.#path) < this.#bytes + MARGIN_BYTES) return false
    try {
      this.#write()
      return true
    } catch (error) {
      fs.rmSync(this.#path, { force: true })
      if (isNoRoom(error)) return false
      throw error
    }
  }

  // Random bytes: a file system that compresses or keeps holes would give zeros no room at all.
  #write(): void {
    const chunk = new Uint8Array(CHUNK_BYTES)
    for (let at = 0; at < CHUNK_BYTES; at += 65_536) crypto.getRandomValues(chunk.subarray(at, at + 65_536))
    const file = fs.openSync(this.#path, "wx", 0o600)
    try {
      for (let left = this.#bytes; left > 0; left -= CHUNK_BYTES)
        fs.writeSync(file, chunk, 0, Math.min(left, CHUNK_BYTES))
      fs.fsyncSync(file)
    } finally {
      fs.closeSync(file)
    }
  }
}
