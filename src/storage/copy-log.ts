// A copy of a log that is in use: whole, compact, checked and on disk, or not there at all.
// https://www.sqlite.org/lang_vacuum.html#vacuuminto

import type { Database } from "bun:sqlite"
import { findDamage } from "./check-log.ts"
import { noRoomFor } from "./database.ts"
import { freeBytes, isNoRoom } from "./disk.ts"
import { writeWhole } from "./whole-file.ts"

/** Room that is left to others beside a copy. */
const MARGIN_BYTES = 4 * 1024 * 1024

/** Writes the log as of this moment to `path`; throws a UserError when there is no room for it. */
export function copyLog(db: Database, path: string): void {
  if (freeBytes(path) < usedBytes(db) + MARGIN_BYTES) throw noRoomFor(path)
  try {
    writeWhole(path, (partial) => {
      db.query("vacuum into ?").run(partial)
      const why = findDamage(partial)
      if (why !== undefined) throw new Error(`the copy is not sound: ${why}`)
    })
  } catch (error) {
    throw isNoRoom(error) ? noRoomFor(path) : error
  }
}

/** What a copy will need: pages that hold something. */
export function usedBytes(db: Database): number {
  const figure = (name: string) => Number(Object.values(db.query(`pragma ${name}`).get() ?? {})[0])
  return (figure("page_count") - figure("freelist_count")) * figure("page_size")
}
