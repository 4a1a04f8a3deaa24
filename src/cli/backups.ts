// Backups by the clock, in the data directory's own folder: the newest few are kept.

import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs"
import { join } from "node:path"
import type { Logger } from "../core/seams.ts"
import type { Config } from "../server/config.ts"
import type { DataDirectory } from "../storage/data-directory.ts"
import { doInThread } from "./chores.ts"

export interface BackupsOptions {
  readonly data: DataDirectory
  readonly schedule: () => Config["backup"]
  /** The disk is full; what room there is is for the log. */
  readonly isFull: () => boolean
  readonly logger: Logger
}

const LOOK_EVERY_MS = 60_000
/** After the start, and while the disk is full. */
const SOON_MS = 5000
const HOUR_MS = 3_600_000
const NAME = /^chat-\d{4}-\d\d-\d\dT\d{6}Z\.tar$/
/** What a backup, or the copy before a migration, has written when it was killed. */
const LEFT = /^(?:chat-[\dT-]+Z\.tar|log-schema-[\dT-]+\.db)\.(?:partial|log|lock).*$/

/** Begins; the answer ends it, once the one under way is done. */
export function keepBackups({ data, schedule, isFull, logger }: BackupsOptions): () => Promise<void> {
  let underWay: Promise<void> = Promise.resolve()
  let isStopped = false
  const look = async () => {
    const { everyHours, keep } = schedule()
    const isDue = everyHours > 0 && Date.now() - newest(data) >= everyHours * HOUR_MS
    // A backup that failed is tried again after so long, too: it may have failed for want of room.
    if (isDue && !isFull()) await make(keep)
    if (!isStopped) again(isFull() ? SOON_MS : LOOK_EVERY_MS)
  }
  const make = async (keep: number) => {
    const file = join(data.backups, nameAt(new Date()))
    try {
      mkdirSync(data.backups, { recursive: true, mode: 0o700 })
      const { seq } = await doInThread({ do: "backup", data: data.path, file })
      for (const old of namesIn(data, NAME).slice(0, -keep)) rmSync(join(data.backups, old), { force: true })
      logger({ level: "info", what: "backup made", file, events: seq })
    } catch (error) {
      logger({ level: "error", what: "no backup could be made", why: (error as Error).message })
    }
  }
  // They hold all that was said, and count for nothing.
  for (const left of namesIn(data, LEFT)) rmSync(join(data.backups, left), { force: true })
  let timer: Timer | undefined
  const again = (afterMs: number) => void (timer = setTimeout(() => void (underWay = look()), afterMs))
  again(SOON_MS)
  return () => {
    isStopped = true
    clearTimeout(timer)
    return underWay
  }
}

/** Oldest first. */
function namesIn({ backups }: DataDirectory, pattern: RegExp): string[] {
  if (!existsSync(backups)) return []
  return readdirSync(backups)
    .filter((name) => pattern.test(name))
    .toSorted()
}

/** When the newest was made, in ms since 1970; 0 when there is none. */
function newest(data: DataDirectory): number {
  const name = namesIn(data, NAME).at(-1)
  return name === undefined ? 0 : statSync(join(data.backups, name)).mtimeMs
}

function nameAt(at: Date): string {
  return `chat-${at.toISOString().slice(0, 19).replaceAll(":", "")}Z.tar`
}
