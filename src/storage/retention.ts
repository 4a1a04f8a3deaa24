// What is old enough goes: messages from the log and from each index, what changed the network's state from the index alone,
// since a start may need it. The newest row of all stays until another follows it, for it marks the next place.

import type { Database } from "bun:sqlite"
import type { Row } from "../core/seams.ts"
import { CASEMAPPINGS, type CasemappingName } from "../protocol/casemapping.ts"
import { matches } from "../protocol/masks.ts"
import { STRUCK_A_PIECE } from "./erasing.ts"
import { ASIDE, dropFromHistory } from "./history-index.ts"
import { indexedThrough } from "./indexed.ts"
import { asideOf, channelIdsOf } from "./plain-reading.ts"
import { placesOf } from "./places.ts"
import { COLUMNS } from "./row-sql.ts"
import { dropFromSearch } from "./search-index.ts"

/** How long and how much; 0 is without end. */
export interface Kept {
  readonly days: number
  /** Of each channel, the newest. */
  readonly messages: number
}

export interface Retention {
  /** Types of events that may be deleted: those that change no state. */
  readonly types: readonly string[]
  /** Channels that have a rule of their own. */
  readonly channels: readonly (Kept & { readonly id: number })[]
  /** For those that have ended: the first rule that has a mask of the name they had last. */
  readonly ended?: {
    readonly rules: readonly (Kept & { readonly masks: readonly string[] })[]
    /** How names compare, of which the masks are keys. */
    readonly casemapping: CasemappingName
    /** Ids of all that have not. */
    readonly living: readonly number[]
  }
  /** Everything else; direct messages go by their days alone. */
  readonly rest: Kept
}

const DAY_MS = 86_400_000
/** What one piece takes; so much is looked at in one go. */
const PIECE_MS = 2
const PLACES = 64
const CHANNELS = 4

/** One run through the log, as of the time it begins. */
export class Sweep {
  readonly #db: Database
  readonly #retention: Retention
  /** The rule of each channel that was met; undefined where it has none of its own. */
  readonly #own: Map<number, Kept | undefined>
  readonly #now: number
  readonly #last: number
  #from: number
  #channel = 0
  #ended: { readonly id: number; readonly end: number } | undefined
  /** Rows deleted. */
  count = 0
  #until = 0
  #struck = 0

  /** `from`: how far an earlier sweep by the same rules came. */
  constructor(db: Database, retention: Retention, now: number, from = 0) {
    this.#db = db
    this.#retention = retention
    this.#own = new Map(retention.ended?.living.map((id) => [id, undefined]))
    for (const channel of retention.channels) this.#own.set(channel.id, channel)
    this.#now = now
    // What is not in the index yet would come into it later.
    this.#last = Math.min(lastSeq(db) - 1, indexedThrough(db))
    this.#from = from
  }

  /** The place through which everything that has no rule of its own was looked at. */
  get through(): number {
    return this.#from
  }

  /** Looks at some places or channels; within a transaction. False: it is done. */
  piece(): boolean {
    this.#until = performance.now() + PIECE_MS
    this.#struck = 0
    while (!this.#isEnough) if (!this.#restByDays() && !this.#channels()) return false
    return true
  }

  get #isEnough(): boolean {
    return this.#struck >= STRUCK_A_PIECE || performance.now() > this.#until
  }

