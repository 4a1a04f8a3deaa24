// The log in SQLite: one append-only table in WAL mode, each turn one flushed commit, in a thread of its own so that
// a slow disk delays echoes but never the loop. https://www.sqlite.org/wal.html

import { existsSync } from "node:fs"
import type { Found, Log, Query, Row, SearchQuery } from "../core/seams.ts"
import type { Snapshot } from "../core/snapshot.ts"
import { EXIT, UserError } from "../user-error.ts"
import { makeDataDirectory, privately, type DataDirectory } from "./data-directory.ts"
import { damaged, markDamaged, refuseDamaged, whyDamaged } from "./damage.ts"
import { explain, isDamage, isDiskFull, noRoom, openReadable, openWritable } from "./database.ts"
import { freeBytes } from "./disk.ts"
import { lockDirectory } from "./directory-lock.ts"
import { HistoryReader } from "./history-reader.ts"
import { refuseLoss } from "./loss.ts"
import { mend } from "./mend.ts"
import { type FromWriter, type WriterOptions } from "./messages.ts"
import { migrate, type Progress } from "./migrate.ts"
import { Reserve } from "./reserve.ts"
import type { Retention } from "./retention.ts"
import { encodeRows } from "./row-codec.ts"
import { begin, type Beginning } from "./schema.ts"
import { readSnapshot, stateRows } from "./snapshot-file.ts"
import { endThread, post, startThread } from "./threads.ts"

export interface SqliteLogOptions extends Omit<WriterOptions, "directory"> {
  /** Types of events that `replay` leaves out, since they change no state. */
  readonly stateless?: readonly string[]
  /** Hears what a migration does. */
  readonly onProgress?: Progress
  /** Whose snapshots may be begun from; none without it. */
  readonly program?: string
}

/** Opens the log of a data directory and begins a run; throws a UserError (78) for whatever stands in the way. */
export function openSqliteLog(dataDir: string, options: SqliteLogOptions = {}): SqliteLog {
  const directory = makeDataDirectory(dataDir)
  return privately(() => {
    const unlock = lockDirectory(directory)
    try {
      refuseHalfRestored(directory)
      refuseLoss(directory)
      if (existsSync(directory.damaged)) mendOrRefuse(directory, options)
      const isAfterCrash = existsSync(`${directory.log}-wal`)
      return new SqliteLog(directory, unlock, { ...beginRun(directory, options), isAfterCrash }, options)
    } catch (error) {
      unlock()
      throw explain(error, directory.log)
    }
  })
}

function mendOrRefuse(directory: DataDirectory, { onProgress = () => {} }: SqliteLogOptions): void {
  onProgress(`the log was found to be damaged: ${whyDamaged(directory)}`)
  if (!mend(directory)) refuseDamaged(directory)
  onProgress("only its indexes were, and they are made anew from the log; nothing is lost")
}

function refuseHalfRestored({ path, restoring }: DataDirectory): void {
  if (!existsSync(restoring)) return
  throw new UserError(`a restore of ${path} was not finished`, {
    hint: `do it again: chat restore FILE --force --data ${path}`,
    exitCode: EXIT.refusedToStart,
  })
}

// A disk that is full at the start has a reserve to live on, as later in the run; the writer then reports it. With
// neither room nor reserve a run would end with its first turns: it had better not begin.
function beginRun(directory: DataDirectory, options: SqliteLogOptions): Beginning {
  const reserve = new Reserve(directory.reserve, options.reserveBytes)
  const progress = options.onProgress ?? (() => {})
  if (!reserve.isHeld() && freeBytes(directory.log) < START_BYTES_MIN) throw noRoom(directory.log)
  try {
    return beginOnce(directory, progress)
  } catch (error) {
    if (isDiskFull(error, directory.log) && reserve.release()) return beginOnce(directory, progress)
    throw error
  }
}

const START_BYTES_MIN = 1024 * 1024

function beginOnce(directory: DataDirectory, progress: Progress): Beginning {
  const db = openWritable(directory.log, "durable")
  try {
    migrate(db, directory, progress)
    return begin(db, directory.log)
  } finally {
    db.close()
  }
}

