// Pages of history, read from the log through its index. What the index does not hold yet, the tail, is searched
// directly, so a page is right at every moment, however far the index lags.

import type { Database } from "bun:sqlite"
import type { PageQuery, Row } from "../core/seams.ts"
import { indexedThrough } from "./indexed.ts"
import { placesOf } from "./places.ts"
import { COLUMNS, NOT_ERASED, NOT_TO_ERASE } from "./row-sql.ts"

export function readPage(db: Database, query: PageQuery): Row[] {
  const { low, high } = placesOf(db, query)
  const through = indexedThrough(db)
  const [owner, peer] = "channelId" in query.of ? [0, query.of.channelId] : query.of.accountIds
  const types = JSON.stringify(query.types)
  const sql = owner === 0 ? PAGE_SQL.channel : PAGE_SQL.direct
  const part = (which: "indexed" | "tail") => (limit: number) =>
    db.query<Row, Binds>(sql[query.keep][which]).all(owner, peer, low, high, through, types, limit)
  if (query.keep === "oldest") return fillUp(query.limit, part("indexed"), part("tail"))
  return fillUp(query.limit, part("tail"), part("indexed")).toReversed()
}

type Binds = [
  owner: number,
  peer: number,
  low: number,
  high: number,
  through: number,
  types: string,
  limit: number,
]
type Part = (limit: number) => Row[]

function fillUp(limit: number, first: Part, second: Part): Row[] {
  const rows = first(limit)
  return rows.length < limit ? [...rows, ...second(limit - rows.length)] : rows
}

// `cross join` keeps the planner's hands off: the index leads, the log is looked up. The index holds nothing erased. The
// tail begins where the index ends, or at the lower bound if that lies in it.
const INDEXED = `select ${COLUMNS} from history h cross join events e on e.seq = h.seq
  where h.owner_id = ?1 and h.peer_id = ?2 and h.seq > ?3 and h.seq < ?4 and h.seq <= ?5
    and h.type in (select value from json_each(?6)) and ${NOT_TO_ERASE}`
const TAIL = `select ${COLUMNS} from events e
  where e.seq > max(?3, ?5) and e.seq < ?4 and e.type in (select value from json_each(?6))
    and ${NOT_ERASED} and ${NOT_TO_ERASE}`

const OF_CHANNEL = `(e.channel_id = ?2 or e.channel_id is null and instr(e.body, '"channelIds"')
  and exists (select 1 from json_each(e.body, '$.channelIds') where value = ?2))`
const BETWEEN_ACCOUNTS = `e.channel_id is null
  and (e.account_id = ?1 and e.peer_id = ?2 or e.account_id = ?2 and e.peer_id = ?1)`

/** By kind of conversation, end that is kept, and part of the log. */
export const PAGE_SQL = { channel: both(OF_CHANNEL), direct: both(BETWEEN_ACCOUNTS) } as const

function both(belongs: string) {
  const inOrder = (order: string) => ({
    indexed: `${INDEXED} order by h.seq ${order} limit ?7`,
    tail: `${TAIL} and ${belongs} order by e.seq ${order} limit ?7`,
  })
  return { newest: inOrder("desc"), oldest: inOrder("asc") }
}
