// A data directory from a backup. Everything is checked in a folder within it before anything that is there is moved, and
// nothing is deleted: what was there before is kept aside.

import { Database } from "bun:sqlite"
import * as fs from "node:fs"
import { basename, dirname, join, resolve } from "node:path"
import { EXIT, UserError } from "../user-error.ts"
import { LOG, MANIFEST, type FileNote, type Manifest } from "./backup.ts"
import { makeDataDirectory, privately, type DataDirectory } from "./data-directory.ts"
import { noRoomFor } from "./database.ts"
import { lockDirectory } from "./directory-lock.ts"
import { freeBytes, isNoRoom } from "./disk.ts"
import { SCHEMA } from "./schema.ts"
import { readEntries } from "./tar.ts"

export interface Restored {
  readonly manifest: Manifest
  /** Where what was there before is now. */
  readonly aside: string | undefined
}

/** Throws a UserError for a backup that is not whole, and for a directory that is in use or not empty without `force`. */
export function restore(file: string, path: string, force: boolean): Restored {
  if (!fs.existsSync(file)) {
    throw new UserError(`there is no file ${file}`, {
      hint: "chat backup FILE makes one",
      exitCode: EXIT.noSuchTarget,
    })
  }
  const directory = makeDataDirectory(path)
  return privately(() => {
    const unlock = lockDirectory(directory)
    try {
      return restoreInto(directory, file, force)
    } catch (error) {
      throw isNoRoom(error) ? noRoomFor(directory.path) : error
    } finally {
      unlock()
    }
  })
}

function restoreInto(directory: DataDirectory, file: string, force: boolean): Restored {
  const { restoring } = directory
  const before = fs.readdirSync(directory.path).filter((name) => isContent(directory, name))
  if (before.length > 0 && !force) {
    throw new UserError(`the data directory ${directory.path} is not empty`, {
      hint: "name another with --data DIR, or say --force: what is there is then kept aside",
      exitCode: EXIT.refusedToStart,
    })
  }
  if (freeBytes(directory.log) < fs.statSync(file).size) throw noRoomFor(directory.path)
  fs.rmSync(restoring, { recursive: true, force: true })
  const manifest = unpack(file, restoring)
  beginNewEpoch(join(restoring, LOG), directory)
  const aside = before.length > 0 ? join(directory.path, `before-${stamp()}`) : undefined
  if (aside !== undefined) fs.mkdirSync(aside, { mode: 0o700 })
  // A server does not start while `restoring` is there: whatever ends us now, it does not begin with half of each.
  if (aside !== undefined)
    for (const name of before) fs.renameSync(join(directory.path, name), join(aside, name))
  for (const name of fs.readdirSync(restoring))
    fs.renameSync(join(restoring, name), join(directory.path, name))
  fs.rmdirSync(restoring)
  return { manifest, aside }
}

/** What a restore would replace: not the lock that is held, the backups, and what earlier restores have kept. */
function isContent({ lock, backups, restoring, reserve }: DataDirectory, name: string): boolean {
  return (
    ![lock, backups, restoring, reserve].some((path) => basename(path) === name) &&
    !name.startsWith("before-")
  )
}

/** Unpacks what the manifest names, checked; leaves nothing when anything is wrong. */
function unpack(file: string, folder: string): Manifest {
  const archive = fs.openSync(file, "r")
  try {
    if (!fs.fstatSync(archive).isFile()) throw new Error("it is no file")
    fs.mkdirSync(folder, { mode: 0o700 })
    const manifest = extract(archive, folder)
    assertLog(join(folder, LOG), manifest)
    return manifest
  } catch (error) {
    fs.rmSync(folder, { recursive: true, force: true })
    if (error instanceof UserError || isNoRoom(error)) throw error
    throw damaged(file, error)
  } finally {
    fs.closeSync(archive)
  }
}

