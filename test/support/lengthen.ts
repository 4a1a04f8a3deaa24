// A log as long as a test needs it, without anybody having to say so much.

import { Database } from "bun:sqlite"
import { join } from "node:path"
import type { TestServer } from "./server.ts"

/** Copies the message that was said last, by whom and where it was said, straight into the log; of nobody if none was. */
export function lengthen(server: TestServer, messages: number, text = "x") {
  using db = new Database(join(server.data, "log.db"))
  db.query(
    `with recursive n(i) as (select 1 union all select i + 1 from n where i < ?1),
       last as (select seq, at_ms from events order by seq desc limit 1),
       said as (select * from events where type = 'messageSent' order by seq desc limit 1)
     insert into events (seq, at_ms, type, channel_id, account_id, peer_id, body, text)
     select last.seq + i, last.at_ms, 'messageSent', said.channel_id, said.account_id, said.peer_id,
       coalesce(said.body, '{"source":"a!a@a","command":"PRIVMSG"}'), ?2
     from n, last left join said`,
  ).run(messages, text)
}
