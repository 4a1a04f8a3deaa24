// A log of an older version: a copy first, then every step or none.

import { Database } from "bun:sqlite"
import { afterEach, describe, expect, test } from "bun:test"
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { dataDirectory, privately } from "../../src/storage/data-directory.ts"
import { openWritable } from "../../src/storage/database.ts"
import { formerLogs, migrate } from "../../src/storage/migrate.ts"
import { type Migration, MIGRATIONS } from "../../src/storage/migrations.ts"
import { begin, SCHEMA } from "../../src/storage/schema.ts"
import { openSqliteLog } from "../../src/storage/sqlite-log.ts"
import { UserError } from "../../src/user-error.ts"
import { append, rowsFrom } from "./rows.ts"
import { canMount, mountSmallDisk, unmountSmallDisks } from "./small-disk.ts"
import { removeTemporaryDirectories, temporaryDirectory } from "./temporary-directory.ts"

afterEach(() => {
  unmountSmallDisks()
  removeTemporaryDirectories()
})

const addColumn: Migration = (db) => db.run("alter table events add column mood text")
const addTable: Migration = (db) => db.run("create table moods (name text) strict")
const NEXT = [...MIGRATIONS, addColumn, addTable]
const TO = NEXT.length + 1

async function oldLog(directory = temporaryDirectory()) {
  const log = openSqliteLog(directory)
  await append(log, rowsFrom(1, 50))
  await log.close()
  return dataDirectory(directory)
}

/** Migrates with these steps; what was said meanwhile, and how it ended. */
function migrated(directory: ReturnType<typeof dataDirectory>, steps: readonly Migration[]) {
  const said: string[] = []
  const db = openWritable(directory.log, "durable")
  try {
    privately(() => migrate(db, directory, (what) => said.push(what), steps))
    return { said, refused: undefined }
  } catch (refused) {
    return { said, refused: refused as Error }
  } finally {
    db.close()
  }
}

function schemaIn(path: string): number | undefined {
  using db = new Database(path, { readonly: true })
  return db.query<{ schema: number }, []>("select schema from meta").get()?.schema
}

function countIn(path: string): number | undefined {
  using db = new Database(path, { readonly: true })
  return db.query<{ count: number }, []>("select count(*) as count from events").get()?.count
}

test("every step is taken, and the log as it was before is kept for its owner alone", async () => {
  const directory = await oldLog()
  const { said, refused } = migrated(directory, NEXT)
  expect(refused).toBeUndefined()
  expect(schemaIn(directory.log)).toBe(TO)
  const [copy = ""] = readdirSync(directory.backups)
  expect(copy).toMatch(new RegExp(`^log-schema-${SCHEMA}-\\d{4}-\\d\\d-\\d\\dT\\d{6}\\.db$`))
  const path = join(directory.backups, copy)
  expect([schemaIn(path), countIn(path), statSync(path).mode & 0o777]).toEqual([SCHEMA, 50, 0o600])
  expect(statSync(directory.backups).mode & 0o777).toBe(0o700)
  expect(said.join("\n")).toContain(`from schema ${SCHEMA} to ${TO}`)
  expect(formerLogs(directory)).toEqual([{ file: path, madeAt: statSync(path).mtimeMs }])
  // Once is enough.
  expect(migrated(directory, NEXT).said).toEqual([])
})

test("a step that fails leaves the log as it was, and no copy", async () => {
  const directory = await oldLog()
  const fails: Migration = (db) => db.run("insert into nowhere values (1)")
  const { refused } = migrated(directory, [...NEXT, fails])
  expect(refused).toBeInstanceOf(UserError)
  expect(refused?.message).toContain(`could not be brought from schema ${SCHEMA} to ${TO + 1}: no such table`)
  expect(readdirSync(directory.backups)).toEqual([])
  expect([schemaIn(directory.log), countIn(directory.log)]).toEqual([SCHEMA, 50])
  await openSqliteLog(directory.path).close()
})

test("a disk that fills in the middle leaves the log as it was", async () => {
  const directory = await oldLog()
  const fills: Migration = (db) => {
    db.query("pragma max_page_count = 1").get()
    db.run("create table large as select hex(randomblob(1000000)) as bytes")
  }
  const { refused } = migrated(directory, [...MIGRATIONS, fills])
  expect(refused?.message).toBe(`no room left on the disk of ${directory.log}`)
  expect(schemaIn(directory.log)).toBe(SCHEMA)
  await openSqliteLog(directory.path).close()
})

