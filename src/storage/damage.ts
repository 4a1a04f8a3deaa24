// A log that is damaged is not begun with again: `damaged` in the data directory says so, until a restore moves it aside with
// the log, or who knows better deletes it. The exit code is one that service managers do not start again upon.

import * as fs from "node:fs"
import { dirname } from "node:path"
import { EXIT, UserError } from "../user-error.ts"
import { dataDirectory, type DataDirectory } from "./data-directory.ts"
import { lastBackup } from "./last-backup.ts"

/** What to do about the log at `path`. */
export function damaged(path: string, why: string): UserError {
  const directory = dataDirectory(dirname(path))
  const last = lastBackup(directory)
  const hint =
    last === undefined
      ? "restore a backup: chat restore FILE --force"
      : `restore the last backup: chat restore ${last.file} --force (made ${last.made})`
  return new UserError(`the log ${path} is damaged: ${why}`, { hint, exitCode: EXIT.refusedToStart })
}

/** For the next start; what cannot be written on a bad disk is not. */
export function markDamaged(directory: DataDirectory, why: string): void {
  try {
    fs.writeFileSync(directory.damaged, `${why}\n`, { mode: 0o600 })
  } catch {
    // The start will meet the damage itself, or the disk is gone.
    return
  }
}

/** What an earlier run found. */
export function whyDamaged(directory: DataDirectory): string {
  return fs.readFileSync(directory.damaged, "utf8").trim()
}

/** Throws for what an earlier run found. */
export function refuseDamaged(directory: DataDirectory): never {
  throw damaged(directory.log, `${whyDamaged(directory)} (${directory.damaged})`)
}
