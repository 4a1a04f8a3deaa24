// What others renew is noticed, once for each change.

import { expect, test } from "bun:test"
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { watchFiles } from "../../src/cli/watch-files.ts"
import { until } from "../support/until.ts"

test("a file that is written, replaced, gone or back is another, and one that is left alone is not", async () => {
  const folder = mkdtempSync(join(tmpdir(), "chat-watch-"))
  const [cert, key] = [join(folder, "server.pem"), join(folder, "server.key")]
  for (const path of [cert, key]) writeFileSync(path, "old")
  let changes = 0
  const end = watchFiles(
    () => [cert, key],
    () => changes++,
    5,
  )
  const steps = [
    () => writeFileSync(cert, "newer"),
    () => (writeFileSync(`${key}.new`, "new"), renameSync(`${key}.new`, key)),
    () => rmSync(cert),
    () => writeFileSync(cert, "back"),
  ]
  for (const [index, step] of steps.entries()) {
    step()
    await until(() => changes > index, `change ${index + 1}`)
    const noticed = changes
    await Bun.sleep(50)
    expect(changes - noticed).toBeLessThanOrEqual(1)
    changes = index + 1
  }
  await Bun.sleep(50)
  expect(changes).toBe(steps.length)
  end()
  writeFileSync(cert, "after the end")
  await Bun.sleep(50)
  expect(changes).toBe(steps.length)
  rmSync(folder, { recursive: true })
})
