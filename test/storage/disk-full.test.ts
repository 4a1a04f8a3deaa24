// A full disk (docs/ARCHITECTURE.md, law 4): the reserve is spent, everybody is told, nothing acknowledged is lost,
// and the server comes back by itself when there is room.

import { afterEach, describe, expect, test } from "bun:test"
import { existsSync, statSync } from "node:fs"
import { join } from "node:path"
import type { Row } from "../../src/core/seams.ts"
import { openReadable } from "../../src/storage/database.ts"
import { openSqliteLog, type SqliteLog } from "../../src/storage/sqlite-log.ts"
import { EXIT } from "../../src/user-error.ts"
import { filesWith } from "./bytes.ts"
import { checkLog } from "./check-log.ts"
import { Child } from "./child.ts"
import { append, isBehind, query, row, textOf } from "./rows.ts"
import { canMount, mountSmallDisk, unmountSmallDisks } from "./small-disk.ts"
import { removeTemporaryDirectories } from "./temporary-directory.ts"

afterEach(() => {
  unmountSmallDisks()
  removeTemporaryDirectories()
})

const MIB = 1024 * 1024
const RETRY_MS = 100
/** Beside the reserve there is room for the ballast and a log of a few MiB; the ballast's room is enough to recover. */
const DISK_MIB = 40
const BALLAST_BYTES = 16 * MIB

/** Rows of about 4 KiB each. */
function bigRows(seq: number, count: number): Row[] {
  return Array.from({ length: count }, (_, i) => row(seq + i, { text: textOf(seq + i).padEnd(4000, ".") }))
}

/** Appends from `first` on, and returns the last seq. */
async function appendUntil(log: SqliteLog, first: number, isEnough: () => boolean): Promise<number> {
  let seq = first
  while (!isEnough()) {
    await append(log, bigRows(seq, 8))
    seq += 8
  }
  return seq - 1
}

function becomes(states: readonly boolean[], wanted: boolean): Promise<void> {
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (states.at(-1) !== wanted) return
      clearInterval(timer)
      resolve()
    }, 5)
  })
}

describe.skipIf(!canMount)("on a small disk (needs root, to mount a tmpfs)", () => {
  test("a full disk makes the log read-only, and room makes it writable again", async () => {
    const disk = mountSmallDisk(DISK_MIB)
    const states: boolean[] = []
    const log = openSqliteLog(disk.data, { reserveRetryMs: RETRY_MS })
    log.onReadOnly = (readOnly) => states.push(readOnly)
    // After the first acknowledgement the reserve is there, and the ballast cannot take its place.
    await append(log, bigRows(1, 1))
    disk.fill(BALLAST_BYTES)
    const last = await appendUntil(log, 2, () => states.includes(true))
    expect(states).toEqual([true])
    expect(existsSync(join(disk.data, "reserve"))).toBe(false)

    // Who leaves is still recorded, and history can be read.
    await append(log, bigRows(last + 1, 1))
    const page = await log.read(query({ limit: 2 }))
    expect(page.map(({ seq }) => seq)).toEqual([last, last + 1])

    disk.free()
    await becomes(states, false)
    expect(states).toEqual([true, false])
    expect(statSync(join(disk.data, "reserve")).size).toBe(16 * MIB)
    await append(log, bigRows(last + 2, 1))
    await log.close()
    expect(checkLog(disk.data, last + 2)).toBe(last + 2)
  })

  test("on a full disk no index takes the room that is left; what is erased then is erased", async () => {
    const disk = mountSmallDisk(DISK_MIB)
    const states: boolean[] = []
    const log = openSqliteLog(disk.data, { reserveRetryMs: RETRY_MS })
    log.onReadOnly = (readOnly) => states.push(readOnly)
    await append(log, [row(1, { accountId: 5, text: "ᚠᚢᚦᚨ" }), ...bigRows(2, 1)])
    disk.fill(BALLAST_BYTES)
    const last = await appendUntil(log, 3, () => states.includes(true))
    const erases = { accountId: 5, types: ["messageSent"] }
    await append(log, [row(last + 1, { type: "accountErased", text: null, erases })])
    expect(await log.read({ kind: "place", seq: 1 })).toEqual([])

    disk.free()
    await becomes(states, false)
    const reader = openReadable(join(disk.data, "log.db"))
    while (isBehind(reader)) await Bun.sleep(5)
    reader.close()
    while (filesWith(disk.data, "ᚠᚢᚦᚨ").length > 0) await Bun.sleep(5)
    await log.close()
    expect(states).toEqual([true, false])
  }, 30_000)

  test("a disk that stays full after the reserve is spent ends the log, without a false word", async () => {
    const disk = mountSmallDisk(DISK_MIB)
    const child = new Child([disk.data, "4000"])
    await child.says(/^broken the log cannot be written: .*\(SQLITE_FULL\)$/)
    expect(await child.process.exited).toBe(1)
    const words = child.lines.filter((line) => !line.startsWith("ack"))
    expect(words.map((line) => line.split(" ", 2).join(" "))).toEqual([
      "epoch 1",
      "readonly true",
      "broken the",
    ])
    expect(child.lines.at(-1)).toStartWith("broken")
    // Nothing of the failed turn is there, and there is no room to open the log for another run.
    const acknowledged = child.acknowledged().at(-1) ?? 0
    expect(acknowledged).toBeGreaterThan(1000)
    expect(() => openSqliteLog(disk.data)).toThrow(
      expect.objectContaining({
        message: `no room left on the disk of ${join(disk.data, "log.db")}`,
        exitCode: EXIT.refusedToStart,
      }),
    )
    expect(checkLog(disk.data, acknowledged)).toBe(acknowledged)
  }, 30_000)

  test("a start on a disk that became full spends the reserve, and begins read-only", async () => {
    const disk = mountSmallDisk(DISK_MIB)
    const first = openSqliteLog(disk.data)
    await append(first, bigRows(1, 10))
    await first.close()
    expect(() => disk.fill(DISK_MIB * MIB)).toThrow("ENOSPC")

    const states: boolean[] = []
    const second = openSqliteLog(disk.data, { reserveRetryMs: RETRY_MS })
    second.onReadOnly = (readOnly) => states.push(readOnly)
    expect(second).toMatchObject({ epoch: 2, nextSeq: 11 })
    await append(second, bigRows(11, 1))
    expect(states).toEqual([true])
    disk.free()
    await becomes(states, false)
    await second.close()
    expect(checkLog(disk.data, 11)).toBe(11)
  })
})
