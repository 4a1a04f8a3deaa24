// What the writer does when nobody waits for it: fills the index of history behind the log, and moves the WAL into
// the database. Both in small pieces and between commits, never inside one: a turn that comes in the middle of a piece
// waits for a few milliseconds at most. Under a load without pauses the pieces come in turn with the commits.

import type { Database } from "bun:sqlite"
import { codeOf } from "./database.ts"
import { HistoryIndex } from "./history-index.ts"

/** No commit for so long counts as a pause. */
const PAUSE_MS = 20
/** Further behind than this, nobody waits for a pause. */
const LAG_ROWS_MAX = 5000
/** A WAL of about so many pages is checkpointed in a pause; twice the file is never worth a stall. */
const WAL_PAGES = 250
const WAL_PAGES_MAX = 1000
const PAGE_BYTES = 4096
const FULL_RETRY_MS = 2000

/** What one piece of indexing should take; its number of rows follows what the last one took. */
const PIECE_MS = 2
const PIECE_ROWS_MIN = 16
const PIECE_ROWS_MAX = 4096

export class Upkeep {
  readonly #db: Database
  readonly #index: HistoryIndex
  readonly #broken: (error: unknown) => void
  #timer: Timer | undefined
  #lastSeq: number
  #committedAt = 0
  #walPages = 0
  #pieceRows = 256
  #stopped = false

  constructor(db: Database, path: string, lastSeq: number, broken: (error: unknown) => void) {
    this.#db = db
    this.#index = new HistoryIndex(path)
    this.#lastSeq = lastSeq
    this.#broken = broken
    this.#wake(PAUSE_MS)
  }

  /** A commit has been acknowledged. */
  committed(lastSeq: number, bytes: number): void {
    this.#lastSeq = lastSeq
    this.#committedAt = performance.now()
    // A commit writes the page it began with again, the pages it filled, and now and then one above them.
    this.#walPages += 2 + Math.ceil(bytes / PAGE_BYTES)
    this.#wake(PAUSE_MS)
  }

  /** Nothing is touched any more. */
  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
  }

  close(): void {
    const wasStopped = this.#stopped
    this.stop()
    if (!wasStopped) this.#index.close()
  }

  #wake(delayMs: number): void {
    if (this.#stopped) return
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#work()
    }, delayMs)
  }

  #work(): void {
    const isPause = performance.now() - this.#committedAt >= PAUSE_MS
    try {
      const worked = this.#piece(isPause)
      if (worked) this.#wake(isPause ? 0 : PAUSE_MS / 4)
      else if (!isPause) this.#wake(PAUSE_MS)
    } catch (error) {
      // A full disk is found and mended by the next commit; until then the WAL and the tail just grow.
      if (codeOf(error) === "SQLITE_FULL") this.#wake(FULL_RETRY_MS)
      else this.#broken(error)
    }
  }

  // False when there was nothing worth doing.
  #piece(isPause: boolean): boolean {
    const lag = this.#lastSeq - this.#index.through
    if (this.#walPages >= (isPause ? WAL_PAGES : WAL_PAGES_MAX)) this.#checkpoint()
    else if (lag > (isPause ? 0 : LAG_ROWS_MAX)) this.#fillIndex()
    else return false
    return true
  }

  #fillIndex(): void {
    const rows = this.#pieceRows
    const before = performance.now()
    this.#index.fill(this.#lastSeq, rows)
    const tookMs = Math.max(performance.now() - before, 0.01)
    const next = Math.round((rows * PIECE_MS) / tookMs)
    this.#pieceRows = Math.min(Math.max(next, rows >> 1, PIECE_ROWS_MIN), rows * 2, PIECE_ROWS_MAX)
    this.#walPages += 2 + (rows >> 4)
  }

  // PASSIVE waits for nobody. In the writer's own thread, so that it catches up with the last commit and the next one
  // can begin the WAL anew: elsewhere it would run after a busy writer for ever, and the WAL would only grow.
  #checkpoint(): void {
    this.#db.query("pragma wal_checkpoint(passive)").get()
    this.#walPages = 0
  }
}
