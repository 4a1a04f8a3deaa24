// What the writer does when nobody waits for it: erases what is listed, fills the indexes behind the log, and moves the WAL
// into the database. All in small pieces and between commits, never inside one: a turn that comes in the middle of a
// piece waits for a few milliseconds at most. Under a load without pauses the pieces come in turn with the commits.

import type { Database } from "bun:sqlite"
import { BUSY_TIMEOUT_MS, isDiskFull } from "./database.ts"
import { Jobs } from "./jobs.ts"
import type { Retention } from "./retention.ts"

/** No commit for so long counts as a pause. */
const PAUSE_MS = 20
/** And for so long that nothing more is to be expected soon. */
const QUIET_MS = 500
/** Further behind than this, nobody waits for a pause. */
const LAG_ROWS_MAX = 5000
/** Nor is a pause used for less: a row alone costs ten times what it costs among many, and is found in the log itself. */
const LAG_ROWS_MIN = 256
/** A WAL of about so many pages is checkpointed in a pause; twice the file is never worth a stall. */
const WAL_PAGES = 250
const WAL_PAGES_MAX = 1000
const PAGE_BYTES = 4096
const FULL_RETRY_MS = 2000
const EMPTY_RETRY_MS = 20
const ERASE_AT_LAST_MS = 1000

/** About so many pages a piece of each job writes. */
const JOB_PAGES = 32

export class Upkeep {
  readonly #db: Database
  readonly #path: string
  readonly #jobs: Jobs
  readonly #broken: (error: unknown) => void
  #timer: Timer | undefined
  #lastSeq: number
  #committedAt = 0
  #walPages = 0
  #mayErase = true
  #maySweep = false
  #hasSwept = false
  #mayMerge = true
  #mayRenew = true
  /** When the WAL is to be emptied of text that was erased; a run before may have ended before it was. */
  #emptyWalAt = 0
  #isReadOnly = false
  #stopped = false

  constructor(db: Database, path: string, lastSeq: number, broken: (error: unknown) => void) {
    this.#db = db
    this.#path = path
    this.#jobs = new Jobs(path)
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

  /** A commit has erased something, or put it on the list. */
  erased(): void {
    this.#mayErase = true
    this.#mayRenew = true
    this.#emptyWalAt = 0
  }

  /** What room there is belongs to the commits. */
  becomeReadOnly(isReadOnly: boolean): void {
    this.#isReadOnly = isReadOnly
    this.#wake(PAUSE_MS)
  }

  /** What is not to be kept any longer goes. */
  retain(retention: Retention): void {
    this.#jobs.retain(retention, Date.now())
    this.#maySweep = true
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
    if (wasStopped) return
    this.#eraseAtLast()
    this.#jobs.close()
  }

  // What somebody wants gone had better be gone when the server is; the rest of a long list waits for the next start.
  #eraseAtLast(): void {
    const until = performance.now() + ERASE_AT_LAST_MS
    try {
      while (this.#mayErase && !this.#isReadOnly && performance.now() < until)
        this.#mayErase = this.#jobs.erase()
      while (this.#mayRenew && !this.#isReadOnly && performance.now() < until)
        this.#mayRenew = this.#jobs.renew()
    } catch (error) {
      if (!isDiskFull(error, this.#path)) this.#broken(error)
    }
  }

  #wake(delayMs: number): void {
    if (this.#stopped) return
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#work()
    }, delayMs)
  }

  #work(): void {
    const idleMs = performance.now() - this.#committedAt
    const isPause = idleMs >= PAUSE_MS
    try {
      const worked = this.#piece(isPause, lagAllowed(idleMs))
      if (worked) this.#wake(isPause ? 0 : PAUSE_MS / 4)
      else if (!isPause) this.#wake(PAUSE_MS)
      else if (this.#isBehind()) this.#wake(QUIET_MS - idleMs)
    } catch (error) {
      // A full disk is found and mended by the next commit; until then the WAL and the tail just grow.
      if (isDiskFull(error, this.#path)) this.#wake(FULL_RETRY_MS)
      else this.#broken(error)
    }
  }

  // False when there was nothing worth doing.
  #piece(isPause: boolean, lagMax: number): boolean {
    const { history, search } = this.#jobs
    if (this.#walPages >= (isPause ? WAL_PAGES : WAL_PAGES_MAX)) this.#checkpoint()
    else if (this.#isReadOnly) return false
    else if (this.#lastSeq - history.through > lagMax) this.#job(() => history.follow(this.#lastSeq))
    else if (this.#mayErase) this.#job(() => (this.#mayErase = this.#jobs.erase()))
    else if (performance.now() >= this.#emptyWalAt) this.#emptyWal()
    else if (this.#mayMerge) this.#job(() => (this.#mayMerge = this.#jobs.merge()))
    else if (this.#lastSeq - search.through > lagMax) this.#job(() => this.#fillSearch())
    else if (this.#maySweep) this.#job(() => this.#sweep())
    else if (this.#mayRenew) this.#job(() => this.#renew())
    else {
      if (this.#emptyWalAt < Infinity) this.#wake(EMPTY_RETRY_MS)
      return false
    }
    return true
  }

  #isBehind(): boolean {
    const { history, search } = this.#jobs
    return !this.#isReadOnly && Math.min(history.through, search.through) < this.#lastSeq
  }

  // What a part held of rows that are gone is overwritten now.
  #renew(): void {
    this.#mayRenew = this.#jobs.renew()
    if (this.#mayRenew) this.#emptyWalAt = 0
  }

  #fillSearch(): void {
    this.#jobs.search.follow(this.#lastSeq)
    this.#mayMerge = true
  }

  #sweep(): void {
    const before = this.#jobs.swept
    this.#maySweep = this.#jobs.sweep()
    if (this.#jobs.swept > before) this.#hasSwept = true
    if (this.#maySweep || !this.#hasSwept) return
    this.#hasSwept = false
    this.#mayRenew = true
    this.#emptyWalAt = 0
  }

  #job(piece: () => void): void {
    piece()
    this.#walPages += JOB_PAGES
  }

  // PASSIVE waits for nobody. In the writer's own thread, so that it catches up with the last commit and the next one
  // can begin the WAL anew: elsewhere it would run after a busy writer for ever, and the WAL would only grow.
  #checkpoint(): void {
    this.#db.query("pragma wal_checkpoint(passive)").get()
    this.#walPages = 0
  }

  // What was erased stands in the WAL until the file is cut. That needs a moment in which nobody reads; it is not waited for.
  #emptyWal(): void {
    const { busy } = checkpointAll(this.#db)
    this.#emptyWalAt = busy === 0 ? Infinity : performance.now() + EMPTY_RETRY_MS
    this.#walPages = 0
  }
}

function lagAllowed(idleMs: number): number {
  if (idleMs < PAUSE_MS) return LAG_ROWS_MAX
  return idleMs < QUIET_MS ? LAG_ROWS_MIN : 0
}

function checkpointAll(db: Database): { busy: number } {
  db.query("pragma busy_timeout = 0").get()
  try {
    return db.query<{ busy: number }, []>("pragma wal_checkpoint(truncate)").get() ?? { busy: 1 }
  } finally {
    db.query(`pragma busy_timeout = ${BUSY_TIMEOUT_MS}`).get()
  }
}
