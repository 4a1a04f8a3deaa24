// `[backup]` in chat.toml: a backup when the last one is too old, and no more of them than are to be kept.

import { expect, test } from "bun:test"
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { chat } from "../support/program.ts"
import { startServer } from "../support/server.ts"
import { until } from "../support/until.ts"

test("made by the clock, and the newest are kept; what was left of one that was killed goes; a former log is told of", async () => {
  await using server = await startServer()
  await server.stop()
  const folder = join(server.data, "backups")
  mkdirSync(folder)
  for (const name of ["chat-2020-01-01T000000Z.tar", "chat-2020-01-02T000000Z.tar", "mine.tar"]) {
    writeFileSync(join(folder, name), "")
    utimesSync(join(folder, name), 0, 0)
  }
  const left = [
    "chat-2020-01-03T000000Z.tar.log.partial",
    "chat-2020-01-03T000000Z.tar.log",
    "log-schema-2-2020.db.partial",
  ]
  const former = "log-schema-2-2020-01-03T000000.db"
  writeFileSync(join(folder, former), "what was erased since")
  utimesSync(join(folder, former), new Date(), new Date(Date.now() - 40.5 * 86_400_000))
  for (const name of left) writeFileSync(join(folder, name), "of a backup that was killed")
  server.configure("[backup]\nevery_hours = 24\nkeep = 2\n")
  await server.start()
  await until(() => / backup made /.test(server.said), "a backup to be made", 20_000)
  const names = readdirSync(folder).toSorted()
  expect(names).toEqual([
    "chat-2020-01-02T000000Z.tar",
    expect.stringMatching(/^chat-20[2-9]\d-.*Z\.tar$/),
    "last.json",
    former,
    "mine.tar",
  ])
  const told = / ! the log as it was before a new version is still here, .* file (\S+) {2}days 40$/gm
  expect([...server.said.matchAll(told)].map(([, file]) => file)).toEqual([join(folder, former)])
  const drill = join(server.folder, "drill")
  const restored = await chat(["restore", join(folder, names[1] ?? ""), "--data", drill], {
    home: server.folder,
  })
  expect([restored.exitCode, restored.stderr]).toEqual([0, ""])
}, 60_000)
