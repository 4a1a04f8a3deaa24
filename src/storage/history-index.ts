// The index of history: `history(owner_id, peer_id, seq, type)`. Channels stand under owner 0, direct messages under both
// accounts, what is erased nowhere. Under owner -1 stands what only some of a channel heard: nobody reads it, and it goes with the rest.

import type { Database } from "bun:sqlite"
import type { Row } from "../core/seams.ts"
import { asideOf, channelIdsOf } from "./plain-reading.ts"
import { NOT_ERASED } from "./row-sql.ts"

export const ASIDE = -1

/** Indexes the rows after `from` up to `to`; within a transaction. */
export function fillHistory(db: Database, from: number, to: number): void {
  db.query(FILL).run(from, to)
}

/** Takes a row out of the index, as far as it is in it. */
export function dropFromHistory(db: Database, row: Row): void {
  const drop = db.query("delete from history where owner_id = ? and peer_id = ? and seq = ?")
  const { seq, channelId, accountId, peerId } = row
  const channelIds = channelId === null ? channelIdsOf(row) : [channelId]
  for (const each of channelIds) drop.run(0, each, seq)
  const aside = asideOf(row)
  if (aside !== null) drop.run(ASIDE, aside, seq)
  if (channelId !== null || accountId === null || peerId === null) return
  drop.run(accountId, peerId, seq)
  drop.run(peerId, accountId, seq)
}

const PIECE = `e.seq > ?1 and e.seq <= ?2 and ${NOT_ERASED}`
const IS_DIRECT = "e.channel_id is null and e.account_id is not null and e.peer_id is not null"
const FILL = `insert or ignore into history
  select 0, e.channel_id, e.seq, e.type from events e where ${PIECE} and e.channel_id is not null
  union all
  select 0, c.value, e.seq, e.type from events e cross join json_each(e.body, '$.channelIds') c
    where ${PIECE} and e.channel_id is null and instr(e.body, '"channelIds"')
  union all
  select ${ASIDE}, e.body ->> '$.status.id', e.seq, e.type from events e
    where ${PIECE} and e.channel_id is null and instr(e.body, '"status"') and e.body ->> '$.status.id' is not null
  union all
  select e.account_id, e.peer_id, e.seq, e.type from events e where ${PIECE} and ${IS_DIRECT}
  union all
  select e.peer_id, e.account_id, e.seq, e.type from events e where ${PIECE} and ${IS_DIRECT}`