test("a copy that is not sound ends it before the first step", async () => {
  const directory = await oldLog()
  const bytes = readFileSync(directory.log)
  // An empty page in the middle of the rows.
  bytes.fill(0, 4096 * 2, 4096 * 3)
  writeFileSync(directory.log, bytes)
  const { refused } = migrated(directory, NEXT)
  expect(refused).toBeDefined()
  expect(existsSync(directory.backups) ? readdirSync(directory.backups) : []).toEqual([])
})

test("a schema above this one's is refused, and a new file is not touched", async () => {
  const directory = await oldLog()
  expect(migrated(directory, NEXT).refused).toBeUndefined()
  const { refused } = migrated(directory, MIGRATIONS)
  expect(refused?.message).toBe(
    `the log ${directory.log} was written by a newer version of chat (schema ${TO})`,
  )
  const empty = dataDirectory(temporaryDirectory())
  expect(migrated(empty, NEXT)).toEqual({ said: [], refused: undefined })
  expect(existsSync(empty.backups)).toBe(false)
})

describe.skipIf(!canMount)("on a small disk (needs root, to mount a tmpfs)", () => {
  test("no room for the copy is said before anything is changed", async () => {
    const disk = mountSmallDisk(40)
    mkdirSync(disk.data, { recursive: true })
    const directory = await oldLog(disk.data)
    disk.fill(22 * 1024 * 1024)
    const { refused } = migrated(directory, NEXT)
    expect(refused?.message).toStartWith("no room on the disk for ")
    expect(readdirSync(directory.backups)).toEqual([])
    expect(schemaIn(directory.log)).toBe(SCHEMA)
  })
})

/** Schema 1, as the first logs have it. */
const SCHEMA_1 = `
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
  insert into meta values (1, 1, 'site', 0, 'secret');
  pragma application_id = ${0x63686174};
`

test("a log of schema 1 becomes what a new log is", () => {
  const [old, fresh] = [dataDirectory(temporaryDirectory()), dataDirectory(temporaryDirectory())]
  using first = openWritable(old.log, "durable")
  first.run(SCHEMA_1)
  migrate(first, old, () => {})
  using second = openWritable(fresh.log, "durable")
  begin(second, fresh.log)
  expect(shapeOf(first)).toEqual(shapeOf(second))
})

test("what was indexed in one table for all is indexed again in parts, and nothing of it is left behind", async () => {
  const old = dataDirectory(temporaryDirectory())
  {
    using db = openWritable(old.log, "durable")
    db.run(SCHEMA_1)
    privately(() => migrate(db, old, () => {}, MIGRATIONS.slice(0, 1)))
    db.run(
      `insert into events (seq, at_ms, type, channel_id, body, text)
        values (1, 1, 'messageSent', 1, '{}', 'a word of runes: ᚠᚢᚦ')`,
    )
    db.run("insert into search (rowid, text) values (1, 'ᚠᚢᚦ')")
    db.run("update indexes set through_seq = 1")
  }
  const log = openSqliteLog(old.path)
  const stretch = { types: ["messageSent"], keep: "newest", limit: 1 } as const
  const query = { kind: "search", words: ["ᚠᚢᚦ"], accountId: null, channelIds: [1], ...stretch } as const
  const { rows } = await log.search(query)
  expect(rows.map(({ seq }) => seq)).toEqual([1])
  await log.close()
  using db = new Database(old.log, { readonly: true })
  expect(
    db
      .query("select name from sqlite_schema where name = 'search' or name like 'search@_data' escape '@'")
      .all(),
  ).toEqual([])
})

/** Every table with its columns, whatever their order, and every index of ours. */
function shapeOf(db: Database) {
  const names = db
    .query<{ name: string; type: string }, []>(
      "select name, type from sqlite_schema where name not like 'sqlite_%' order by name",
    )
    .all()
  return names.map(({ name, type }) => {
    const columns = db
      .query<{ name: string; type: string; notnull: number; pk: number }, [string]>(
        'select name, type, "notnull", pk from pragma_table_info(?) order by name',
      )
      .all(name)
    return { name, type, columns }
  })
}
