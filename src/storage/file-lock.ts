// A lock that ends with the process: an exclusive transaction in an empty database. The system lets go of it, kill -9 included, so
// there is none that is stale. https://www.sqlite.org/lockingv3.html

import { Database } from "bun:sqlite"
import { codeOf } from "./database.ts"

/** Takes the lock at once; the answer lets go of it. Undefined: somebody else holds it. Throws SQLite's errors. */
export function takeLock(path: string): (() => void) | undefined {
  let db: Database | undefined
  try {
    db = new Database(path, { create: true, readwrite: true })
    // The file stays empty: nothing is ever written in it, so there is nothing to keep a journal of.
    db.run("pragma journal_mode = memory")
    db.run("begin exclusive")
  } catch (error) {
    db?.close()
    if (codeOf(error).startsWith("SQLITE_BUSY")) return undefined
    throw error
  }
  const held = db
  return () => held.close()
}
