// Three `chat connect` at once, each in a terminal: what the first version of this system did.

import { afterAll, beforeAll, expect } from "bun:test"
import { connectIn } from "../support/connect.ts"
import { testWith } from "../support/program.ts"
import { startServer, type TestServer } from "../support/server.ts"
import { Tmux } from "../support/tmux.ts"

const test = testWith("tmux")

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server[Symbol.asyncDispose]())

/** Alice, the operator since she came first, then bob and carol, in a channel of their own. */
async function three(tmux: Tmux, channel: string) {
  const alice = await connectIn(tmux, server, `alice${channel}`, "--join", channel)
  const bob = await connectIn(tmux, server, `bob${channel}`, "--join", channel)
  const carol = await connectIn(tmux, server, `carol${channel}`, "--join", channel)
  return [alice, bob, carol] as const
}

test("who joins is announced; a message reaches everybody once, its author too; who quits is announced", async () => {
  using tmux = new Tmux()
  const [alice, bob, carol] = await three(tmux, "Talk")
  await alice.shows(/\d\d:\d\d bobTalk joined #Talk/)
  await alice.shows(/\d\d:\d\d carolTalk joined #Talk/)
  await bob.shows(/carolTalk joined #Talk/)

  bob.say("good morning, all")
  const said = /^\d\d:\d\d bobTalk good morning, all$/gm
  for (const window of [alice, bob, carol]) await window.shows(new RegExp(said.source, "m"))
  // What comes later in the channel is the proof that nothing more of the first message comes.
  carol.say("and to you")
  for (const window of [alice, bob, carol]) await window.shows(/carolTalk and to you/)
  expect([alice, bob, carol].map((window) => window.count(said))).toEqual([1, 1, 1])

  bob.say("/quit see you")
  expect(await bob.exitCode()).toBe(0)
  for (const window of [alice, carol]) await window.shows(/\d\d:\d\d bobTalk quit: (Quit: )?see you/)
  carol.press("C-c")
  expect(await carol.exitCode()).toBe(130)
  alice.press("C-d")
  expect(await alice.exitCode()).toBe(0)
})

test("an operator's kick from the only channel in use ends the client with 7", async () => {
  using tmux = new Tmux()
  const [alice, bob, carol] = await three(tmux, "Kick")
  alice.say("/kick bobKick no shouting")
  expect(await bob.exitCode()).toBe(7)
  await bob.shows(/chat: error: aliceKick removed you from #Kick: no shouting/)
  await carol.shows(/aliceKick removed bobKick from #Kick: no shouting/)
  carol.say("/kick aliceKick")
  await carol.shows(/operator/)
  expect(alice.text()).not.toContain("ended")
})

test("an administrator's kick disconnects, and the client does not come back", async () => {
  using tmux = new Tmux()
  const [, bob, carol] = await three(tmux, "Out")
  expect(await server.admin("kick", "BOBOUT", "good night")).toMatchObject({ exitCode: 0 })
  expect(await bob.exitCode()).toBe(7)
  await bob.shows(/chat: error: .*good night/)
  await carol.shows(/bobOut quit: .*good night/)
  expect((await server.admin("kick", "nobody")).exitCode).toBe(8)
})

test("half a sentence is not trampled by what comes in, nor by the channel changing", async () => {
  using tmux = new Tmux()
  const [alice, bob] = await three(tmux, "Type")
  alice.type("half a sen")
  await alice.shows(/^#Type> half a sen$/m)
  for (const text of ["one", "two", "three"]) bob.say(text)
  await alice.shows(/bobType three\n#Type> half a sen\s*$/)
  expect(alice.count(/half a sen/g)).toBe(1)
  alice.say("tence")
  await bob.shows(/aliceType half a sentence$/m)
})

test("Tab completes nicks, who spoke last first, and commands", async () => {
  using tmux = new Tmux()
  const [alice, bob, carol] = await three(tmux, "Tab")
  bob.say("here")
  carol.say("there")
  await alice.shows(/carolTab there/)
  alice.type("ca")
  alice.press("Tab")
  await alice.shows(/^#Tab> carolTab: ?$/m)
  alice.say("look")
  await bob.shows(/aliceTab carolTab: look$/m)
  alice.type("/wh")
  alice.press("Tab")
  await alice.shows(/^#Tab> \/whois ?$/m)
})
