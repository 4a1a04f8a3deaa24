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

// Returns when a file, or the names in a folder, are on disk.
function flush(path: string): void {
  const file = fs.openSync(path, "r")
  try {
    fs.fsyncSync(file)
  } finally {
    fs.closeSync(file)
  }
}
