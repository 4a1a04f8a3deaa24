// What SQLite would begin with and not say a word: a log that is not there any more, a write-ahead log that is missing, another
// database's, or spoilt in the middle. Each time what was echoed would be gone, or the database be overwritten with nonsense.

import { constants, Database } from "bun:sqlite"
import * as fs from "node:fs"
import { pathToFileURL } from "node:url"
import { damaged, markDamaged } from "./damage.ts"
import type { DataDirectory } from "./data-directory.ts"
import { codeOf, isDamage } from "./database.ts"
import { lastBackup } from "./last-backup.ts"
import { type Frames, framesOf, HEADER_BYTES } from "./wal-frames.ts"

/** Throws a UserError when the files are not what a run has left, however it ended. Before SQLite has opened them: it throws away what does not fit. */
export function refuseLoss(directory: DataDirectory): void {
  const { log } = directory
  const wal = fs.existsSync(`${log}-wal`) ? fs.readFileSync(`${log}-wal`) : undefined
  if (sizeOf(log) === 0) {
    if (!wasThere(directory) && !wal?.length) return
    throw damaged(log, fs.existsSync(log) ? "it is empty, and was not" : "it is not there any more")
  }
  // SQLite deletes this one first, and only when all is in the log.
  if (!wal && fs.existsSync(`${log}-shm`))
    throw damaged(log, `the run before did not end by itself, and ${log}-wal is not there any more`)
  if (!wal || wal.length <= HEADER_BYTES) {
    if (isCutShort(log)) throw damaged(log, "it was cut short")
    return
  }
  const frames = framesOf(wal)
  if (!frames) throw damaged(log, `${log}-wal does not begin as it should`)
  if (!belongs(frames, log)) throw damaged(log, `${log}-wal is not its own, or one of them was cut short`)
  if (frames.lostCommits > 0) throw spoilt(directory, frames)
}

/** What is only there when there was a log. */
function wasThere(directory: DataDirectory): boolean {
  return [directory.reserve, directory.snapshot].some(fs.existsSync) || lastBackup(directory) !== undefined
}

// SQLite takes a page that is there in part for whole: https://www.sqlite.org/fileformat2.html#the_database_header
function isCutShort(log: string): boolean {
  const header = Buffer.alloc(100)
  const file = fs.openSync(log, "r")
  try {
    fs.readSync(file, header, 0, header.length, 0)
  } finally {
    fs.closeSync(file)
  }
  // What does not begin as a database does is refused when it is opened.
  return header.toString("latin1", 0, 15) === "SQLite format 3" && sizeOf(log) % header.readUInt16BE(16) !== 0
}

/** All pages that there are by the last commit are in one of both, and the site is the same. */
function belongs({ pages, pageCount }: Frames, log: string): boolean {
  if (pageCount === 0) return true
  const [first] = pages.values()
  const inLog = sizeOf(log) / (first?.length ?? 1)
  if (inLog > pageCount) return false
  for (let page = Math.floor(inLog) + 1; page <= pageCount; page++) if (!pages.has(page)) return false
  const own = siteIn(log)
  const other = own && pages.get(own.page)
  return !own || !other || Buffer.from(other).includes(own.site)
}

/** The site and the page where it stands, from the log alone; nothing when that cannot be read. */
function siteIn(log: string): { readonly page: number; readonly site: string } | undefined {
  try {
    // https://www.sqlite.org/uri.html#uriimmutable: neither the WAL nor a lock is looked at.
    using db = new Database(
      `${pathToFileURL(log).href}?immutable=1`,
      constants.SQLITE_OPEN_READONLY | constants.SQLITE_OPEN_URI,
    )
    const place = "select rootpage as page, site from sqlite_schema, meta where name = 'meta'"
    return db.query<{ page: number; site: string }, []>(place).get() ?? undefined
  } catch (error) {
    // Its first pages may be in the WAL alone, or it is damaged, which is found when it is opened.
    if (codeOf(error) === "SQLITE_ERROR" || isDamage(codeOf(error))) return undefined
    throw error
  }
}

// What follows the bad place is kept aside; who goes on without it deletes `damaged`.
function spoilt(directory: DataDirectory, { wholeBytes, lostCommits }: Frames) {
  const wal = `${directory.log}-wal`
  const aside = spoiltWal(directory)
  const why = `${wal} is spoilt at byte ${wholeBytes}, and ${lostCommits} commits after it cannot be read; it is in ${aside} now`
  fs.copyFileSync(wal, aside)
  markDamaged(directory, why)
  fs.truncateSync(wal, wholeBytes)
  return damaged(directory.log, why)
}

/** Where a write-ahead log is kept of which a part is lost. */
export function spoiltWal({ log }: DataDirectory): string {
  return `${log}-wal.damaged`
}

function sizeOf(path: string): number {
  return fs.statSync(path, { throwIfNoEntry: false })?.size ?? 0
}
