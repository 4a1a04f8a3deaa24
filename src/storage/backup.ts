// A safety copy in one file: a tar of a manifest, the log as of one moment, the site's authority and chat.toml if it is in
// the data directory. It can be made while a server runs: the log is read as any reader reads it.

import * as fs from "node:fs"
import { basename, dirname, join } from "node:path"
import { EXIT, UserError } from "../user-error.ts"
import { copyLog, usedBytes } from "./copy-log.ts"
import { assertLog, type DataDirectory, noLog, reasonOf } from "./data-directory.ts"
import { explain, isDiskFull, noRoomFor, openReadable } from "./database.ts"
import { freeBytes, isNoRoom } from "./disk.ts"
import { takeLock } from "./file-lock.ts"
import { Jobs } from "./jobs.ts"
import { noteBackup } from "./last-backup.ts"
import { SCHEMA, schemaOf } from "./schema.ts"
import { endArchive, piecesOf, writeEntry } from "./tar.ts"
import { writeWhole } from "./whole-file.ts"

/** What a backup says of itself, in its first entry. */
export interface Manifest {
  readonly v: 1
  readonly program: string
  /** When it was made, ISO 8601. */
  readonly made: string
  readonly site: string
  readonly schema: number
  readonly epoch: number
  /** The place of its newest event. */
  readonly seq: number
  readonly files: readonly FileNote[]
}

export interface FileNote {
  /** In the data directory. */
  readonly path: string
  readonly bytes: number
  readonly sha256: string
}

export const MANIFEST = "manifest.json"
export const LOG = "log.db"
const CONFIGURATION = "chat.toml"

/** Makes a backup; throws a UserError for what stands in the way, and then leaves nothing. */
export function backUp(directory: DataDirectory, file: string, program: string): Manifest {
  refuseExisting(file)
  assertWritable(file)
  assertLog(directory)
  const [copy, lock] = [`${file}.log`, `${file}.lock`]
  const unlock = hold(lock, file)
  try {
    // Another may have ended just now.
    refuseExisting(file)
    const facts = copyOf(directory, copy)
    const made = new Date()
    const sources = [{ path: LOG, from: copy }, ...otherFiles(directory)]
    const files = sources.map(({ path, from }) => noteOf(path, from))
    const manifest: Manifest = { v: 1, program, made: made.toISOString(), ...facts, files }
    writeWhole(file, (partial) => archive(partial, manifest, sources, made))
    noteBackup(directory, { file, made: manifest.made })
    return manifest
  } catch (error) {
    if (error instanceof UserError) throw error
    // The log is only read: what is full is the disk of the backup.
    throw isNoRoom(error) || isDiskFull(error, file) ? noRoomFor(file) : explain(error, directory.log)
  } finally {
    for (const path of [copy, lock]) fs.rmSync(path, { force: true })
    unlock()
  }
}

function refuseExisting(file: string): void {
  if (!fs.existsSync(file)) return
  throw new UserError(`${file} exists already`, {
    hint: "name another file: a backup is never overwritten",
    exitCode: EXIT.usage,
  })
}

// Two at once would write the same copy.
function hold(lock: string, file: string): () => void {
  try {
    const unlock = takeLock(lock)
    if (unlock) return unlock
  } catch (error) {
    throw explain(error, lock)
  }
  throw new UserError(`a backup to ${file} is under way`, {
    hint: "wait until it is there, or name another file",
    exitCode: EXIT.usage,
  })
}

/** Where SQLite writes its copy of the log; not there before and after. */
export const copyUnderWay = (file: string): string => `${file}.log.partial`

/** How much is written so far; twice what the log holds in the end, for it is copied and then put into the archive. */
export function writtenBytes(file: string): number {
  const size = (path: string) => fs.statSync(path, { throwIfNoEntry: false })?.size ?? 0
  const copying = size(copyUnderWay(file))
  return copying > 0 ? copying : size(`${file}.log`) + size(`${file}.partial`)
}

function assertWritable(file: string) {
  try {
    fs.accessSync(dirname(file), fs.constants.W_OK)
  } catch (error) {
    throw new UserError(`cannot write ${file}: ${reasonOf(error)}`, {
      hint: "name a file in a directory that is there, and writable for you",
      exitCode: EXIT.refusedToStart,
    })
  }
}

type Source = { readonly path: string; readonly from: string }

function copyOf(directory: DataDirectory, copy: string) {
  const db = openReadable(directory.log)
  try {
    // The copy and the archive.
    if (freeBytes(copy) < 2 * usedBytes(db)) throw noRoomFor(dirname(copy))
    const schema = schemaOf(db, directory.log)
    if (schema === undefined) throw noLog(directory)
    copyLog(db, copy)
    if (schema === SCHEMA) finishErasing(copy)
  } finally {
    db.close()
  }
  // Of the copy, since the log goes on.
  const made = openReadable(copy)
  try {
    return factsOf(made)
  } finally {
    made.close()
    for (const end of ["-wal", "-shm"]) fs.rmSync(copy + end, { force: true })
  }
}

// What was erased is acknowledged before it is gone from the disk, which may take until the next start.
function finishErasing(copy: string): void {
  const jobs = new Jobs(copy)
  try {
    while (jobs.erase());
    while (jobs.renew());
  } finally {
    jobs.close()
  }
}

function factsOf(db: ReturnType<typeof openReadable>) {
  const facts = db.query<{ site: string; schema: number; epoch: number; seq: number }, []>(
    "select site, schema, epoch, (select coalesce(max(seq), 0) from events) as seq from meta",
  )
  const found = facts.get()
  if (found === null) throw new Error("the log has no beginning")
  return found
}

function otherFiles(directory: DataDirectory): Source[] {
  const named = (path: string) => ({ path, from: join(directory.path, path) })
  const folder = basename(directory.authority)
  const inFolder = fs.existsSync(directory.authority)
    ? fs
        .readdirSync(directory.authority, { recursive: true, encoding: "utf8" })
        .map((name) => join(folder, name))
    : []
  return [CONFIGURATION, ...inFolder.toSorted()]
    .map(named)
    .filter(({ from }) => fs.statSync(from, { throwIfNoEntry: false })?.isFile())
}

function noteOf(path: string, from: string): FileNote {
  const hasher = new Bun.CryptoHasher("sha256")
  const bytes = withFile(from, (file) => {
    const { size } = fs.fstatSync(file)
    for (const piece of piecesOf(file, 0, size)) hasher.update(piece)
    return size
  })
  return { path, bytes, sha256: hasher.digest("hex") }
}

function archive(partial: string, manifest: Manifest, sources: readonly Source[], made: Date): void {
  const file = fs.openSync(partial, "a")
  try {
    const text = new TextEncoder().encode(`${JSON.stringify(manifest, undefined, 2)}\n`)
    writeEntry(file, { name: MANIFEST, bytes: text.length }, [text], made)
    for (const [i, { from }] of sources.entries()) {
      const note = manifest.files[i]
      if (!note) continue
      const { path: name, bytes } = note
      withFile(from, (source) => writeEntry(file, { name, bytes }, piecesOf(source, 0, bytes), made))
    }
    endArchive(file)
  } finally {
    fs.closeSync(file)
  }
}

function withFile<T>(path: string, use: (file: number) => T): T {
  const file = fs.openSync(path, "r")
  try {
    return use(file)
  } finally {
    fs.closeSync(file)
  }
}
