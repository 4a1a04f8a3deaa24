// One server a data directory: `lock.db` is held by an exclusive transaction for as long as the process lives. The
// system lets go of the lock with the process, kill -9 included, so there is no stale lock to clean up.

import { Database } from "bun:sqlite"
import { truncateSync } from "node:fs"
import { EXIT, UserError } from "../user-error.ts"
import { codeOf, explain, isDamage } from "./database.ts"
import type { DataDirectory } from "./data-directory.ts"

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
  let db: Database | undefined
  try {
    db = new Database(directory.lock, { create: true, readwrite: true })
    // The file stays empty: nothing is ever written in it, so there is nothing to keep a journal of.
    db.run("pragma journal_mode = memory")
    db.run("begin exclusive")
  } catch (error) {
    db?.close()
    if (isDamage(codeOf(error))) throw error
    throw codeOf(error).startsWith("SQLITE_BUSY") ? inUse(directory) : explain(error, directory.lock)
  }
  const held = db
  return () => held.close()
}

function inUse(directory: DataDirectory): UserError {
  return new UserError(`data directory ${directory.path} is in use by another chat server`, {
    hint: "stop that server first (chat admin stop), or name another directory with --data DIR",
    exitCode: EXIT.refusedToStart,
  })
}
