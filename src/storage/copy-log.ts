// A copy of a log that is in use: whole, compact, checked and on disk, or not there at all.
// https://www.sqlite.org/lang_vacuum.html#vacuuminto

import { Database } from "bun:sqlite"
import * as fs from "node:fs"
import { dirname } from "node:path"
import { freeBytes, isNoRoom } from "./disk.ts"
import { noRoomFor } from "./database.ts"

/** Room that is left to others beside a copy. */
const MARGIN_BYTES = 4 * 1024 * 1024

/** Writes the log as of this moment to `path`; throws a UserError when there is no room for it. */
export function copyLog(db: Database, path: string): void {
  const partial = `${path}.partial`
  fs.rmSync(partial, { force: true })
  try {
    if (freeBytes(partial) < usedBytes(db) + MARGIN_BYTES) throw noRoomFor(path)
    db.query("vacuum into ?").run(partial)
    assertSound(partial)
    flush(partial)
    fs.renameSync(partial, path)
    flush(dirname(path))
  } catch (error) {
    fs.rmSync(partial, { force: true })
    throw isNoRoom(error) ? noRoomFor(path) : error
  }
}

/** What a copy will need: pages that hold something. */
export function usedBytes(db: Database): number {
  const figure = (name: string) => Number(Object.values(db.query(`pragma ${name}`).get() ?? {})[0])
  return (figure("page_count") - figure("freelist_count")) * figure("page_size")
}

/** Throws when the structure of the file is not as it should be. */
export function assertSound(path: string): void {
  const db = new Database(path, { readonly: true })
  try {
    const found = db.query<{ quick_check: string }, []>("pragma quick_check(1)").get()?.quick_check
    if (found !== "ok") throw new Error(`${path} is not sound: ${found}`)
  } finally {
    db.close()
  }
}

/** Returns when a file, or the names in a folder, are on disk. */
export function flush(path: string): void {
  const file = fs.openSync(path, "r")
  try {
    fs.fsyncSync(file)
  } finally {
    fs.closeSync(file)
  }
}
