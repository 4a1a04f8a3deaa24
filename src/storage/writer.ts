// The one writer: each turn is one durable commit. A full disk costs the reserve and is survived; any other failed
// commit is the end, for after a failed flush nobody knows what is on the disk: https://lwn.net/Articles/752063/

import type { Database, Statement } from "bun:sqlite"
import type { Erasure } from "../core/seams.ts"
import { dataDirectory, type DataDirectory } from "./data-directory.ts"
import { codeOf, isDiskFull, openWritable, rollBack } from "./database.ts"
import { erase } from "./erasing.ts"
import { ACKNOWLEDGED, type FromWriter, type WriterOptions } from "./messages.ts"
import { Reserve } from "./reserve.ts"
import type { Retention } from "./retention.ts"
import { decodeRows, type RowColumns } from "./row-codec.ts"
import { Upkeep } from "./upkeep.ts"

const RESERVE_RETRY_MS = 3000

export class Writer {
  readonly #directory: DataDirectory
  readonly #tell: (message: FromWriter) => void
  readonly #db: Database
  readonly #insert: Statement<unknown, RowColumns>
  readonly #reserve: Reserve
  readonly #reserveRetryMs: number
  readonly #upkeep: Upkeep
  #reserveTimer: Timer | undefined
  #lastSeq: number
  #broken = false

  constructor(options: WriterOptions, tell: (message: FromWriter) => void) {
    this.#directory = dataDirectory(options.directory)
    this.#tell = tell
    this.#db = openWritable(this.#directory.log, "durable")
    this.#insert = this.#db.prepare("insert into events values (?, ?, ?, ?, ?, ?, ?, ?)")
    this.#lastSeq =
      this.#db.query<{ seq: number | null }, []>("select max(seq) as seq from events").get()?.seq ?? 0
    this.#upkeep = new Upkeep(this.#db, this.#directory.log, this.#lastSeq, (error) => this.#break(error))
    this.#reserve = new Reserve(this.#directory.reserve, options.reserveBytes)
    this.#reserveRetryMs = options.reserveRetryMs ?? RESERVE_RETRY_MS
    if (!this.#reserve.take()) this.#becomeReadOnly()
  }

  /** Commits what `encodeRows` made, and acknowledges it. */
  append(turn: string): void {
    if (this.#broken) return
    try {
      this.#commit(turn)
    } catch (error) {
      if (!this.#makeRoom(error)) return this.#break(error)
      try {
        this.#commit(turn)
      } catch (again) {
        return this.#break(again)
      }
    }
    this.#tell(ACKNOWLEDGED)
    this.#upkeep.committed(this.#lastSeq, turn.length)
  }

  retain(retention: Retention): void {
    if (!this.#broken) this.#upkeep.retain(retention)
  }

  close(): void {
    clearTimeout(this.#reserveTimer)
    this.#upkeep.close()
    // Closing would write a checkpoint, and a disk that failed is not to be written any more.
    if (this.#broken) return
    this.#insert.finalize()
    this.#db.close()
  }

  #commit(turn: string): void {
    const insert = this.#insert
    const erasures: Erasure[] = []
    let last = this.#lastSeq
    try {
      this.#db.run("begin immediate")
      decodeRows(turn, (columns, erases) => {
        insert.run(...columns)
        last = columns[0]
        if (erases) erasures.push(erases)
      })
      for (const erasure of erasures) erase(this.#db, erasure, last)
      this.#db.run("commit")
    } catch (error) {
      rollBack(this.#db)
      throw error
    }
    this.#lastSeq = last
    if (erasures.length > 0) this.#upkeep.erased()
  }

  // False when there is no reserve left, or when room was not what was missing.
  #makeRoom(error: unknown): boolean {
    if (!isDiskFull(error, this.#directory.log) || !this.#reserve.release()) return false
    this.#becomeReadOnly()
    return true
  }

  #becomeReadOnly(): void {
    this.#upkeep.becomeReadOnly(true)
    this.#tell({ readOnly: true })
    this.#reserveTimer = setTimeout(() => this.#retakeReserve(), this.#reserveRetryMs)
  }

  #retakeReserve(): void {
    if (this.#broken) return
    try {
      if (this.#reserve.take()) {
        this.#upkeep.becomeReadOnly(false)
        this.#tell({ readOnly: false })
      } else this.#reserveTimer = setTimeout(() => this.#retakeReserve(), this.#reserveRetryMs)
    } catch (error) {
      this.#break(error)
    }
  }

  #break(error: unknown): void {
    if (this.#broken) return
    this.#broken = true
    clearTimeout(this.#reserveTimer)
    this.#upkeep.stop()
    this.#tell(brokenBy(error))
  }
}

export function brokenBy(error: unknown): FromWriter {
  return { broken: error instanceof Error ? error.message : String(error), code: codeOf(error) }
}
