// Answers a query from SQLite as `plain-reading.ts` does from plain rows.

import type { Database } from "bun:sqlite"
import type { Found, Query, Row } from "../core/seams.ts"
import { readConversations } from "./conversations.ts"
import { readPage } from "./history-pages.ts"
import { search } from "./search.ts"
import { COLUMNS, NOT_ERASED, NOT_TO_ERASE } from "./row-sql.ts"

/** The rows that `query` asks for, in ascending order, as of one moment; a search has so many ms. */
export function read(db: Database, query: Query, timeMs?: number): Found {
  return db.transaction(() => answer(db, query, timeMs))()
}

function answer(db: Database, query: Query, timeMs?: number): Found {
  switch (query.kind) {
    case "page":
      return { rows: readPage(db, query) }
    case "conversations":
      return { rows: readConversations(db, query) }
    case "search":
      return search(db, query, timeMs)
    case "place":
      return { rows: db.query<Row, [number]>(PLACE).all(query.seq) }
  }
}

const PLACE = `select ${COLUMNS} from events e where e.seq = ? and ${NOT_ERASED} and ${NOT_TO_ERASE}`
