// Bounds of a query as places in the log.

import type { Database } from "bun:sqlite"
import type { Reference } from "../core/seams.ts"

/** Exclusive bounds. */
export interface Places {
  readonly low: number
  readonly high: number
}

interface Bounds {
  readonly after?: Reference | undefined
  readonly before?: Reference | undefined
}

export function placesOf(db: Database, { after, before }: Bounds): Places {
  return {
    low: after === undefined ? 0 : lastNotAfter(db, after),
    high: before === undefined ? Number.MAX_SAFE_INTEGER : firstNotBefore(db, before),
  }
}

function lastNotAfter(db: Database, reference: Reference): number {
  return reference.kind === "seq" ? reference.seq : placeOf(db, reference.at)
}

function firstNotBefore(db: Database, reference: Reference): number {
  return reference.kind === "seq" ? reference.seq : placeOf(db, reference.at - 1) + 1
}

// The last place that is not after a time. Times never fall along the log, so the log itself is their index: halve it.
function placeOf(db: Database, at: number): number {
  const before = db.query<{ seq: number; at: number }, [number]>(
    "select seq, at_ms as at from events where seq <= ? order by seq desc limit 1",
  )
  let low = 0
  let high = (before.get(Number.MAX_SAFE_INTEGER)?.seq ?? 0) + 1
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    const row = before.get(middle)
    if (row !== null && row.at > at) high = row.seq
    else low = middle
  }
  return low
}
