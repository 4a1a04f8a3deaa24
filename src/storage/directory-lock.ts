// One server a data directory: `lock.db` is held for as long as the process lives.

import { truncateSync } from "node:fs"
import { EXIT, UserError } from "../user-error.ts"
import { codeOf, explain, isDamage } from "./database.ts"
import type { DataDirectory } from "./data-directory.ts"
import { takeLock } from "./file-lock.ts"

/** Takes the lock or throws a UserError at once; the answer lets go of it. */
export function lockDirectory(directory: DataDirectory): () => void {
  try {
    return hold(directory)
  } catch (error) {
    if (!isDamage(codeOf(error))) throw error
    // Nobody holds it, or it could not have been read; and nothing that is in it is of use.
    truncateSync(directory.lock)
    return hold(directory)
  }
}

function hold(directory: DataDirectory): () => void {
  try {
    const unlock = takeLock(directory.lock)
    if (unlock) return unlock
  } catch (error) {
    throw isDamage(codeOf(error)) ? error : explain(error, directory.lock)
  }
  throw inUse(directory)
}

function inUse(directory: DataDirectory): UserError {
  return new UserError(`data directory ${directory.path} is in use by another chat server`, {
    hint: "stop that server first (chat admin stop), or name another directory with --data DIR",
    exitCode: EXIT.refusedToStart,
  })
}
