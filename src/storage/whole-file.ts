// A file that is there whole or not at all, for its owner alone: written beside its place, flushed, and moved into it.

import * as fs from "node:fs"
import { dirname } from "node:path"

/** `write` fills the empty file at the path it is given. Whatever it throws, it leaves nothing, and what was there stays. */
export function writeWhole(path: string, write: (partial: string) => void): void {
  const partial = `${path}.partial`
  fs.rmSync(partial, { force: true })
  try {
    fs.closeSync(fs.openSync(partial, "wx", 0o600))
    write(partial)
    flush(partial)
    fs.renameSync(partial, path)
    flush(dirname(path))
  } catch (error) {
    fs.rmSync(partial, { force: true })
    throw error
  }
}

/** What is flushed at a time where much is written. */
const PIECE_BYTES = 256 * 1024

/**
 * Writes to an open file, each piece on disk before the next. What nobody flushes gathers in memory, and a commit of the
 * log that is flushed meanwhile would have to wait for all of it.
 */
export function writeFlushed(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    fs.writeFileSync(file, bytes.subarray(at, at + PIECE_BYTES))
    fs.fdatasyncSync(file)
  }
}

// Returns when a file, or the names in a folder, are on disk.
function flush(path: string): void {
  const file = fs.openSync(path, "r")
  try {
    fs.fsyncSync(file)
  } finally {
    fs.closeSync(file)
  }
}
