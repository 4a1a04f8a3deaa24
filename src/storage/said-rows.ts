// The rows of a log in which something was said, for who takes them elsewhere.

import type { Database } from "bun:sqlite"
import type { Row } from "../core/seams.ts"
import { placesOf } from "./places.ts"
import { COLUMNS, NOT_TO_ERASE } from "./row-sql.ts"

export interface Said {
  readonly types: readonly string[]
  /** Of one channel alone. */
  readonly channelId?: number | undefined
  /** ms since 1970. */
  readonly since?: number | undefined
}

/** In order, as of the moment of the first; without what is still to be erased. */
export function* saidRows(db: Database, { types, channelId, since }: Said): Generator<Row> {
  const { low } = placesOf(db, since === undefined ? {} : { after: { kind: "at", at: since - 1 } })
  const wanted = JSON.stringify(types)
  yield* db.query<Row, [number, string, number | null]>(SAID).iterate(low, wanted, channelId ?? null)
}

const SAID = `select ${COLUMNS} from events e
  where e.seq > ?1 and e.type in (select value from json_each(?2)) and (?3 is null or e.channel_id = ?3)
    and ${NOT_TO_ERASE}`
