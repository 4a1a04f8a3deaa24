// A search: the index names rows that may be meant, newest first or oldest first, and each is read and judged by
// `plain-reading.ts`, which alone says what a search means. So words are never a query in FTS5's language, and a mark
// that two share, or an index that says too much, costs time and nothing else.

import type { Database } from "bun:sqlite"
import type { Found, Row, SearchQuery } from "../core/seams.ts"
import { indexedThrough } from "./indexed.ts"
import { placesOf, type Places } from "./places.ts"
import { fold } from "./folding.ts"
import { sought } from "./plain-reading.ts"
import { COLUMNS, NOT_TO_ERASE } from "./row-sql.ts"
import { authorMark, conversationMark, nickMark, trigramsOf } from "./trigrams.ts"

/** What has not been found by then is left out: a search for what is everywhere and nowhere must end. */
const SEARCH_MS = 1000
/** The index is asked for so many places first, since FTS5 cannot be interrupted within an answer; then for more. */
const PIECE_PLACES = 250_000
const PIECE_MS = 50
/** Enough to tell texts apart; what they leave, the judge does. */
const TRIGRAMS_MAX = 24
/** Somebody who may read more than so many conversations may read most of what there is: to look them all up costs more. */
const PLACES_MAX = 32

export function search(db: Database, query: SearchQuery, timeMs = SEARCH_MS): Found {
  const { keep, limit, words } = query
  if (limit === 0 || words.some((word) => word.includes("\0"))) return { rows: [] }
  const until = performance.now() + timeMs
  const isSought = sought(query)
  const rows: Row[] = []
  const found = (cutAt?: number): Found => ({ rows: keep === "newest" ? rows.toReversed() : rows, cutAt })
  for (const { places, candidates } of stretches(db, query)) {
    if (performance.now() > until) return found(timeOf(db, keep === "newest" ? places.high : places.low))
    for (const row of candidates) {
      if (isSought(row) && rows.push(row) === limit) return found()
      if (performance.now() > until) return found(row.at)
    }
  }
  return found()
}

interface Stretch {
  readonly places: Places
  readonly candidates: Iterable<Row>
}

// In the order of the search: the newest first, or the oldest.
function* stretches(db: Database, query: SearchQuery): Generator<Stretch> {
  const through = indexedThrough(db, "search")
  const { low, high } = placesOf(db, query)
  const tail = { low: Math.max(low, through), high }
  const indexed = { low, high: Math.min(high, through + 1) }
  const order = query.keep === "newest" ? "desc" : "asc"
  const inTheTail = { places: tail, candidates: inTail(db, query, tail, order) }
  if (order === "desc") yield inTheTail
  for (const places of piecesOf(indexed, order))
    yield { places, candidates: inIndex(db, query, places, order) }
  if (order === "asc") yield inTheTail
}

/** When the row at a place was said, or the last before it. */
function timeOf(db: Database, seq: number): number | undefined {
  const last = "select at_ms as at from events where seq <= ? order by seq desc limit 1"
  return db.query<{ at: number }, [number]>(last).get(seq)?.at
}

type Order = "asc" | "desc"

// Each piece is twice the last as long as that takes little.
function* piecesOf({ low, high }: Places, order: Order): Generator<Places> {
  let places = PIECE_PLACES
  let left = { low, high }
  while (left.high - left.low > 1) {
    const before = performance.now()
    if (order === "asc") {
      const end = Math.min(left.high, left.low + places + 1)
      yield { low: left.low, high: end }
      left = { low: end - 1, high }
    } else {
      const end = Math.max(left.low, left.high - places - 1)
      yield { low: end, high: left.high }
      left = { low, high: end + 1 }
    }
    if (performance.now() - before < PIECE_MS) places *= 2
  }
}

function inTail(db: Database, query: SearchQuery, { low, high }: Places, order: Order): Iterable<Row> {
  return db
    .query<Row, [number, number, string, string, number | null]>(TAIL[order])
    .iterate(low, high, JSON.stringify(query.types), JSON.stringify(query.channelIds), query.accountId)
}

function inIndex(db: Database, query: SearchQuery, { low, high }: Places, order: Order): Iterable<Row> {
  const match = matching(query)
  if (match === undefined) return []
  return db
    .query<Row, [string, number, number, string, string, number | null]>(INDEXED[order])
    .iterate(match, low, high, JSON.stringify(query.types), JSON.stringify(query.channelIds), query.accountId)
}

// https://www.sqlite.org/fts5.html#full_text_query_syntax: nothing but quoted strings, of three characters each.
function matching({ words, author, hasLink, accountId, channelIds }: SearchQuery): string | undefined {
  const places = [...channelIds, ...(accountId === null ? [] : [accountId])]
  if (places.length === 0) return undefined
  const trigrams = [...words, ...(hasLink ? LINK : [])].flatMap(trigramsOf)
  if (author) trigrams.unshift("nick" in author ? nickMark(fold(author.nick)) : authorMark(author.accountId))
  const all = [...new Set(trigrams)].slice(0, TRIGRAMS_MAX).map(quoted)
  if (all.length > 0 && places.length > PLACES_MAX) return all.join(" AND ")
  return [...all, `(${places.map((id) => quoted(conversationMark(id))).join(" OR ")})`].join(" AND ")
}

const LINK = ["http", "://"]

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`
}

const IN_QUESTION = (types: string, channelIds: string, accountId: string) => `
  and e.type in (select value from json_each(${types})) and e.text is not null and ${NOT_TO_ERASE}
  and (e.channel_id in (select value from json_each(${channelIds}))
    or e.channel_id is null and e.account_id is not null and e.peer_id is not null
      and (e.account_id = ${accountId} or e.peer_id = ${accountId}))`

function inOrder(select: string, by: string): Readonly<Record<Order, string>> {
  return { asc: `${select} order by ${by}`, desc: `${select} order by ${by} desc` }
}

const TAIL = inOrder(
  `select ${COLUMNS} from events e where e.seq > ?1 and e.seq < ?2 ${IN_QUESTION("?3", "?4", "?5")}`,
  "e.seq",
)
const INDEXED = inOrder(
  `select ${COLUMNS} from search cross join events e on e.seq = search.rowid
    where search match ?1 and search.rowid > ?2 and search.rowid < ?3 ${IN_QUESTION("?4", "?5", "?6")}`,
  "search.rowid",
)
