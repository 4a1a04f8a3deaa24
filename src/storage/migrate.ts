// Brings the log of an older version to this one's schema: a copy first, then all steps in one transaction. Whatever goes
// wrong, the log is as it was.

import type { Database } from "bun:sqlite"
import * as fs from "node:fs"
import { join } from "node:path"
import { EXIT, UserError } from "../user-error.ts"
import { copyLog, usedBytes } from "./copy-log.ts"
import type { DataDirectory } from "./data-directory.ts"
import { isDiskFull, noRoom, rollBack } from "./database.ts"
import { type Migration, MIGRATIONS } from "./migrations.ts"
import { schemaOf } from "./schema.ts"

/** Hears in words what takes long. */
export type Progress = (what: string) => void

/** Does nothing to a log that is new or of this schema. Throws a UserError for one that cannot be migrated. */
export function migrate(
  db: Database,
  directory: DataDirectory,
  progress: Progress,
  steps: readonly Migration[] = MIGRATIONS,
): void {
  const to = steps.length + 1
  const from = schemaOf(db, directory.log, to)
  if (from === undefined || from === to) return
  const copy = copyFirst(db, directory, from, progress)
  try {
    progress(`the log is brought from schema ${from} to ${to}`)
    db.run("begin immediate")
    for (const step of steps.slice(from - 1)) step(db)
    db.query("update meta set schema = ?").run(to)
    db.run("commit")
    progress(`the log has schema ${to}; as it was before it is in ${copy}`)
  } catch (error) {
    rollBack(db)
    fs.rmSync(copy, { force: true })
    throw unchanged(error, directory, from, to)
  }
}

function copyFirst(db: Database, directory: DataDirectory, from: number, progress: Progress): string {
  const date = new Date().toISOString().slice(0, 19).replaceAll(":", "")
  const path = join(directory.backups, `log-schema-${from}-${date}.db`)
  fs.mkdirSync(directory.backups, { recursive: true, mode: 0o700 })
  progress(`the log is copied to ${path} (${Math.ceil(usedBytes(db) / 1e6)} MB)`)
  copyLog(db, path)
  return path
}

const COPY = /^log-schema-\d+-[\dT-]+\.db$/

export interface FormerLog {
  readonly file: string
  /** ms since 1970. */
  readonly madeAt: number
}

/** The copies of a log as it was before a migration. Nothing that is erased is erased there, and nobody deletes them but people. */
export function formerLogs({ backups }: DataDirectory): FormerLog[] {
  if (!fs.existsSync(backups)) return []
  const files = fs.readdirSync(backups).filter((name) => COPY.test(name))
  return files.toSorted().map((name) => {
    const file = join(backups, name)
    return { file, madeAt: fs.statSync(file).mtimeMs }
  })
}

function unchanged(error: unknown, directory: DataDirectory, from: number, to: number): UserError {
  if (isDiskFull(error, directory.log)) return noRoom(directory.log)
  const why = error instanceof Error ? error.message : String(error)
  return new UserError(`the log ${directory.log} could not be brought from schema ${from} to ${to}: ${why}`, {
    hint: "it is as it was: go on with the version before, and report this",
    exitCode: EXIT.refusedToStart,
  })
}
