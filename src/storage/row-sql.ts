// What the statements that read rows have in common. `e` is always `events`.

/** The columns of a `Row`. */
export const COLUMNS =
  "e.seq, e.at_ms as at, e.type, e.channel_id as channelId, e.account_id as accountId, e.peer_id as peerId, e.body, e.text"

/** Not a row whose text was erased. The first look at the body is the cheap one. */
export const NOT_ERASED = `not (e.text is null and instr(e.body, '"erased":true') and coalesce(e.body ->> '$.erased', 0))`

/** Not a row that is still to be erased, though that is acknowledged already. The list is nearly always empty. */
export const NOT_TO_ERASE = `not exists (
  select 1 from erasures x where x.account_id = e.account_id and e.seq <= x.through_seq
    and e.type in (select value from json_each(x.types)))`
