// The newest row of each conversation, from the index of history and the tail that is not in it yet.

import type { Database } from "bun:sqlite"
import type { ConversationsQuery, Row } from "../core/seams.ts"
import { indexedThrough } from "./indexed.ts"
import { placesOf } from "./places.ts"
import { conversationOf, isTooEarly } from "./plain-reading.ts"
import { COLUMNS, NOT_ERASED, NOT_TO_ERASE } from "./row-sql.ts"

export function readConversations(db: Database, query: ConversationsQuery): Row[] {
  const { accountId, channelIds, keep, limit } = query
  const { low, high } = placesOf(db, query)
  const through = indexedThrough(db)
  const types = JSON.stringify(query.types)
  const newest = new Map<string, Row>()
  const add = (rows: readonly Row[]) => {
    for (const row of rows) {
      const conversation = conversationOf(row, accountId)
      if (!newest.has(conversation)) newest.set(conversation, row)
    }
  }
  const tail = db.query<Row, [number, string, number | null, string]>(TAIL)
  add(tail.all(through, types, accountId, JSON.stringify(channelIds)))
  const ofChannel = db.query<Row, [number, number, string]>(NEWEST)
  add(channelIds.flatMap((channelId) => ofChannel.all(channelId, through, types)))
  // Of those that are found, so many at most are in the tail, with something newer.
  const direct = db.query<Row, [number, number, string, number, number, number]>(DIRECT[keep])
  if (accountId !== null) add(direct.all(accountId, through, types, low, high, limit + newest.size))
  const within = [...newest.values()]
    .filter((row) => row.seq > low && row.seq < high && !isTooEarly(row, query))
    .toSorted((one, other) => one.seq - other.seq)
  return keep === "oldest" ? within.slice(0, limit) : within.slice(Math.max(0, within.length - limit))
}

// An account's peers are found by leaping from one to the next, and of each the newest row: strangers may be many.
const PEERS = `with recursive peers(peer) as (
    select min(peer_id) from history where owner_id = ?1
    union all
    select (select min(peer_id) from history where owner_id = ?1 and peer_id > peer) from peers where peer is not null
  )`

const directly = (order: string) => `${PEERS} select ${COLUMNS} from (
    select (
      select h.seq from history h cross join events e on e.seq = h.seq
      where h.owner_id = ?1 and h.peer_id = peer and h.seq <= ?2 and h.type in (select value from json_each(?3))
        and ${NOT_TO_ERASE}
      order by h.seq desc limit 1
    ) as seq from peers where peer is not null
  ) newest cross join events e on e.seq = newest.seq
  where newest.seq > ?4 and newest.seq < ?5 order by newest.seq ${order} limit ?6`
const DIRECT = { newest: directly("desc"), oldest: directly("asc") }

// A QUIT is in the index of each channel that saw it, but it is no part of what was said there.
const NEWEST = `select ${COLUMNS} from history h cross join events e on e.seq = h.seq
  where h.owner_id = 0 and h.peer_id = ?1 and h.seq <= ?2 and h.type in (select value from json_each(?3))
    and e.channel_id is not null and ${NOT_TO_ERASE}
  order by h.seq desc limit 1`

const TAIL = `select ${COLUMNS} from events e
  where e.seq > ?1 and e.type in (select value from json_each(?2)) and ${NOT_ERASED} and ${NOT_TO_ERASE}
    and (e.channel_id in (select value from json_each(?4))
      or e.channel_id is null and e.account_id is not null and e.peer_id is not null
        and (e.account_id = ?3 or e.peer_id = ?3))
  order by e.seq desc`