export class SqliteLog implements Log {
  readonly epoch: number
  readonly nextSeq: number
  readonly lastAt: number
  readonly cloakSecret: string
  /** The site's own name, made by chance at its first run. */
  readonly site: string
  /** Whether the run before did not end as it should have. */
  readonly isAfterCrash: boolean
  readonly snapshot: Snapshot | undefined
  /** The last row that the snapshot is made of; 0 without one. */
  readonly snapshotSeq: number
  /** Why a snapshot that is there is not used, in words. */
  readonly snapshotUnused: string | undefined
  onReadOnly: Log["onReadOnly"] = () => {}
  onBroken: Log["onBroken"] = (error) => {
    throw error
  }

  readonly #directory: DataDirectory
  readonly #unlock: () => void
  readonly #stateless: readonly string[]
  readonly #writer: Worker
  readonly #reader: HistoryReader
  /** Another thread, so that no page waits behind a search. */
  readonly #searcher: HistoryReader
  #done: (() => void) | undefined
  #broken = false
  #closing: Promise<void> | undefined

  constructor(
    directory: DataDirectory,
    unlock: () => void,
    beginning: Beginning & { readonly isAfterCrash: boolean },
    options: SqliteLogOptions,
  ) {
    this.isAfterCrash = beginning.isAfterCrash
    this.epoch = beginning.epoch
    this.nextSeq = beginning.nextSeq
    this.lastAt = beginning.lastAt
    this.cloakSecret = beginning.cloakSecret
    this.site = beginning.site
    this.#directory = directory
    this.#unlock = unlock
    this.#stateless = options.stateless ?? []
    const found = options.program === undefined ? undefined : readSnapshot(directory, options.program)
    this.snapshot = typeof found === "object" ? found.state : undefined
    this.snapshotSeq = typeof found === "object" ? found.seq : 0
    this.snapshotUnused = typeof found === "string" ? found : undefined
    this.#reader = new HistoryReader(directory.log)
    this.#searcher = new HistoryReader(directory.log)
    this.#writer = startThread("writer")
    this.#writer.addEventListener("message", ({ data }: MessageEvent<FromWriter>) => this.#heard(data))
    this.#writer.addEventListener("error", (event) => this.#break(new Error(event.message)))
    const { reserveBytes, reserveRetryMs } = options
    post(this.#writer, { open: { directory: directory.path, reserveBytes, reserveRetryMs } })
  }

  *replay(): Generator<Row> {
    const db = openReadable(this.#directory.log)
    try {
      yield* stateRows(db, { after: this.snapshotSeq, stateless: this.#stateless })
    } catch (error) {
      throw explain(error, this.#directory.log)
    } finally {
      db.close()
    }
  }

  append(rows: readonly Row[], done: () => void): void {
    if (this.#broken) return
    if (this.#done !== undefined) throw new Error("a turn was appended before the last one was acknowledged")
    if (rows.length === 0) return queueMicrotask(done)
    this.#done = done
    post(this.#writer, encodeRows(rows))
  }

  async read(query: Exclude<Query, SearchQuery>): Promise<readonly Row[]> {
    return (await this.#reader.ask(query)).rows
  }

  search(query: SearchQuery): Promise<Found> {
    return this.#searcher.ask(query)
  }

  /** Deletes what is not to be kept any longer, in the background. */
  retain(retention: Retention): void {
    post(this.#writer, { retain: retention })
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close())
  }

  async #close(): Promise<void> {
    await Promise.all([this.#reader.close(), this.#searcher.close()])
    // A broken writer is left alone, and the lock is held until the process ends.
    if (this.#broken) return this.#writer.unref()
    await endThread(this.#writer)
    this.#unlock()
  }

  #heard(message: FromWriter): void {
    if (this.#broken) return
    if (typeof message === "object") {
      if ("readOnly" in message) this.onReadOnly(message.readOnly)
      else this.#break(this.#unwritable(message))
      return
    }
    const done = this.#done
    this.#done = undefined
    done?.()
  }

  #unwritable({ broken, code }: { broken: string; code: string }): Error {
    if (!isDamage(code)) return new Error(`the log cannot be written: ${broken} (${code})`)
    markDamaged(this.#directory, broken)
    return damaged(this.#directory.log, broken)
  }

  #break(error: Error): void {
    if (this.#broken) return
    this.#broken = true
    this.onBroken(error)
  }
}
