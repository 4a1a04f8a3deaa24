// A snapshot of what the log has made: taken from it, gone on from, and left unread whenever it may be untrue.

import { afterEach, expect, test } from "bun:test"
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs"
import type { Row } from "../../src/core/seams.ts"
import type { Snapshot } from "../../src/core/snapshot.ts"
import { dataDirectory } from "../../src/storage/data-directory.ts"
import { readSnapshot, renewSnapshot } from "../../src/storage/snapshot-file.ts"
import { openSqliteLog } from "../../src/storage/sqlite-log.ts"
import { append, row, rowsFrom } from "./rows.ts"
import { removeTemporaryDirectories, temporaryDirectory } from "./temporary-directory.ts"

afterEach(removeTemporaryDirectories)

const PROGRAM = "chat 1"
const STATELESS = ["messageSent"]
const state = (seq: number) => row(seq, { type: "userJoined" })

/** The places of the rows stand for the state that they make; those of each folding are noted. */
function fold(folded: number[][] = []) {
  return {
    program: PROGRAM,
    stateless: STATELESS,
    fold(from: Snapshot | undefined, rows: Iterable<Row>) {
      const seqs = [...rows].map(({ seq }) => seq)
      folded.push(seqs)
      return [...((from as unknown as number[]) ?? []), ...seqs] as unknown as Snapshot
    },
  }
}

async function logOf(rows: readonly Row[], path = temporaryDirectory()) {
  const log = openSqliteLog(path, { stateless: STATELESS })
  await append(log, rows)
  await log.close()
  return dataDirectory(path)
}

test("each goes on from the one before, as far as the log goes", async () => {
  const directory = await logOf([state(1), ...rowsFrom(2, 3), state(5)])
  const folded: number[][] = []
  renewSnapshot(directory, fold(folded))
  expect(readSnapshot(directory, PROGRAM)).toMatchObject({ seq: 5, state: [1, 5] })
  await logOf([state(6), ...rowsFrom(7, 3)], directory.path)
  renewSnapshot(directory, fold(folded))
  expect(readSnapshot(directory, PROGRAM)).toMatchObject({ seq: 9, state: [1, 5, 6] })
  renewSnapshot(directory, fold(folded))
  expect(folded).toEqual([[1, 5], [6], []])
  expect(statSync(directory.snapshot).mode & 0o777).toBe(0o600)
})

test("a log begins from it, and replays what came after", async () => {
  const directory = await logOf([state(1), row(2)])
  renewSnapshot(directory, fold())
  await logOf([row(3), state(4)], directory.path)
  const log = openSqliteLog(directory.path, { stateless: STATELESS, program: PROGRAM })
  expect(log.snapshot as unknown).toEqual([1])
  expect([...log.replay()].map(({ seq }) => seq)).toEqual([4])
  await log.close()
})

test("none, one of another version, a damaged one and one of another log: the whole log is replayed", async () => {
  const directory = await logOf([state(1), row(2), state(3)])
  expect(readSnapshot(directory, PROGRAM)).toBeUndefined()
  renewSnapshot(directory, fold())
  const whole = readFileSync(directory.snapshot)
  const replayed = async () => {
    const log = openSqliteLog(directory.path, { stateless: STATELESS, program: PROGRAM })
    const { snapshotUnused: why } = log
    const seqs = [...log.replay()].map(({ seq }) => seq)
    await log.close()
    return { why, seqs }
  }
  const seqs = [1, 3]
  expect(readSnapshot(directory, "chat 2")).toBe("it was taken by another version")
  for (const at of [whole.length - 1, whole.indexOf("\n") + 1, 0]) {
    const bytes = Buffer.from(whole)
    bytes[at] = (bytes[at] ?? 0) ^ 0xff
    writeFileSync(directory.snapshot, bytes)
    expect(await replayed()).toEqual({ why: expect.stringContaining("it is damaged"), seqs })
  }
  writeFileSync(directory.snapshot, whole.subarray(0, whole.length - 5))
  expect(await replayed()).toEqual({ why: "it is damaged", seqs })
  writeFileSync(directory.snapshot, "")
  expect(await replayed()).toEqual({ why: expect.stringContaining("it is damaged"), seqs })

  const other = await logOf([state(1), state(2), state(3)])
  writeFileSync(other.snapshot, whole)
  expect(readSnapshot(other, PROGRAM)).toBe("it is of another log")
})

test("one that cannot be taken leaves the last as it is", async () => {
  const directory = await logOf([state(1)])
  renewSnapshot(directory, fold())
  const before = readFileSync(directory.snapshot)
  const broken = { ...fold(), fold: () => ({ not: () => "cloned" }) as unknown as Snapshot }
  expect(() => renewSnapshot(directory, broken)).toThrow()
  expect(readFileSync(directory.snapshot).equals(before)).toBe(true)
  expect(existsSync(`${directory.snapshot}.partial`)).toBe(false)
})
