// The log's threads are found in a compiled executable too, when their files are given to the build as entry points.

import { afterEach, expect, test } from "bun:test"
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { removeTemporaryDirectories, temporaryDirectory } from "./temporary-directory.ts"

afterEach(removeTemporaryDirectories)

const SOURCE = join(import.meta.dir, "..", "..", "src")

const MAIN = `
import { openSqliteLog } from "./storage/sqlite-log.ts"
const log = openSqliteLog(process.argv[2])
const row = { seq: 1, at: 1, type: "messageSent", channelId: 1, accountId: null, peerId: null, body: "{}", text: "hello" }
const query = { kind: "page", of: { channelId: 1 }, keep: "newest", limit: 1, types: ["messageSent"] }
log.append([row], async () => {
  console.log((await log.read(query)).map((each) => each.text).join())
  await log.close()
})
`

test("writer and reader start in a compiled executable, with no source at hand", async () => {
  const directory = temporaryDirectory()
  const source = join(directory, "src")
  mkdirSync(source)
  for (const room of ["protocol", "storage"])
    cpSync(join(SOURCE, room), join(source, room), { recursive: true })
  cpSync(join(SOURCE, "user-error.ts"), join(source, "user-error.ts"))
  writeFileSync(join(source, "main.ts"), MAIN)
  const entries = ["src/main.ts", "src/storage/writer.worker.ts", "src/storage/reader.worker.ts"]
  const build = [process.execPath, "build", "--compile", "--minify", "--outfile", "app", ...entries]
  const built = Bun.spawnSync(build, { cwd: directory, stderr: "pipe" })
  expect([built.exitCode, built.stderr.toString()]).toEqual([0, expect.any(String)])
  rmSync(source, { recursive: true })
  const ran = Bun.spawnSync([join(directory, "app"), join(directory, "data")], { cwd: "/", stderr: "pipe" })
  expect([ran.stdout.toString(), ran.stderr.toString(), ran.exitCode]).toEqual(["hello\n", "", 0])
}, 60_000)
