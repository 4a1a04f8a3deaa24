// Keys on disk: whole or not at all, for their owner alone.

import { afterEach, beforeEach, expect, test } from "bun:test"
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assertPrivate, privateFolder, writePrivate } from "../../src/authority/private-file.ts"

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "chat-private-"))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

test("a key is 0600 from its first byte on, whatever the umask", () => {
  const umask = process.umask(0)
  try {
    writePrivate(join(dir, "ca.key"), "secret")
    expect(statSync(join(dir, "ca.key")).mode & 0o777).toBe(0o600)
  } finally {
    process.umask(umask)
  }
})

test("what was there is replaced in one step, and a link is replaced, not followed", () => {
  writeFileSync(join(dir, "elsewhere"), "untouched")
  symlinkSync(join(dir, "elsewhere"), join(dir, "ca.key"))
  writePrivate(join(dir, "ca.key"), "secret")
  expect(readFileSync(join(dir, "elsewhere"), "utf8")).toBe("untouched")
  expect(readFileSync(join(dir, "ca.key"), "utf8")).toBe("secret")
})

test("a failure leaves the old key as it was and nothing beside it", () => {
  const key = join(dir, "ca.key")
  writePrivate(key, "old")
  // A folder in the way makes the last step fail: rename cannot put a file in its place.
  privateFolder(join(dir, "taken"))
  writeFileSync(join(dir, "taken", "file"), "")
  expect(() => writePrivate(join(dir, "taken"), "new")).toThrow("cannot write")
  expect(() => writePrivate(join(dir, "absent", "ca.key"), "new")).toThrow("cannot write")
  expect(readFileSync(key, "utf8")).toBe("old")
  expect(readdirSync(dir).sort()).toEqual(["ca.key", "taken"])
})

test("a reader at any moment sees the old key or the new one, whole", async () => {
  const key = join(dir, "ca.key")
  const [old, fresh] = ["a".repeat(50_000), "b".repeat(50_000)]
  writePrivate(key, old)
  const child = Bun.spawn([
    "sh",
    "-c",
    `for i in $(seq 200); do sha256sum < '${key}'; done | sort -u | wc -l`,
  ])
  for (let i = 0; i < 100; i++) {
    writePrivate(key, i % 2 ? old : fresh)
    await Bun.sleep(0)
  }
  expect(Number(await new Response(child.stdout).text())).toBeLessThanOrEqual(2)
})

test.each([
  [0o600, true],
  [0o640, true],
  [0o660, true],
  [0o604, false],
  [0o644, false],
  [0o602, false],
])("a key of mode %o passes: %p", (mode, passes) => {
  const key = join(dir, "it's a key")
  writePrivate(key, "secret")
  chmodSync(key, mode)
  if (passes) return expect(() => assertPrivate(key)).not.toThrow()
  const hint = `chmod 600 '${dir}/it'\\''s a key'`
  return expect(() => assertPrivate(key)).toThrow(expect.objectContaining({ hint, exitCode: 78 }))
})
