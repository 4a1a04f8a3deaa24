// Whether a log is as SQLite has left it, page by page: https://www.sqlite.org/pragma.html#pragma_quick_check

import { Database } from "bun:sqlite"
import { damaged, markDamaged } from "./damage.ts"
import type { DataDirectory } from "./data-directory.ts"
import { codeOf, isDamage } from "./database.ts"

/** Reads all of it, which takes its time; throws a UserError when it is damaged, and the next start is refused then. */
export function checkLog(directory: DataDirectory): undefined {
  const why = findDamage(directory.log)
  if (why === undefined) return
  markDamaged(directory, why)
  throw damaged(directory.log, why)
}

/** What is wrong with a file, in SQLite's words; undefined when nothing is. */
export function findDamage(path: string): string | undefined {
  const db = new Database(path, { readonly: true })
  try {
    const found = db.query<{ quick_check: string }, []>("pragma quick_check(1)").get()?.quick_check
    return found === "ok" ? undefined : found?.split("\n").at(-1)
  } catch (error) {
    if (!isDamage(codeOf(error))) throw error
    return error instanceof Error ? error.message : String(error)
  } finally {
    db.close()
  }
}
