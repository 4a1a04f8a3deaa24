// A backup is whole or not there, and a restore changes nothing before everything in it was found right.

import { Database } from "bun:sqlite"
import { afterEach, describe, expect, test } from "bun:test"
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs"
import { dirname, join } from "node:path"
import { backUp } from "../../src/storage/backup.ts"
import { usedBytes } from "../../src/storage/copy-log.ts"
import { dataDirectory } from "../../src/storage/data-directory.ts"
import { openWritable } from "../../src/storage/database.ts"
import { erase } from "../../src/storage/erasing.ts"
import { takeLock } from "../../src/storage/file-lock.ts"
import { Jobs } from "../../src/storage/jobs.ts"
import { lastBackup } from "../../src/storage/last-backup.ts"
import { restore } from "../../src/storage/restore.ts"
import { saidRows } from "../../src/storage/said-rows.ts"
import { openSqliteLog } from "../../src/storage/sqlite-log.ts"
import { UserError } from "../../src/user-error.ts"
import { append, query, row, rowsFrom, termsOf } from "./rows.ts"
import { canMount, mountSmallDisk, unmountSmallDisks } from "./small-disk.ts"
import { removeTemporaryDirectories, temporaryDirectory } from "./temporary-directory.ts"

afterEach(() => {
  unmountSmallDisks()
  removeTemporaryDirectories()
})

const PROGRAM = "chat test"

/** A data directory with a log, an authority and a configuration; and where a backup of it may go. */
async function site(path = temporaryDirectory()) {
  const log = openSqliteLog(path)
  await append(log, rowsFrom(1, 100))
  await log.close()
  mkdirSync(join(path, "authority"), { mode: 0o700 })
  writeFileSync(join(path, "authority", "ca.key"), "the key", { mode: 0o600 })
  writeFileSync(join(path, "chat.toml"), "[server]\n")
  return { directory: dataDirectory(path), file: join(temporaryDirectory(), "backup.tar") }
}

function refusalOf(action: () => unknown): UserError {
  try {
    action()
  } catch (error) {
    if (error instanceof UserError) return error
    throw error
  }
  throw new Error("was not refused")
}

test("two backups to one file do not meet", async () => {
  const { directory, file } = await site()
  const unlock = takeLock(`${file}.lock`)!
  expect(refusalOf(() => backUp(directory, file, PROGRAM)).message).toBe(`a backup to ${file} is under way`)
  unlock()
  backUp(directory, file, PROGRAM)
  expect(readdirSync(dirname(file))).toEqual(["backup.tar"])
  expect(refusalOf(() => backUp(directory, file, PROGRAM)).message).toBe(`${file} exists already`)
})

test("everything comes back, for the owner alone, and goes on in a new epoch", async () => {
  const { directory, file } = await site()
  const manifest = backUp(directory, file, PROGRAM)
  expect(manifest).toMatchObject({ v: 1, program: PROGRAM, seq: 100, epoch: 1 })
  expect(manifest.files.map(({ path }) => path)).toEqual(["log.db", "chat.toml", "authority/ca.key"])
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(readdirSync(join(file, ".."))).toEqual(["backup.tar"])
  expect(lastBackup(directory)).toEqual({ file, made: manifest.made })

  const path = join(temporaryDirectory(), "new")
  expect(restore(file, path, false)).toEqual({ manifest, aside: undefined })
  expect(readdirSync(path).toSorted()).toEqual(["authority", "chat.toml", "lock.db", "log.db"])
  expect(readFileSync(join(path, "authority", "ca.key"), "utf8")).toBe("the key")
  for (const name of ["log.db", "chat.toml", "authority/ca.key"])
    expect(statSync(join(path, name)).mode & 0o777).toBe(0o600)
  const log = openSqliteLog(path)
  expect(log.epoch).toBeGreaterThan(1000)
  expect(log.nextSeq).toBe(101)
  expect((await log.read(query())).map(({ seq }) => seq)).toEqual(rowsFrom(1, 100).map(({ seq }) => seq))
  await log.close()
})

test("it is made while the log is written, and is the log of one moment", async () => {
  const { directory, file } = await site()
  const log = openSqliteLog(directory.path)
  await append(log, rowsFrom(101, 100))
  expect(backUp(directory, file, PROGRAM)).toMatchObject({ seq: 200, epoch: 2 })
  await append(log, [row(201)])
  await log.close()
  const path = temporaryDirectory()
  restore(file, path, false)
  const restored = openSqliteLog(path)
  expect(restored.nextSeq).toBe(201)
  await restored.close()
})

test("other programs read it", async () => {
  const { directory, file } = await site()
  backUp(directory, file, PROGRAM)
  const { stdout } = Bun.spawnSync(["tar", "tvf", file])
  expect(stdout.toString().trim().split("\n")).toHaveLength(4)
  const manifest = Bun.spawnSync(["tar", "xOf", file, "manifest.json"]).stdout.toString()
  expect(JSON.parse(manifest)).toMatchObject({ v: 1, seq: 100 })
})

