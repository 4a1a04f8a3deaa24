// How this program opens SQLite, and what it makes of SQLite's errors: https://www.sqlite.org/rescode.html

import { Database, SQLiteError } from "bun:sqlite"
import { dirname } from "node:path"
import { EXIT, UserError } from "../user-error.ts"
import { damaged } from "./damage.ts"
import { hasRoom } from "./disk.ts"

export const BUSY_TIMEOUT_MS = 5000
/** A WAL that once grew long, behind a slow reader, is cut to this when it starts anew. */
const WAL_KEPT_BYTES = 16 * 1024 * 1024

/** `durable`: a commit returns when it is on disk. `lazy`: it may be lost with the power, but never torn. */
export type Durability = "durable" | "lazy"

/** Opens the log for writing. Checkpoints are `upkeep.ts`'s business: SQLite's own would run inside a commit. */
export function openWritable(path: string, durability: Durability): Database {
  const db = new Database(path, { create: true, readwrite: true, strict: true })
  set(db, `busy_timeout = ${BUSY_TIMEOUT_MS}`)
  set(db, "journal_mode = wal")
  set(db, `synchronous = ${durability === "durable" ? "full" : "normal"}`)
  // macOS alone: fsync there does not reach the platter.
  set(db, "fullfsync = on")
  set(db, "checkpoint_fullfsync = on")
  set(db, "wal_autocheckpoint = 0")
  set(db, `journal_size_limit = ${WAL_KEPT_BYTES}`)
  // Text that is erased must not linger in free pages.
  set(db, "secure_delete = on")
  set(db, "foreign_keys = on")
  set(db, "trusted_schema = off")
  set(db, "temp_store = memory")
  return db
}

/** Opens the log for reading what has been committed. */
export function openReadable(path: string): Database {
  const db = new Database(path, { readonly: true, strict: true })
  set(db, `busy_timeout = ${BUSY_TIMEOUT_MS}`)
  set(db, "trusted_schema = off")
  set(db, "temp_store = memory")
  return db
}

function set(db: Database, pragma: string): void {
  const statement = db.prepare(`pragma ${pragma}`)
  statement.get()
  statement.finalize()
}

/** Rolls back what a failed statement or commit left open; SQLite has often done it by itself. */
export function rollBack(db: Database): void {
  if (db.inTransaction) db.run("rollback")
}

/**
 * Whether a write failed for want of room. SQLite says SQLITE_FULL for ENOSPC in a database or its WAL, but an I/O
 * error when the WAL's index cannot grow or when a quota is reached; a failed fsync is never a matter of room.
 */
export function isDiskFull(error: unknown, path: string): boolean {
  const code = codeOf(error)
  if (code === "SQLITE_FULL") return true
  if (code !== "SQLITE_IOERR_SHMSIZE" && code !== "SQLITE_IOERR_WRITE") return false
  return !hasRoom(path)
}

export function codeOf(error: unknown): string {
  return error instanceof SQLiteError ? (error.code ?? "") : ""
}

/** Whether an error's code says that the file is not what it was. */
export function isDamage(code: string): boolean {
  return code === "SQLITE_NOTADB" || code.startsWith("SQLITE_CORRUPT")
}

/** An error of SQLite in words for the operator; everything else as it is. */
export function explain(error: unknown, path: string): unknown {
  if (!(error instanceof SQLiteError)) return error
  const code = codeOf(error)
  if (isDamage(code) || error.message === "unsupported file format") return damaged(path, error.message)
  if (isDiskFull(error, path)) return noRoom(path)
  if (code.startsWith("SQLITE_CANTOPEN") || code.startsWith("SQLITE_READONLY") || code === "SQLITE_PERM")
    return refuse(
      `cannot write ${path}: ${error.message}`,
      `make it and ${dirname(path)} writable for this user`,
    )
  if (code.startsWith("SQLITE_BUSY"))
    return refuse(`the log ${path} is locked by another program`, "close the program that has it open")
  return refuse(
    `cannot open the log ${path}: ${error.message} (${code})`,
    "see what the system's log says of this disk",
  )
}

export function noRoom(path: string): UserError {
  return refuse(`no room left on the disk of ${path}`, "make room, then start the server again")
}

/** No room for a copy: what is there stays, and so does the hint. */
export function noRoomFor(path: string): UserError {
  return refuse(`no room on the disk for ${path}`, "make room there, and try again")
}

function refuse(message: string, hint: string): UserError {
  return new UserError(message, { hint, exitCode: EXIT.refusedToStart })
}
