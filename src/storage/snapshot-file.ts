// `snapshot` in the data directory: the state of the network as the log made it up to one row. It can be made again from the
// log at any time, so what cannot be read for sure is left unread: then the whole log is.

import type { Database } from "bun:sqlite"
import * as fs from "node:fs"
import { deserialize, serialize } from "node:v8"
import type { Row } from "../core/seams.ts"
import type { Snapshot } from "../core/snapshot.ts"
import type { DataDirectory } from "./data-directory.ts"
import { openReadable } from "./database.ts"
import { writeFlushed, writeWhole } from "./whole-file.ts"

/** How the state is made from the log; not known here. */
export interface Fold {
  /** What did the folding: a state that another program made may have another shape, or be what another made of the log. */
  readonly program: string
  /** Types of events that change no state. */
  readonly stateless: readonly string[]
  fold(from: Snapshot | undefined, rows: Iterable<Row>): Snapshot
}

/** A state, and how far the log was read for it. */
export interface Taken {
  readonly seq: number
  readonly state: Snapshot
  readonly anchor: Anchor
}

/** The newest row that changed the state: such a row is never deleted, and in another log another is in its place. */
interface Anchor {
  readonly seq: number
  readonly at: number
}

interface Head {
  readonly program: string
  readonly site: string
  readonly seq: number
  readonly anchor: Anchor
  readonly bytes: number
  readonly hash: string
}

/** What there is for this log and this program; in words why it cannot be used; nothing when there is none. */
export function readSnapshot(directory: DataDirectory, program: string): Taken | string | undefined {
  if (!fs.existsSync(directory.snapshot)) return undefined
  try {
    const file = fs.readFileSync(directory.snapshot)
    const end = file.indexOf("\n")
    const head = JSON.parse(file.toString("utf8", 0, end)) as Head
    const state = file.subarray(end + 1)
    if (head.program !== program) return "it was taken by another version"
    if (state.length !== head.bytes || hashOf(state) !== head.hash) return "it is damaged"
    if (!isOf(head, directory)) return "it is of another log"
    return { seq: head.seq, anchor: head.anchor, state: deserialize(state) as Snapshot }
  } catch (error) {
    return `it is damaged: ${error instanceof Error ? error.message : String(error)}`
  }
}

function isOf({ site, anchor }: Head, directory: DataDirectory): boolean {
  const db = openReadable(directory.log)
  try {
    const row = db
      .query<{ at: number }, [number]>("select at_ms as at from events where seq = ?")
      .get(anchor.seq)
    return siteOf(db) === site && row?.at === anchor.at
  } finally {
    db.close()
  }
}

/** Goes on from the last snapshot and takes a new one. */
export function renewSnapshot(directory: DataDirectory, { program, stateless, fold }: Fold): undefined {
  const last = readSnapshot(directory, program)
  const from = typeof last === "object" ? last : undefined
  const db = openReadable(directory.log)
  try {
    const seq = lastSeq(db)
    let anchor: Anchor = from?.anchor ?? { seq: 0, at: 0 }
    const rows = stateRows(db, { after: from?.seq ?? 0, through: seq, stateless })
    const state = fold(
      from?.state,
      tapped(rows, (row) => (anchor = { seq: row.seq, at: row.at })),
    )
    const bytes = serialize(state)
    const head: Head = { program, site: siteOf(db), seq, anchor, bytes: bytes.length, hash: hashOf(bytes) }
    writeWhole(directory.snapshot, (partial) => {
      const file = fs.openSync(partial, "w")
      try {
        fs.writeFileSync(file, `${JSON.stringify(head)}\n`)
        writeFlushed(file, bytes)
      } finally {
        fs.closeSync(file)
      }
    })
  } finally {
    db.close()
  }
}

interface Stretch {
  readonly after: number
  readonly through?: number
  readonly stateless: readonly string[]
}

/** What is read at once: while somebody reads, the WAL cannot begin anew, and only grows. */
const SLICE_ROWS = 20_000

/** Rows that change the state, in order. Such rows are never changed, so they need not all be read at one moment. */
export function* stateRows(db: Database, { after, through, stateless }: Stretch): Generator<Row> {
  const rows = db.query<Row, [number, number, string]>(STATE_ROWS)
  const types = JSON.stringify(stateless)
  const last = through ?? lastSeq(db)
  for (let from = after; from < last; from += SLICE_ROWS)
    yield* rows.iterate(from, Math.min(from + SLICE_ROWS, last), types)
}

const STATE_ROWS = `select seq, at_ms as at, type, channel_id as channelId, account_id as accountId, peer_id as peerId, text, body
  from events where seq > ? and seq <= ? and type not in (select value from json_each(?)) order by seq`

function* tapped<T>(items: Iterable<T>, tap: (item: T) => void): Generator<T> {
  for (const item of items) {
    tap(item)
    yield item
  }
}

function lastSeq(db: Database): number {
  return db.query<{ seq: number | null }, []>("select max(seq) as seq from events").get()?.seq ?? 0
}

function siteOf(db: Database): string {
  return db.query<{ site: string }, []>("select site from meta").get()?.site ?? ""
}

function hashOf(bytes: Uint8Array): string {
  return new Bun.CryptoHasher("sha256").update(bytes).digest("hex")
}
