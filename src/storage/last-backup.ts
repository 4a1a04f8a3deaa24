// Which backup was made last: what a damaged log is restored from.

import * as fs from "node:fs"
import { join } from "node:path"
import type { DataDirectory } from "./data-directory.ts"
import { writeWhole } from "./whole-file.ts"

export interface LastBackup {
  readonly file: string
  /** ISO 8601. */
  readonly made: string
}

const NAME = "last.json"

/** Notes a backup that is whole and on disk. */
export function noteBackup({ backups }: DataDirectory, last: LastBackup): void {
  fs.mkdirSync(backups, { recursive: true, mode: 0o700 })
  writeWhole(join(backups, NAME), (partial) => fs.writeFileSync(partial, `${JSON.stringify(last)}\n`))
}

/** The newest backup, if one was made and is still there. */
export function lastBackup({ backups }: DataDirectory): LastBackup | undefined {
  try {
    const last = JSON.parse(fs.readFileSync(join(backups, NAME), "utf8")) as LastBackup
    return fs.existsSync(last.file) ? last : undefined
  } catch {
    // None was made, or nobody knows any more.
    return undefined
  }
}