test("a file that is there is not overwritten, and a folder without a log has nothing to keep", async () => {
  const { directory, file } = await site()
  writeFileSync(file, "mine")
  expect(refusalOf(() => backUp(directory, file, PROGRAM)).message).toBe(`${file} exists already`)
  expect(readFileSync(file, "utf8")).toBe("mine")
  const empty = dataDirectory(temporaryDirectory())
  expect(refusalOf(() => backUp(empty, `${file}2`, PROGRAM)).message).toBe(`there is no log in ${empty.path}`)
})

test("what is said in a deleted row is in no later backup", async () => {
  const { directory, file } = await site()
  const db = new Database(directory.log)
  db.run(
    "insert into events (seq, at_ms, type, body, text) values (101, 2000000, 'messageSent', '{}', 'erase-this-word')",
  )
  db.run("update events set text = null where seq = 101")
  db.close()
  backUp(directory, file, PROGRAM)
  expect(readFileSync(file).includes("erase-this-word")).toBe(false)
})

test("what is acknowledged as erased is in no later backup or export, though it is still on the disk", async () => {
  const { directory, file } = await site()
  const texts = { said: "erase-this-word of ", kept: "leave-that-one of " }
  const db = openWritable(directory.log, "lazy")
  const insert = db.prepare("insert into events values (?, ?, 'messageSent', 1, ?, '{}', ?, null)")
  for (let seq = 101; seq <= 700; seq++) {
    const [account, text] = seq % 6 === 0 ? [8, texts.kept] : [7, texts.said]
    insert.run(seq, 2_000_000 + seq, account, text + seq)
  }
  insert.finalize()
  const jobs = new Jobs(directory.log)
  while (jobs.history.through < 700) jobs.history.follow(700)
  while (jobs.search.through < 700) jobs.search.follow(700)
  jobs.close()
  erase(db, { accountId: 7, types: ["messageSent"] }, 700)
  const exported = [...saidRows(db, { types: ["messageSent"] })].map(({ text }) => text ?? "")
  expect(exported.filter((text) => text.startsWith(texts.said))).toEqual([])
  expect(exported.filter((text) => text.startsWith(texts.kept))).toHaveLength(100)
  db.close()

  backUp(directory, file, PROGRAM)
  expect(readFileSync(directory.log).includes(texts.said)).toBe(true)
  const bytes = readFileSync(file)
  expect(bytes.includes(texts.said)).toBe(false)
  expect(bytes.includes(texts.kept)).toBe(true)
  expect(readdirSync(join(file, ".."))).toEqual(["backup.tar"])
  const path = join(temporaryDirectory(), "new")
  restore(file, path, false)
  const restored = openWritable(join(path, "log.db"), "lazy")
  expect(termsOf(restored).filter((term) => "erase-this".includes(term))).toEqual([])
  restored.close()
})

