// A search: the index names rows that may be meant, newest first or oldest first, and each is read and judged by
// `plain-reading.ts`, which alone says what a search means. So words are never a query in FTS5's language, and a mark
// that two share, or an index that says too much, costs time and nothing else.

import type { Database, Statement } from "bun:sqlite"
import type { Found, Row, SearchQuery } from "../core/seams.ts"
import { placesOf, type Places } from "./places.ts"
import { fold } from "./folding.ts"
import { sought } from "./plain-reading.ts"
import { COLUMNS, NOT_TO_ERASE } from "./row-sql.ts"
import { partsToBe } from "./search-index.ts"
import { partsOf, tableOf, type Part } from "./search-parts.ts"
import { authorMark, conversationMark, nickMark, trigramsOf } from "./trigrams.ts"

/** What has not been found by then is left out: a search for what is everywhere and nowhere must end. */
const SEARCH_MS = 1000
/** And so much it has at least, however many wait. */
const SHARE_MS_MIN = 50
/** Enough to tell texts apart; what they leave, the judge does. */
const TRIGRAMS_MAX = 24
/** Somebody who may read more than so many conversations may read most of what there is: to look them all up costs more. */
const PLACES_MAX = 32

/** How long a search may take when there are so many at once, each of which waits for those before it. */
export function shareOf(searches: number): number {
  return Math.max(SHARE_MS_MIN, SEARCH_MS / searches)
}

export function search(db: Database, query: SearchQuery, timeMs = SEARCH_MS): Found {
  const { keep, limit, words } = query
  if (limit === 0 || words.some((word) => word.includes("\0"))) return { rows: [] }
  const until = performance.now() + timeMs
  const isSought = sought(query)
  const rows: Row[] = []
  const found = (cutAt?: number): Found => ({ rows: keep === "newest" ? rows.toReversed() : rows, cutAt })
  for (const { places, candidates } of stretches(db, query)) {
    if (performance.now() > until) return found(timeOf(db, keep === "newest" ? places.high : places.low))
    for (const row of candidates()) {
      if (isSought(row) && rows.push(row) === limit) return found()
      if (performance.now() > until) return found(row.at)
    }
  }
  return found()
}

interface Stretch {
  readonly places: Places
  candidates(): Iterable<Row>
}

// In the order of the search: the newest first, or the oldest.
function stretches(db: Database, query: SearchQuery): Iterable<Stretch> {
  const match = matching(query)
  if (match === undefined) return []
  const { low: after, high } = placesOf(db, query)
  const low = Math.max(after, firstReadable(query))
  const inOrder = partsOf(db)
    .concat(partsToBe(db))
    .flatMap((part): Stretch[] => {
      const indexed = { low: Math.max(low, part.afterSeq), high: Math.min(high, part.throughSeq + 1) }
      const tail = { low: Math.max(low, part.throughSeq), high: Math.min(high, part.endSeq + 1) }
      return [
        { places: indexed, candidates: () => inIndex(db, query, indexed, part, match) },
        { places: tail, candidates: () => directly(db, query, tail) },
      ]
    })
  const some = inOrder.filter(({ places }) => places.high - places.low > 1)
  return query.keep === "newest" ? some.toReversed() : some
}

// Where all that is asked about begins later, nothing before it is worth a look.
function firstReadable({ accountId, channelIds, channelsAfter }: SearchQuery): number {
  if (accountId !== null || channelsAfter === undefined) return 0
  return Math.min(...channelIds.map((id) => channelsAfter[id] ?? 0))
}

/** When the row at a place was said, or the last before it. */
function timeOf(db: Database, seq: number): number | undefined {
  const last = "select at_ms as at from events where seq <= ? order by seq desc limit 1"
  return db.query<{ at: number }, [number]>(last).get(seq)?.at
}

function directly(db: Database, query: SearchQuery, { low, high }: Places): Iterable<Row> {
  return db
    .query<Row, [number, number, string, string, number | null]>(DIRECTLY[query.keep])
    .iterate(low, high, JSON.stringify(query.types), JSON.stringify(query.channelIds), query.accountId)
}

function inIndex(
  db: Database,
  query: SearchQuery,
  { low, high }: Places,
  { id }: Part,
  match: string,
): Iterable<Row> {
  const { types, channelIds, accountId, keep } = query
  return statementOf(db, indexed(tableOf(id), keep)).iterate(
    match,
    low,
    high,
    JSON.stringify(types),
    JSON.stringify(channelIds),
    accountId,
  )
}

type OfPart = Statement<Row, [string, number, number, string, string, number | null]>

const STATEMENTS_MAX = 1000
const kept = new WeakMap<Database, Map<string, OfPart>>()

// `Database.query` keeps twenty, and there are hundreds of parts: to prepare a statement takes longer than to find nothing by it.
function statementOf(db: Database, sql: string): OfPart {
  const statements = kept.get(db) ?? new Map<string, OfPart>()
  kept.set(db, statements)
  if (statements.size >= STATEMENTS_MAX) {
    for (const statement of statements.values()) statement.finalize()
    statements.clear()
  }
  const statement = statements.get(sql) ?? (db.prepare(sql) as OfPart)
  statements.set(sql, statement)
  return statement
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

const ORDER = { newest: "desc", oldest: "asc" } as const

const directlyIn = (order: string) => `select ${COLUMNS} from events e
  where e.seq > ?1 and e.seq < ?2 ${IN_QUESTION("?3", "?4", "?5")} order by e.seq ${order}`
const DIRECTLY = { newest: directlyIn(ORDER.newest), oldest: directlyIn(ORDER.oldest) }

const indexed = (table: string, keep: SearchQuery["keep"]) => `
  select ${COLUMNS} from ${table} s cross join events e on e.seq = s.rowid
    where ${table} match ?1 and s.rowid > ?2 and s.rowid < ?3 ${IN_QUESTION("?4", "?5", "?6")}
    order by s.rowid ${ORDER[keep]}`
