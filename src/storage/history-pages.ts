// Pages of history, read from the log through its index. What the index does not hold yet, the tail, is searched
// directly, so a page is right at every moment, however far the index lags.

import type { Database } from "bun:sqlite"
import type { HistoryQuery, Row } from "../core/seams.ts"
import { indexedThrough } from "./history-index.ts"

/** The page that `query` asks for, in ascending order, as of one moment. */
export function readPage(db: Database, query: HistoryQuery): Row[] {
  const read = db.transaction(() => {
    const after = query.reference.kind === "newest" ? newest(query) : placeOf(db, query.reference)
    const through = indexedThrough(db)
    const types = JSON.stringify(query.types)
    // The tail begins where the index ends, or at the reference if that lies in it.
    const indexed = (limit: number) =>
      db.query<Row, Binds>(SQL[query.direction].indexed).all(query.channelId, after, through, types, limit)
    const tail = (limit: number) =>
      db.query<Row, Binds>(SQL[query.direction].tail).all(query.channelId, after, through, types, limit)
    if (query.direction === "after") return fillUp(query.limit, indexed, tail)
    return fillUp(query.limit, tail, indexed).toReversed()
  })
  return read()
}

type Binds = [channelId: number, after: number, through: number, types: string, limit: number]
type Part = (limit: number) => Row[]

function fillUp(limit: number, first: Part, second: Part): Row[] {
  const rows = first(limit)
  return rows.length < limit ? [...rows, ...second(limit - rows.length)] : rows
}

// Nothing bounds the newest page from below; nothing comes after the newest row.
function newest(query: HistoryQuery): number {
  return query.direction === "latest" ? 0 : Number.MAX_SAFE_INTEGER
}

const COLUMNS = `e.seq, e.at_ms as at, e.type, e.channel_id as channelId, e.account_id as accountId, e.body, e.text`

// `cross join` keeps the planner's hands off: the index leads, the log is looked up. `+channel_id` likewise.
const INDEXED = `select ${COLUMNS} from history h cross join events e on e.seq = h.seq
  where h.channel_id = ?1 and h.seq > ?2 and h.seq <= ?3 and h.type in (select value from json_each(?4))`
const TAIL = `select ${COLUMNS} from events e
  where e.seq > max(?2, ?3) and +e.channel_id = ?1 and e.type in (select value from json_each(?4))`

const SQL = {
  latest: {
    indexed: `${INDEXED} order by h.seq desc limit ?5`,
    tail: `${TAIL} order by e.seq desc limit ?5`,
  },
  after: {
    indexed: `${INDEXED} order by h.seq limit ?5`,
    tail: `${TAIL} order by e.seq limit ?5`,
  },
} as const

/** The last place that is not after the reference: the rows after it are those after the reference. */
function placeOf(db: Database, reference: { kind: "seq"; seq: number } | { kind: "at"; at: number }): number {
  if (reference.kind === "seq") return reference.seq
  // Times never fall along the log, so the log itself is the index of times: halve it.
  const before = db.query<{ seq: number; at: number }, [number]>(
    "select seq, at_ms as at from events where seq <= ? order by seq desc limit 1",
  )
  let low = 0
  let high = (before.get(Number.MAX_SAFE_INTEGER)?.seq ?? 0) + 1
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    const row = before.get(middle)
    if (row !== null && row.at > reference.at) high = row.seq
    else low = middle
  }
  return low
}
