// A drill: a backup while people talk, the server lost, a restore, and everything is as it was then; clients notice nothing
// but a reconnect.

import { expect, test } from "bun:test"
import { existsSync, readdirSync, renameSync, rmSync } from "node:fs"
import { join } from "node:path"
import { Irc } from "../support/irc.ts"
import { CHAT, chat, environment } from "../support/program.ts"
import { leash, NO_THROTTLING, startServer } from "../support/server.ts"
import { until } from "../support/until.ts"

const CAPABILITIES = ["batch", "draft/chathistory", "echo-message", "message-tags", "server-time"]

/** Of the lines that say something in #den. */
function msgidsIn(lines: readonly string[]): string[] {
  return lines.flatMap((line) => /msgid=([^;\s]+)\S* \S+ PRIVMSG #den /.exec(line)?.[1] ?? [])
}

test("a backup under load, the data lost, and a restore", async () => {
  await using server = await startServer({ config: NO_THROTTLING })
  const home = server.home("server")
  const alice = await Irc.register(server, "alice", ...CAPABILITIES)
  alice.send(
    "JOIN #den",
    "TOPIC #den :still here",
    ...Array.from({ length: 50 }, (_, i) => `PRIVMSG #den :${i}`),
  )
  await alice.settled()
  const file = join(server.folder, "backup.tar")
  const backup = chat(["backup", file, "--data", server.data, "--json"], { home })
  for (let i = 50; i < 500; i += 10) {
    alice.send(...Array.from({ length: 10 }, (_, j) => `PRIVMSG #den :${i + j}`))
    await alice.settled()
  }
  const { exitCode, stdout, stderr } = await backup
  expect([exitCode, stderr]).toEqual([0, ""])
  const manifest = JSON.parse(stdout) as { seq: number; files: unknown[] }
  const before = msgidsIn(alice.lines)
  const epochBefore = (await server.status()).epoch

  const refused = await chat(["restore", file, "--data", server.data, "--force"], { home })
  expect([refused.exitCode, refused.stderr]).toEqual([
    78,
    expect.stringContaining("is in use by another chat server"),
  ])
  await server.kill()
  renameSync(server.data, `${server.data}.lost`)
  const restored = await chat(["restore", file, "--data", server.data], { home })
  expect([restored.exitCode, restored.stderr]).toEqual([0, ""])
  expect(restored.stdout).toContain(`${manifest.seq} events as of `)
  await server.start()
  const status = await server.status()
  expect(status.epoch).toBeGreaterThan(epochBefore + 100)
  // Its first event is on disk in a moment.
  await until(async () => (await server.status()).seq === manifest.seq + 1, "the log to go on")

  // History pages by a msgid of the run before; what came after the backup is gone, and its msgids name nothing.
  const bob = await Irc.register(server, "bob", ...CAPABILITIES)
  bob.send("JOIN #den")
  expect(await bob.expect(/ 332 /)).toEndWith(":still here")
  bob.send(`CHATHISTORY AFTER #den msgid=${before[9]} 100`)
  await bob.expect(/ BATCH -/)
  expect(msgidsIn(bob.lines)).toEqual(before.slice(10).slice(0, msgidsIn(bob.lines).length))
  expect(msgidsIn(bob.lines).length).toBeGreaterThanOrEqual(40)
  bob.send("PRIVMSG #den :new")
  await bob.expect(/ PRIVMSG #den :new$/)
  expect(before).not.toContain(msgidsIn(bob.lines).at(-1))
  rmSync(`${server.data}.lost`, { recursive: true })
}, 60_000)

test("the authority comes back: who trusted it goes on trusting it", async () => {
  await using server = await startServer()
  const home = server.home("own")
  // A server with certificates of its own, which a backup holds.
  const data = join(server.folder, "own")
  const serve = leash(
    Bun.spawn([CHAT, "serve", "--data", data, "--listen", "127.0.0.1:0", "--access", "open"], {
      env: environment(home),
      stdout: "pipe",
      stderr: "pipe",
      stdin: "ignore",
    }),
  )
  const reader = serve.stdout.getReader()
  let said = ""
  while (!/ ready /.test(said)) said += new TextDecoder().decode((await reader.read()).value)
  const file = join(server.folder, "own.tar")
  expect((await chat(["backup", file, "--data", data], { home })).exitCode).toBe(0)
  serve.kill("SIGTERM")
  await serve.exited
  const again = join(server.folder, "again")
  expect((await chat(["restore", file, "--data", again], { home })).exitCode).toBe(0)
  const names = readdirSync(join(data, "authority")).toSorted()
  expect(readdirSync(join(again, "authority")).toSorted()).toEqual(names)
  for (const name of names)
    expect(await Bun.file(join(again, "authority", name)).bytes()).toEqual(
      await Bun.file(join(data, "authority", name)).bytes(),
    )
  expect(existsSync(join(again, "restoring"))).toBe(false)
}, 60_000)
