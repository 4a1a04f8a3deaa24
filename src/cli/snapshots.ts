// Takes a snapshot of the network now and then, so that the next start reads little of the log.

import type { Logger, Settings } from "../core/seams.ts"
import { doInThread } from "./chores.ts"

export interface SnapshotOptions {
  /** The data directory. */
  readonly data: string
  /** The last row that the newest snapshot is made of, 0 without one. */
  readonly from: number
  readonly settings: () => Settings
  /** The place of the newest row on disk. */
  readonly lastSeq: () => number
  /** The place of the newest password that took another's place; an older snapshot holds what that was checked against. */
  readonly passwordSeq: () => number
  /** The disk is full; what room there is is for the log. */
  readonly isFull: () => boolean
  readonly logger: Logger
}

/** So many rows are read in well under a second. */
const ROWS = 20_000
const FIRST_AFTER_MS = 1000
const EVERY_MS = 30_000
/** A large network's snapshot takes longer; the thread is to rest most of the time. */
const REST_FACTOR = 20

/** Begins; the answer ends it, once the one under way is done. */
export function keepSnapshots({
  data,
  from,
  settings,
  lastSeq,
  passwordSeq,
  isFull,
  logger,
}: SnapshotOptions): () => Promise<void> {
  let through = from
  let isStopped = false
  let underWay: Promise<void> = Promise.resolve()
  const take = async () => {
    const begun = performance.now()
    const last = lastSeq()
    await doInThread({ do: "snapshot", data, settings: settings() })
    through = last
    return (performance.now() - begun) * REST_FACTOR
  }
  const look = async () => {
    let restMs = 0
    try {
      const isDue = lastSeq() - through >= ROWS || passwordSeq() > through
      if (isDue && !isFull()) restMs = await take()
    } catch (error) {
      logger({ level: "warn", what: "no snapshot could be taken", why: (error as Error).message })
    }
    if (!isStopped) again(Math.max(EVERY_MS, restMs))
  }
  const again = (afterMs: number) => void (timer = setTimeout(() => void (underWay = look()), afterMs))
  let timer: Timer | undefined
  again(FIRST_AFTER_MS)
  return () => {
    isStopped = true
    clearTimeout(timer)
    return underWay
  }
}