describe("a restore refuses", () => {
  test("a directory that is not empty; with force, what was there is kept", async () => {
    const { directory, file } = await site()
    backUp(directory, file, PROGRAM)
    const db = new Database(directory.log)
    db.run("update meta set epoch = 900000")
    db.close()
    writeFileSync(directory.snapshot, "of the log before")
    const { message, exitCode } = refusalOf(() => restore(file, directory.path, false))
    expect([message, exitCode]).toEqual([`the data directory ${directory.path} is not empty`, 78])
    const { aside = "" } = restore(file, directory.path, true)
    expect(readdirSync(aside).toSorted()).toEqual(["authority", "chat.toml", "log.db", "snapshot"])
    expect(existsSync(directory.snapshot)).toBe(false)
    expect(existsSync(directory.backups)).toBe(true)
    const log = openSqliteLog(directory.path)
    // Greater than any that the log which is gone had used.
    expect(log.epoch).toBe(900_001)
    await log.close()
  })

  test("a directory whose server runs", async () => {
    const { directory, file } = await site()
    backUp(directory, file, PROGRAM)
    const log = openSqliteLog(directory.path)
    expect(refusalOf(() => restore(file, directory.path, true)).message).toContain(
      "is in use by another chat server",
    )
    await log.close()
  })

  test("a file that is not there, is no backup, is cut short or was changed", async () => {
    const { directory, file } = await site()
    backUp(directory, file, PROGRAM)
    const whole = readFileSync(file)
    const path = temporaryDirectory()
    const refusedAs = (bytes: Uint8Array) => {
      writeFileSync(file, bytes)
      const { message, exitCode } = refusalOf(() => restore(file, path, false))
      expect(exitCode).toBe(78)
      expect(readdirSync(path)).toEqual(["lock.db"])
      return message.replace(`the backup ${file} cannot be used: `, "")
    }
    expect(refusalOf(() => restore(`${file}2`, path, false)).message).toBe(`there is no file ${file}2`)
    expect(refusedAs(Buffer.from("not a backup ".repeat(100)))).toBe("it is no backup, or it is damaged")
    expect(refusedAs(whole.subarray(0, whole.length >> 1))).toBe("it ends too early")
    expect(refusedAs(whole.subarray(0, 1024 * 3))).toMatch(/it ends too early|it is not whole/)
    const changed = Buffer.from(whole)
    changed[whole.length >> 1] = (changed[whole.length >> 1] ?? 0) ^ 1
    expect(refusedAs(changed)).toBe("log.db is not as it was")
    const key = whole.indexOf("the key")
    changed.set(whole)
    changed.write("no key!", key)
    expect(refusedAs(changed)).toBe("authority/ca.key is not as it was")
  })

  test("names that lead out of the directory", async () => {
    const { directory, file } = await site()
    backUp(directory, file, PROGRAM)
    const folder = temporaryDirectory()
    const path = join(folder, "data")
    const outside = Buffer.from(readFileSync(file))
    for (let at = outside.indexOf("chat.toml"); at >= 0; at = outside.indexOf("chat.toml", at + 1))
      outside.write("../x.toml", at)
    // The sums of the headers follow from the names.
    const sum = [..."chat.toml"].reduce((all, one) => all + one.charCodeAt(0), 0)
    const other = [..."../x.toml"].reduce((all, one) => all + one.charCodeAt(0), 0)
    const at = outside.lastIndexOf("../x.toml")
    const before = Number.parseInt(outside.toString("latin1", at + 148, at + 154), 8)
    outside.write((before - sum + other).toString(8).padStart(6, "0"), at + 148)
    writeFileSync(file, outside)
    expect(refusalOf(() => restore(file, path, false)).message).toContain('it holds "../x.toml"')
    expect(readdirSync(folder)).toEqual(["data"])
  })
})

test("a server does not begin with half a restore", async () => {
  const { directory } = await site()
  mkdirSync(directory.restoring)
  const { message, exitCode } = refusalOf(() => openSqliteLog(directory.path))
  expect([message, exitCode]).toEqual([`a restore of ${directory.path} was not finished`, 78])
})

describe.skipIf(!canMount)("on a small disk (needs root, to mount a tmpfs)", () => {
  test("no room for a backup, and a disk that fills meanwhile, leave nothing", async () => {
    const disk = mountSmallDisk(40)
    const { directory } = await site()
    const db = new Database(directory.log)
    db.run(
      `with recursive n(i) as (select 101 union all select i + 1 from n where i < 12000)
       insert into events (seq, at_ms, type, body, text) select i, 9000000, 'messageSent', '{}', hex(randomblob(500)) from n`,
    )
    db.close()
    const file = join(disk.data, "backup.tar")
    disk.fill(20 * 1024 * 1024)
    expect(refusalOf(() => backUp(directory, file, PROGRAM)).message).toStartWith("no room on the disk for ")
    expect(readdirSync(disk.data)).toEqual([])
    disk.free()
    backUp(directory, file, PROGRAM)
    // The authority grows past what was looked at.
    appendFileSync(join(directory.authority, "large"), new Uint8Array(30 * 1024 * 1024))
    expect(refusalOf(() => backUp(directory, `${file}2`, PROGRAM)).message).toStartWith(
      "no room on the disk for ",
    )
    expect(readdirSync(disk.data)).toEqual(["backup.tar"])
  })

  test("no room to erase in the copy what is still listed leaves nothing, and names the disk of the backup", async () => {
    const { directory, file } = await site()
    const db = openWritable(directory.log, "lazy")
    db.run(
      `with recursive n(i) as (select 101 union all select i + 1 from n where i < 40000)
       insert into events select i, 9000000, 'messageSent', 1, 7, '{}', 'said ' || i || ' and more' || hex(i), null from n`,
    )
    const jobs = new Jobs(directory.log)
    while (jobs.history.through < 40_000) jobs.history.follow(40_000)
    while (jobs.search.through < 40_000) jobs.search.follow(40_000)
    jobs.close()
    erase(db, { accountId: 7, types: ["messageSent"] }, 40_000)
    const disk = mountSmallDisk(Math.ceil((2.2 * usedBytes(db)) / 1024 ** 2))
    db.close()
    const copy = join(disk.data, "backup.tar")
    expect(refusalOf(() => backUp(directory, copy, PROGRAM)).message).toBe(`no room on the disk for ${copy}`)
    expect(readdirSync(disk.data)).toEqual([])
    expect(backUp(directory, file, PROGRAM).seq).toBe(40_000)
  })
})
