// Where the data directory is, and who may look into it.

import { afterEach, describe, expect, test } from "bun:test"
import { chmodSync, mkdirSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { dataDirectory, defaultDataDirectory, makeDataDirectory } from "../../src/storage/data-directory.ts"
import { EXIT } from "../../src/user-error.ts"
import { removeTemporaryDirectories, temporaryDirectory } from "./temporary-directory.ts"

afterEach(removeTemporaryDirectories)

const modeOf = (path: string) => statSync(path).mode & 0o777

test("is $XDG_DATA_HOME/chat/server, else below the home directory", () => {
  expect(defaultDataDirectory({ XDG_DATA_HOME: "/data", HOME: "/home/ann" })).toBe("/data/chat/server")
  expect(defaultDataDirectory({ HOME: "/home/ann" })).toBe("/home/ann/.local/share/chat/server")
  expect(defaultDataDirectory({ XDG_DATA_HOME: "", HOME: "/home/ann" })).toBe(
    "/home/ann/.local/share/chat/server",
  )
  expect(defaultDataDirectory({ XDG_DATA_HOME: "rel", HOME: "/home/ann" })).toBe(
    "/home/ann/.local/share/chat/server",
  )
})

test("has its parts in fixed places", () => {
  expect(dataDirectory("/data")).toEqual({
    path: "/data",
    lock: "/data/lock.db",
    log: "/data/log.db",
    reserve: "/data/reserve",
    snapshot: "/data/snapshot",
    authority: "/data/authority",
    adminSocket: "/data/admin.sock",
    relaySocket: "/data/relay.sock",
    backups: "/data/backups",
    damaged: "/data/damaged",
    restoring: "/data/restoring",
  })
})

describe("making it", () => {
  test("makes every missing part, for the owner alone", () => {
    const path = join(temporaryDirectory(), "a", "b")
    expect(modeOf(makeDataDirectory(path).path)).toBe(0o700)
  })

  test("closes an empty one, and one that is already ours", () => {
    const path = temporaryDirectory()
    chmodSync(path, 0o755)
    makeDataDirectory(path)
    expect(modeOf(path)).toBe(0o700)
    writeFileSync(join(path, "lock.db"), "")
    chmodSync(path, 0o755)
    makeDataDirectory(path)
    expect(modeOf(path)).toBe(0o700)
  })

  test("refuses one that is open to others and holds what is not ours", () => {
    const path = temporaryDirectory()
    writeFileSync(join(path, "thesis.txt"), "")
    chmodSync(path, 0o755)
    expect(() => makeDataDirectory(path)).toThrow(
      expect.objectContaining({
        message: `the data directory ${path} is open to other users and holds other files`,
        exitCode: EXIT.refusedToStart,
      }),
    )
    expect(modeOf(path)).toBe(0o755)
    chmodSync(path, 0o700)
    makeDataDirectory(path)
  })

  test("names a path that is not a directory", () => {
    const path = join(temporaryDirectory(), "file")
    writeFileSync(path, "")
    for (const bad of [path, join(path, "below")])
      expect(() => makeDataDirectory(bad)).toThrow(
        `cannot use the data directory ${bad}: it is not a directory`,
      )
  })

  test.skipIf(process.getuid?.() === 0)("names one that may not be made", () => {
    const parent = temporaryDirectory()
    chmodSync(parent, 0o500)
    const path = join(parent, "data")
    expect(() => makeDataDirectory(path)).toThrow(`cannot use the data directory ${path}: permission denied`)
  })

  test("leaves one alone that others cannot enter", () => {
    const path = join(temporaryDirectory(), "data")
    mkdirSync(path, { mode: 0o500 })
    makeDataDirectory(path)
    expect(modeOf(path)).toBe(0o500)
  })
})
