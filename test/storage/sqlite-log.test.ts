// What only the log on disk can do and can suffer: its lock, its files, its schema, and damage to it.

import { Database } from "bun:sqlite"
import { afterEach, expect, test } from "bun:test"
import { chmodSync, copyFileSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { openSqliteLog } from "../../src/storage/sqlite-log.ts"
import { EXIT, UserError } from "../../src/user-error.ts"
import { Child } from "./child.ts"
import { append, query, row, rowsFrom } from "./rows.ts"
import { removeTemporaryDirectories, temporaryDirectory } from "./temporary-directory.ts"

afterEach(removeTemporaryDirectories)

function refusal(open: () => unknown): UserError {
  try {
    open()
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    expect(error.exitCode).toBe(EXIT.refusedToStart)
    expect(error.hint).toBeString()
    return error
  }
  throw new Error("was not refused")
}

async function oldLog(rows = 3): Promise<string> {
  const directory = temporaryDirectory()
  const log = openSqliteLog(directory)
  await append(log, rowsFrom(1, rows))
  await log.close()
  return directory
}

test("a second server is refused at once, in this process and in another", async () => {
  const directory = temporaryDirectory()
  const words = `data directory ${directory} is in use by another chat server`
  const log = openSqliteLog(directory)
  expect(refusal(() => openSqliteLog(directory)).message).toBe(words)
  const child = new Child([directory])
  await child.process.exited
  expect(await new Response(child.process.stderr).text()).toContain(words)
  await log.close()

  const holder = new Child([directory])
  await holder.says(/^ack/)
  expect(refusal(() => openSqliteLog(directory)).message).toBe(words)
  await holder.kill()
  await openSqliteLog(directory).close()
})

test("files are for the owner alone, and only whole files are left behind", async () => {
  const before = process.umask()
  const directory = temporaryDirectory()
  const log = openSqliteLog(directory)
  await append(log, [row(1)])
  expect(process.umask()).toBe(before)
  const files = readdirSync(directory)
  expect(files.toSorted()).toEqual(["lock.db", "log.db", "log.db-shm", "log.db-wal", "reserve"])
  for (const file of files)
    expect([file, statSync(join(directory, file)).mode & 0o777]).toEqual([file, 0o600])
  await log.close()
  expect(readdirSync(directory).toSorted()).toEqual(["lock.db", "log.db", "reserve"])
  expect(statSync(join(directory, "reserve")).size).toBe(16 * 1024 * 1024)
})

test("the site's name is made once", async () => {
  const directory = temporaryDirectory()
  const first = openSqliteLog(directory)
  expect(first.site).toMatch(/^[a-z0-9]{16}$/)
  await first.close()
  const second = openSqliteLog(directory)
  expect(second.site).toBe(first.site)
  await second.close()
  const other = openSqliteLog(temporaryDirectory())
  expect(other.site).not.toBe(first.site)
  expect(other.cloakSecret).not.toBe(first.cloakSecret)
  await other.close()
})

test("an epoch counts as soon as the log is open, whatever comes of the run", async () => {
  const directory = temporaryDirectory()
  const log = openSqliteLog(directory)
  const copy = temporaryDirectory()
  copyFileSync(join(directory, "log.db"), join(copy, "log.db"))
  await log.close()
  const other = openSqliteLog(copy)
  expect(other.epoch).toBe(2)
  await other.close()
})

test("a log of a newer version is refused, and left as it was", async () => {
  const directory = await oldLog()
  const path = join(directory, "log.db")
  const db = new Database(path)
  db.run("update meta set schema = 99")
  db.close()
  const before = readFileSync(path)
  const { message } = refusal(() => openSqliteLog(directory))
  expect(message).toBe(`the log ${path} was written by a newer version of chat (schema 99)`)
  expect(readFileSync(path).equals(before)).toBe(true)
})

test("another program's database is refused", () => {
  const directory = temporaryDirectory()
  const path = join(directory, "log.db")
  const db = new Database(path)
  db.run("create table recipes (name text)")
  db.close()
  expect(refusal(() => openSqliteLog(directory)).message).toBe(`${path} is not a log of chat`)
})

test("what is no database is called damaged", () => {
  const directory = temporaryDirectory()
  writeFileSync(join(directory, "log.db"), "not a database ".repeat(1000))
  expect(refusal(() => openSqliteLog(directory)).message).toStartWith(
    `the log ${join(directory, "log.db")} is damaged`,
  )
})

test("damage inside the file is found at the latest when the log is replayed, in the same words", async () => {
  const directory = await oldLog(5000)
  const path = join(directory, "log.db")
  const bytes = readFileSync(path)
  bytes.fill(0xff, 4096)
  writeFileSync(path, bytes)
  const words = refusal(() => [...openSqliteLog(directory).replay()]).message
  expect(words).toStartWith(`the log ${path} is damaged`)
})

test("damage in the middle of the file alone leaves the start intact and stops the replay", async () => {
  const directory = await oldLog(5000)
  const path = join(directory, "log.db")
  const bytes = readFileSync(path)
  bytes.fill(0xff, bytes.length >> 1, (bytes.length >> 1) + 8192)
  writeFileSync(path, bytes)
  const log = openSqliteLog(directory)
  expect(refusal(() => [...log.replay()]).message).toStartWith(`the log ${path} is damaged`)
  await log.close()
})

// Root may write everything.
test.skipIf(process.getuid?.() === 0)("a directory that may not be written is named", () => {
  const directory = temporaryDirectory()
  chmodSync(directory, 0o500)
  expect(refusal(() => openSqliteLog(directory)).message).toContain(directory)
})

test("a turn before the last one was acknowledged is a bug", async () => {
  const log = openSqliteLog(temporaryDirectory())
  const first = append(log, [row(1)])
  expect(() => log.append([row(2)], () => {})).toThrow("before the last one was acknowledged")
  await first
  await log.close()
})

test("a commit that breaks a rule of the log is its end, and is never acknowledged", async () => {
  const log = openSqliteLog(temporaryDirectory())
  await append(log, [row(1)])
  // Not `expect().rejects`: it waits in a loop of its own, in which threads are not heard.
  const failure = await append(log, [row(2), row(1)]).catch((error: Error) => error.message)
  expect(failure).toStartWith("the log cannot be written: UNIQUE constraint failed")
  let acknowledged = false
  log.append([row(2)], () => (acknowledged = true))
  expect(await log.read(query())).toEqual([row(1)])
  expect(acknowledged).toBe(false)
  await log.close()
})
