// What a running server's log needs besides its writer: snapshots, backups by the clock and a look at every page after a
// crash, each in a thread of its own; and word of what is not to be kept any longer.

import type { Logger } from "../core/seams.ts"
import type { Config } from "../server/config.ts"
import type { Server } from "../server/server.ts"
import type { DataDirectory } from "../storage/data-directory.ts"
import type { SqliteLog } from "../storage/sqlite-log.ts"
import { UserError } from "../user-error.ts"
import { keepBackups } from "./backups.ts"
import { doInThread } from "./chores.ts"
import { keepRetention } from "./retention.ts"
import { keepSnapshots } from "./snapshots.ts"

export interface Charge {
  readonly data: DataDirectory
  readonly log: SqliteLog
  readonly server: Server
  readonly config: () => Config
  readonly logger: Logger
  /** Ends the server: it cannot go on, and starting it again would not help. */
  readonly fail: (error: UserError) => void
}

/** Begins; the answer ends it, once what is under way is done. */
export function lookAfter({ data, log, server, config, logger, fail }: Charge): () => Promise<void> {
  const isFull = () => server.isReadOnly
  const endSnapshots = keepSnapshots({
    data: data.path,
    from: log.snapshotSeq,
    settings: () => server.settings,
    lastSeq: () => server.lastSeq,
    passwordSeq: () => server.passwordSeq,
    isFull,
    logger,
  })
  const endBackups = keepBackups({ data, schedule: () => config().backup, isFull, logger })
  const endRetention = keepRetention({ log, server, history: () => config().history })
  const checked = log.isAfterCrash ? check(data, logger, fail) : Promise.resolve()
  return async () => {
    endRetention()
    await Promise.all([endSnapshots(), endBackups(), checked])
  }
}

async function check(data: DataDirectory, logger: Logger, fail: (error: UserError) => void): Promise<void> {
  try {
    await doInThread({ do: "check", data: data.path })
  } catch (error) {
    if (error instanceof UserError) fail(error)
    else logger({ level: "warn", what: "the log could not be checked", why: (error as Error).message })
  }
}
