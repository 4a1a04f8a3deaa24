// A log of which only the indexes are damaged is made anew from its own rows: they can be had from nowhere else, and a backup has
// fewer.

import { Database } from "bun:sqlite"
import * as fs from "node:fs"
import type { DataDirectory } from "./data-directory.ts"
import { codeOf, isDamage, openWritable } from "./database.ts"
import { spoiltWal } from "./loss.ts"
import { begin, SCHEMA, schemaOf } from "./schema.ts"
import { writeWhole } from "./whole-file.ts"

/** What cannot be made from anything else. */
const OWN = ["meta", "events", "erasures"] as const

/** Whether all that cannot be made anew is sound, which takes its time. */
export function isMendable(path: string): boolean {
  try {
    using db = new Database(path, { readonly: true })
    return schemaOf(db, path) === SCHEMA && OWN.every((table) => isSound(db, table))
  } catch (error) {
    if (isDamage(codeOf(error))) return false
    throw error
  }
}

// Of one table: https://www.sqlite.org/pragma.html#pragma_quick_check
function isSound(db: Database, table: (typeof OWN)[number]): boolean {
  return db.query<{ quick_check: string }, []>(`pragma quick_check('${table}')`).get()?.quick_check === "ok"
}

/** Mends what an earlier run found to be damaged; false when it cannot be mended. */
export function mend(directory: DataDirectory): boolean {
  const { log } = directory
  // Commits that are lost cannot be made anew.
  if (fs.existsSync(spoiltWal(directory)) || !fs.existsSync(log) || !isMendable(log)) return false
  // What is in the write-ahead log goes into the file, and that goes with the last that has it open.
  openWritable(log, "durable").close()
  if (fs.existsSync(`${log}-wal`)) return false
  writeWhole(log, (partial) => copyOwn(log, partial))
  fs.rmSync(directory.damaged)
  return true
}

function copyOwn(from: string, to: string): void {
  using db = new Database(to, { readwrite: true })
  // It is flushed as a whole, or not there.
  db.run("pragma journal_mode = memory")
  db.run("pragma synchronous = off")
  begin(db, to)
  db.run("attach ? as old", [from])
  db.run("begin")
  for (const table of OWN) {
    db.run(`delete from main.${table}`)
    db.run(`insert into main.${table} select * from old.${table}`)
  }
  db.run("commit")
}
