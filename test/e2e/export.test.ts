// What is taken elsewhere is what was said, while the server runs.

import { expect, test } from "bun:test"
import { Irc } from "../support/irc.ts"
import { chat } from "../support/program.ts"
import { startServer } from "../support/server.ts"

interface Line {
  readonly v: number
  readonly type: string
  readonly id: string
  readonly time: string
  readonly target: string
  readonly from: string
  readonly text?: string
  readonly erased?: true
}

test("a channel, all of them, and from a time on, as JSON lines", async () => {
  await using server = await startServer()
  const alice = await Irc.register(server, "alice", "message-tags", "echo-message", "draft/message-redaction")
  alice.send("JOIN #den", "TOPIC #den :tea", "PRIVMSG #den :hello", "NOTICE #den :read this")
  alice.send(
    "PRIVMSG #den :\x01ACTION waves\x01",
    "JOIN #other",
    "PRIVMSG #other :elsewhere",
    "PRIVMSG #den :oops",
  )
  const said = await alice.expect(/ PRIVMSG #den :oops$/)
  alice.send(`REDACT #den ${/msgid=([^; ]+)/.exec(said)?.[1]}`)
  await alice.settled()
  const exported = async (...args: string[]) => {
    const { exitCode, stdout, stderr } = await chat(["export", ...args, "--data", server.data], {
      home: server.folder,
    })
    expect([exitCode, stderr]).toEqual([0, ""])
    return stdout
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Line)
  }
  const lines = await exported("#den")
  expect(lines.map(({ type, text, erased }) => [type, text ?? erased])).toEqual([
    ["topic", "tea"],
    ["message", "hello"],
    ["notice", "read this"],
    ["action", "waves"],
    ["message", true],
  ])
  for (const { v, id, time, target, from } of lines)
    expect([v, target, from, id.length, time.length]).toEqual([1, "#den", "alice", 14, 24])
  expect((await exported("--all")).map(({ target }) => target)).toContain("#other")
  expect(await exported("den")).toEqual(lines)
  expect(await exported("#den", "--since", "2100-01-01")).toEqual([])
  expect(await exported("#den", "--since", lines[2]?.time ?? "")).not.toHaveLength(0)
  const refused = await chat(["export", "#nowhere", "--data", server.data], { home: server.folder })
  expect([refused.exitCode, refused.stderr]).toEqual([
    8,
    expect.stringContaining("there is no channel #nowhere"),
  ])
})

test("a direct message has whom it was for: an account, or a guest by number", async () => {
  await using server = await startServer()
  const alice = await Irc.register(server, "alice")
  const guest = await Irc.register(server, "guest")
  alice.send("REGISTER * * a-long-password")
  await alice.expect(/ 900 /)
  guest.send("PRIVMSG alice :hello")
  await alice.expect(/ PRIVMSG alice :hello$/)
  alice.send("PRIVMSG guest :who are you?")
  await guest.expect(/ PRIVMSG guest :/)
  await alice.settled()
  const { stdout } = await chat(["export", "--all", "--data", server.data], { home: server.folder })
  const lines = stdout.trimEnd().split("\n")
  expect(lines.map((line) => (JSON.parse(line) as Line).target)).toEqual([
    "alice",
    expect.stringMatching(/^guest\/\d+$/),
  ])
})
