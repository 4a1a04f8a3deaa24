// The tables of log.db. `events` is append-only (but for text that is erased); everything else can be made from it,
// except `meta`, whose single row is made once.

import type { Database } from "bun:sqlite"
import { EXIT, UserError } from "../user-error.ts"
import { MIGRATIONS } from "./migrations.ts"
import { randomName, randomSecret } from "./random.ts"

/** Each step raises it; older programs refuse a newer one. */
export const SCHEMA = MIGRATIONS.length + 1

/** "chat" in ASCII: tells our file from another program's, for us and for file(1). */
const APPLICATION_ID = 0x63686174

// Schema 1, where every log begins; `migrations.ts` says what became of it. No secondary index on `events`: it would double
// to quadruple the cost of a commit. `history` is one, kept by hand and filled behind; `indexes` says how far.
const TABLES = `
  create table events (
    seq integer primary key,
    at_ms integer not null,
    type text not null,
    channel_id integer,
    account_id integer,
    body text not null,
    text text
  ) strict;
  create table history (
    channel_id integer not null,
    seq integer not null,
    type text not null,
    primary key (channel_id, seq)
  ) strict, without rowid;
  create table indexes (
    name text primary key,
    through_seq integer not null
  ) strict, without rowid;
  insert into indexes values ('history', 0);
  create table meta (
    the_only integer primary key check (the_only = 1),
    schema integer not null,
    site text not null,
    epoch integer not null,
    cloak_secret text not null
  ) strict;
`

/** How a run begins: what the log knows before its first row is read. */
export interface Beginning {
  readonly epoch: number
  readonly nextSeq: number
  readonly lastAt: number
  readonly site: string
  readonly cloakSecret: string
}

/** Makes the tables if there are none, and counts this run: durable when it returns. The schema is this one's. */
export function begin(db: Database, path: string): Beginning {
  db.run("begin immediate")
  if (isEmpty(db)) create(db)
  db.run("update meta set epoch = epoch + 1")
  const meta = db.query<Meta, []>("select epoch, site, cloak_secret as cloakSecret from meta").get()
  const last = db.query<Last, []>("select seq, at_ms as at from events order by seq desc limit 1").get()
  if (meta === null) throw foreign(path)
  db.run("commit")
  return { ...meta, nextSeq: (last?.seq ?? 0) + 1, lastAt: last?.at ?? 0 }
}

type Meta = { epoch: number; site: string; cloakSecret: string }
type Last = { seq: number; at: number }

function isEmpty(db: Database): boolean {
  return db.query("select 1 from sqlite_schema limit 1").get() === null
}

function create(db: Database): void {
  db.run(TABLES)
  for (const step of MIGRATIONS) step(db)
  db.run(`pragma application_id = ${APPLICATION_ID}`)
  db.run("insert into meta values (1, ?, ?, 0, ?)", [SCHEMA, randomName(), randomSecret()])
}

/** The schema of a log, undefined when the file is new; throws a UserError for other files and schemas above `most`. */
export function schemaOf(db: Database, path: string, most = SCHEMA): number | undefined {
  if (isEmpty(db)) return undefined
  const file = db.query<{ application_id: number }, []>("pragma application_id").get()
  if (file?.application_id !== APPLICATION_ID) throw foreign(path)
  const meta = db.query<{ schema: number }, []>("select schema from meta").get()
  if (meta === null) throw foreign(path)
  if (meta.schema > most) {
    throw new UserError(`the log ${path} was written by a newer version of chat (schema ${meta.schema})`, {
      hint: `this version reads schemas up to ${most}: install the newer one, or restore a backup from before`,
      exitCode: EXIT.refusedToStart,
    })
  }
  return meta.schema
}

function foreign(path: string): UserError {
  return new UserError(`${path} is not a log of chat`, {
    hint: "name another directory with --data DIR, or move this file away",
    exitCode: EXIT.refusedToStart,
  })
}