  #restByDays(): boolean {
    const end = this.#placeBefore(this.#retention.rest)
    if (this.#from >= end) return false
    const to = Math.min(this.#from + PLACES, end)
    for (const row of this.#db.query<Row, [number, number]>(STRETCH).all(this.#from, to)) {
      this.#expire(row)
      this.#from = row.seq
      if (this.#isEnough) return true
    }
    this.#from = to
    return true
  }

  #expire(row: Row): void {
    const channelId = row.channelId ?? asideOf(row)
    if (channelId !== null && this.#ruleOf(channelId)) return
    if (this.#retention.types.includes(row.type)) return this.#delete(row)
    const kept = channelIdsOf(row).filter((id) => this.#ruleOf(id))
    this.#hide(row, kept)
  }

  // One channel after the other, those with rules of their own and, where they are counted, all others.
  #channels(): boolean {
    for (let i = 0; i < CHANNELS; i++) {
      const id = this.#db.query<{ id: number | null }, [number]>(NEXT_CHANNEL).get(this.#channel)?.id
      if (typeof id !== "number") return false
      const end = this.#endIn(id)
      const rows = end === 0 ? [] : this.#rowsOf(id, end)
      for (const row of rows) {
        if (this.#retention.types.includes(row.type)) this.#delete(row)
        else this.#hideIn(id, row)
        if (this.#isEnough) return true
      }
      if (rows.length > 0) return true
      this.#channel = id
    }
    return true
  }

  #ruleOf(id: number): Kept | undefined {
    const { ended } = this.#retention
    if (ended !== undefined && !this.#own.has(id)) {
      const name = CASEMAPPINGS[ended.casemapping].folded(this.#lastNameOf(id))
      const rule = ended.rules.find(({ masks }) => masks.some((mask) => matches(mask, name)))
      this.#own.set(id, rule)
    }
    return this.#own.get(id)
  }

  #rowsOf(id: number, end: number): Row[] {
    const some = this.#db.query<Row, [number, number, number]>(OF_CHANNEL)
    const rows = some.all(0, id, end)
    return rows.length > 0 ? rows : some.all(ASIDE, id, end)
  }

  #lastNameOf(id: number): string {
    const named = this.#db.query<{ name: string | null }, [number]>(LAST_NAME).get(id)
    return named?.name ?? ""
  }

  // Counted once: to count is to walk over all that is kept.
  #endIn(id: number): number {
    if (this.#ended?.id !== id) {
      const kept = this.#ruleOf(id) ?? { days: 0, messages: this.#retention.rest.messages }
      const end = Math.max(this.#placeBefore(kept), this.#placeOfCount(id, kept.messages))
      this.#ended = { id, end }
    }
    return this.#ended.end
  }

  #delete(row: Row): void {
    dropFromHistory(this.#db, row)
    if (dropFromSearch(this.#db, row)) this.#struck++
    this.#db.query("delete from events where seq = ?").run(row.seq)
    this.count++
  }

  #hideIn(id: number, { seq }: Row): void {
    this.#db.query("delete from history where owner_id = 0 and peer_id = ? and seq = ?").run(id, seq)
  }

  #hide(row: Row, kept: readonly number[]): void {
    dropFromHistory(this.#db, row)
    const put = this.#db.query("insert into history values (0, ?, ?, ?)")
    for (const id of kept) put.run(id, row.seq, row.type)
  }

  /** The last place that is older than these days; 0 when nothing is. */
  #placeBefore({ days }: Kept): number {
    if (days === 0) return 0
    const at = this.#now - days * DAY_MS
    return Math.min(placesOf(this.#db, { after: { kind: "at", at } }).low, this.#last)
  }

  /** The last place that has so many messages after it. */
  #placeOfCount(id: number, messages: number): number {
    if (messages === 0) return 0
    const types = JSON.stringify(this.#retention.types)
    const row = this.#db.query<{ seq: number }, [number, string, number]>(NTH_NEWEST).get(id, types, messages)
    return Math.min(row?.seq ?? 0, this.#last)
  }
}

function lastSeq(db: Database): number {
  return db.query<{ seq: number | null }, []>("select max(seq) as seq from events").get()?.seq ?? 0
}

const STRETCH = `select ${COLUMNS} from events e where e.seq > ? and e.seq <= ?`
const nextOf = (owner: number) =>
  `select min(peer_id) as id from history where owner_id = ${owner} and peer_id > ?1`
const NEXT_CHANNEL = `select min(id) as id from (${nextOf(0)} union all ${nextOf(ASIDE)})`
const OF_CHANNEL = `select ${COLUMNS} from history h cross join events e on e.seq = h.seq
  where h.owner_id = ? and h.peer_id = ? and h.seq <= ? order by h.seq limit 64`
const lastName = (owner: number, path: string, more = "true") =>
  `select e.body ->> '${path}' from history h cross join events e on e.seq = h.seq
    where h.owner_id = ${owner} and h.peer_id = ?1 and ${more} order by h.seq desc limit 1`
const LAST_NAME = `select coalesce((${lastName(0, "$.channel", "e.channel_id = ?1")}),
  (${lastName(ASIDE, "$.status.channel")})) as name`
const NTH_NEWEST = `select seq from history where owner_id = 0 and peer_id = ?
  and type in (select value from json_each(?)) order by seq desc limit 1 offset ?`
