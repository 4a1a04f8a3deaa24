// A client that lost its server finds it again by itself: what was said meanwhile is there, once each, and it says how much.

import { expect } from "bun:test"
import { connectIn, openIn } from "../support/connect.ts"
import { Irc } from "../support/irc.ts"
import { testWith } from "../support/program.ts"
import { NO_THROTTLING, startServer } from "../support/server.ts"
import { Tmux } from "../support/tmux.ts"

const test = testWith("tmux")

const MISSED = 250

test(`kill -9, restart, ${MISSED} lines meanwhile: all of them once and in order, and how many they were`, async () => {
  await using server = await startServer({ config: NO_THROTTLING })
  using tmux = new Tmux()
  const alice = await connectIn(tmux, server, "alice", "--join", "den")
  const bob = await Irc.register(server, "bob")
  bob.send("JOIN #den", "PRIVMSG #den :before the fall")
  await alice.shows(/bob before the fall/)
  alice.say("mine, confirmed")
  await alice.shows(/alice mine, confirmed/)
  alice.type("half a thought")
  await alice.shows(/^#den> half a thought$/m)

  // While alice is stopped the server falls and comes back, and others talk.
  process.kill(alice.pid, "SIGSTOP")
  await server.kill()
  await server.start()
  const carol = await Irc.register(server, "carol", "echo-message")
  carol.send("JOIN #den", ...Array.from({ length: MISSED }, (_, i) => `PRIVMSG #den :missed ${i}.`))
  await carol.expect(new RegExp(` :missed ${MISSED - 1}\\.$`))
  process.kill(alice.pid, "SIGCONT")

  await alice.shows(new RegExp(`reconnected in [\\d.]+ s, ${MISSED} fetched, 0 lost`))
  carol.send("PRIVMSG #den :after the fall")
  await alice.shows(/carol after the fall/)
  const texts = alice.text().matchAll(/^\d\d:\d\d (?:bob|carol|alice) (.*)$/gm)
  const said = [...texts].map(([, text]) => text).filter((text) => !text?.startsWith("joined"))
  expect(said).toEqual([
    "before the fall",
    "mine, confirmed",
    ...Array.from({ length: MISSED }, (_, i) => `missed ${i}.`),
    "after the fall",
  ])
  // What was being typed is still there, and can be sent.
  alice.say(", finished")
  await carol.expect(/ PRIVMSG #den :half a thought, finished$/)
})

test("while the server is away the client says so, and what was typed then is sent once, afterwards", async () => {
  await using server = await startServer()
  using tmux = new Tmux()
  const alice = await connectIn(tmux, server, "alice", "--join", "den")
  await server.kill()
  await alice.shows(/lost the connection to 127\.0\.0\.1:\d+ .*; trying again in [\d.]+ s/)
  alice.say("said into the void")
  await server.start()
  const bob = await Irc.register(server, "bob")
  bob.send("JOIN #den")
  await alice.shows(/reconnected in/)
  await alice.shows(/alice said into the void/)
  alice.say("and this one later")
  await alice.shows(/alice and this one later/)
  expect(alice.count(/alice said into the void/g)).toBe(1)
})

test("who leaves without a connection gets back what was kept, also at the end of the input", async () => {
  await using server = await startServer()
  using tmux = new Tmux()
  const alice = await connectIn(tmux, server, "alice", "--join", "den")
  const bob = await connectIn(tmux, server, "bob", "--join", "den")
  await server.kill()
  for (const window of [alice, bob]) {
    await window.shows(/^#den \(offline\)> $/m)
    window.say("said into the void")
    await window.shows(/^kept until there is a connection, to #den: said into the void$/m)
  }
  bob.press("C-c")
  expect(await bob.exitCode()).toBe(130)
  expect(bob.text()).toMatch(/^chat: not sent, to #den: said into the void\s+\[ended 130\]$/m)
  alice.press("C-d")
  await alice.shows(/^what is kept is sent when there is a connection; Ctrl\+C leaves without$/m)
  alice.press("C-c")
  expect(await alice.exitCode()).toBe(130)
  expect(alice.text()).toMatch(/^(?:\^C)?chat: not sent, to #den: said into the void$/m)
})

test("what is typed before the first connection stands waits for it, too, and /quit does not", async () => {
  await using server = await startServer()
  using tmux = new Tmux()
  await server.kill()
  const flags = ["--retry", "--join", "den"]
  const [alice, bob] = ["alice", "bob"].map((nick) => openIn(tmux, server, nick, {}, ...flags))
  await alice!.shows(/^#den \(offline\)> $/m)
  alice!.say("said early")
  await alice!.shows(/^kept until there is a connection, to #den: said early$/m)
  await bob!.shows(/^#den \(offline\)> $/m)
  bob!.say("said in vain")
  bob!.say("/quit")
  expect(await bob!.exitCode()).toBe(0)
  expect(bob!.text()).toMatch(/^chat: not sent, to #den: said in vain$/m)
  await server.start()
  await alice!.shows(/^\d\d:\d\d alice said early$/m)
})

test("--no-retry ends with 3 instead", async () => {
  await using server = await startServer()
  using tmux = new Tmux()
  const alice = await connectIn(tmux, server, "alice", "--no-retry")
  await server.kill()
  expect(await alice.exitCode()).toBe(3)
})
