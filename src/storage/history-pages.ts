// Pages of history, read from the log through its index. What the index does not hold yet, the tail, is searched
// directly, so a page is right at every moment, however far the index lags.

import type { Database } from "bun:sqlite"
import type { Query, Reference, Row } from "../core/seams.ts"
import { indexedThrough } from "./history-index.ts"

/** The rows that `query` asks for, in ascending order, as of one moment. */
export function readPage(db: Database, query: Query): Row[] {
  if (query.kind === "place") return db.query<Row, [number]>(PLACE).all(query.seq)
  if (query.kind !== "page" || !("channelId" in query.of)) return []
  const { of, after, before, keep, limit } = query
  const read = db.transaction(() => {
    const low = after === undefined ? 0 : lastNotAfter(db, after)
    const high = before === undefined ? Number.MAX_SAFE_INTEGER : firstNotBefore(db, before)
    const through = indexedThrough(db)
    const types = JSON.stringify(query.types)
    const sql = SQL[keep]
    const indexed = (count: number) =>
      db.query<Row, Binds>(sql.indexed).all(of.channelId, low, high, through, types, count)
    const tail = (count: number) =>
      db.query<Row, Binds>(sql.tail).all(of.channelId, low, high, through, types, count)
    if (keep === "oldest") return fillUp(limit, indexed, tail)
    return fillUp(limit, tail, indexed).toReversed()
  })
  return read()
}

type Binds = [channelId: number, low: number, high: number, through: number, types: string, limit: number]
type Part = (limit: number) => Row[]

function fillUp(limit: number, first: Part, second: Part): Row[] {
  const rows = first(limit)
  return rows.length < limit ? [...rows, ...second(limit - rows.length)] : rows
}

const COLUMNS = `e.seq, e.at_ms as at, e.type, e.channel_id as channelId, e.account_id as accountId, null as peerId, e.body, e.text`

const PLACE = `select ${COLUMNS} from events e where e.seq = ?`

// `cross join` keeps the planner's hands off: the index leads, the log is looked up. `+channel_id` likewise. The tail begins
// where the index ends, or at the lower bound if that lies in it.
const INDEXED = `select ${COLUMNS} from history h cross join events e on e.seq = h.seq
  where h.channel_id = ?1 and h.seq > ?2 and h.seq < ?3 and h.seq <= ?4 and h.type in (select value from json_each(?5))`
const TAIL = `select ${COLUMNS} from events e
  where e.seq > max(?2, ?4) and e.seq < ?3 and +e.channel_id = ?1 and e.type in (select value from json_each(?5))`

const SQL = {
  newest: {
    indexed: `${INDEXED} order by h.seq desc limit ?6`,
    tail: `${TAIL} order by e.seq desc limit ?6`,
  },
  oldest: {
    indexed: `${INDEXED} order by h.seq limit ?6`,
    tail: `${TAIL} order by e.seq limit ?6`,
  },
} as const

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