function extract(archive: number, folder: string): Manifest {
  let manifest: Manifest | undefined
  const missing = new Map<string, FileNote>()
  for (const { name, bytes, pieces } of readEntries(archive)) {
    if (manifest === undefined) {
      if (name !== MANIFEST || bytes > MANIFEST_BYTES_MAX)
        throw new Error("it does not begin with a manifest")
      manifest = manifestOf(Buffer.concat(Array.from(pieces, (piece) => Buffer.from(piece))).toString())
      for (const note of manifest.files) missing.set(note.path, note)
      continue
    }
    const note = missing.get(name)
    if (note === undefined || !isOurs(name, folder)) throw new Error(`it holds ${JSON.stringify(name)}`)
    missing.delete(name)
    if (take(pieces, join(folder, name)) !== note.sha256) throw new Error(`${name} is not as it was`)
  }
  if (manifest === undefined || missing.size > 0) throw new Error("it is not whole")
  return manifest
}

const MANIFEST_BYTES_MAX = 1024 * 1024

function manifestOf(text: string): Manifest {
  const manifest = JSON.parse(text) as Manifest
  if (manifest.v !== 1 || !Array.isArray(manifest.files)) {
    throw new UserError("the backup was made by a newer version of chat", {
      hint: "install the newer one",
      exitCode: EXIT.refusedToStart,
    })
  }
  return manifest
}

// The archive may come from anywhere: nothing in it may leave the folder.
function isOurs(name: string, folder: string): boolean {
  return name !== "" && resolve(folder, name).startsWith(`${resolve(folder)}/`)
}

/** Writes a file; its hash. */
function take(pieces: Iterable<Uint8Array>, path: string): string {
  fs.mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const file = fs.openSync(path, "wx", 0o600)
  const hasher = new Bun.CryptoHasher("sha256")
  try {
    for (const piece of pieces) {
      hasher.update(piece)
      fs.writeFileSync(file, piece)
    }
    fs.fsyncSync(file)
  } finally {
    fs.closeSync(file)
  }
  return hasher.digest("hex")
}

function assertLog(path: string, { schema }: Manifest): void {
  if (schema > SCHEMA) {
    throw new UserError(`the backup was made by a newer version of chat (schema ${schema})`, {
      hint: `this version reads schemas up to ${SCHEMA}: install the newer one`,
      exitCode: EXIT.refusedToStart,
    })
  }
  const db = new Database(path, { readwrite: true })
  try {
    const found = db.query<{ integrity_check: string }, []>("pragma integrity_check(1)").get()
    if (found?.integrity_check !== "ok") throw new Error(`its log is damaged: ${found?.integrity_check}`)
  } finally {
    db.close()
  }
}

/**
 * The runs after the backup gave out msgids that may not come again, and nobody knows how many there were: hours since
 * 2020 are more than any server has begun runs, and what the log that is replaced says is looked at too.
 */
function beginNewEpoch(path: string, directory: DataDirectory): void {
  const db = new Database(path, { readwrite: true })
  try {
    const hours = Math.floor((Date.now() - Date.UTC(2020, 0, 1)) / 3_600_000)
    const least = Math.max(hours, epochOf(directory.log))
    db.query("update meta set epoch = max(epoch + ?, ?)").run(EPOCHS_SKIPPED, least)
  } finally {
    db.close()
  }
}

/** Of those that a clock which was wrong, or a server that began again and again, may have used. */
const EPOCHS_SKIPPED = 1000

function epochOf(log: string): number {
  if (!fs.existsSync(log)) return 0
  try {
    using db = new Database(log, { readonly: true })
    return db.query<{ epoch: number }, []>("select epoch from meta").get()?.epoch ?? 0
  } catch {
    // It may be damaged: that may be why there is a restore.
    return 0
  }
}

function damaged(file: string, error: unknown): UserError {
  const why = error instanceof Error ? error.message : String(error)
  return new UserError(`the backup ${file} cannot be used: ${why}`, {
    hint: "nothing was changed; try another backup",
    exitCode: EXIT.refusedToStart,
  })
}

function stamp(): string {
  return new Date().toISOString().slice(0, 19).replaceAll(":", "")
}
