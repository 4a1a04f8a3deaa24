// Keeping order by degrees, as people do it: in `chat connect`, and with `chat admin` beside it.

import { afterAll, beforeAll, expect } from "bun:test"
import { connectIn } from "../support/connect.ts"
import { Irc } from "../support/irc.ts"
import { testWith } from "../support/program.ts"
import { startServer, type TestServer } from "../support/server.ts"
import { Tmux } from "../support/tmux.ts"
import { until } from "../support/until.ts"

const test = testWith("tmux")

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server[Symbol.asyncDispose]())

test("a mute for a time is told in words, and is lifted by hand or by the clock", async () => {
  using tmux = new Tmux()
  const alice = await connectIn(tmux, server, "alice", "--join", "den")
  const bob = await connectIn(tmux, server, "bob", "--join", "den")
  await alice.shows(/bob joined #den/)
  // All come from one address here, so the mask has the nick.
  alice.say("/mute bob 10m")
  await alice.shows(/\d\d:\d\d you muted bob here for 10 min/)
  await bob.shows(/\d\d:\d\d alice muted you here for 10 min/)
  bob.say("can you hear me?")
  await bob.shows(/not delivered to #den \(Cannot send to channel \(\+b until \S+Z\)\): can you hear me\?/)
  expect((await server.admin("unmute", "den", "bob")).stdout).toBe("bob may speak in #den\n")
  await bob.shows(/the mute of you here is over/)
  const { stdout } = await server.admin("mute", "den", "bob", "--for", "1s")
  expect(stdout).toBe("bob is muted in #den for 1 s\n")
  await bob.shows(/ muted you here for 1 s/)
  expect((await server.admin("audit")).stdout).toMatch(/ mute +bob +channel #den, for 1 s$/m)
  await bob.shows(/the mute of you here is over(?!.*muted you)/s)
  bob.say("at last")
  await alice.shows(/bob at last/)
  const { stdout: table } = await server.admin("channels")
  expect(table).toMatch(/^ {2}channel +members +modes +topic\n {2}#den +2 +\+nt\n$/)
  const { stdout: json } = await server.admin("channels", "--json")
  expect(JSON.parse(json)).toMatchObject({ v: 1, channels: [{ name: "#den", members: 2, bans: [] }] })
}, 60_000)

test("a mute outlives the server, and one that ended meanwhile is lifted at its start", async () => {
  const ann = await Irc.register(server, "ann")
  ann.send("JOIN #hut", "TBAN #hut 1s m:ben", "TBAN #hut 10m m:cat")
  await ann.settled()
  await server.kill()
  const began = Date.now()
  await until(() => Date.now() > began + 1000, "a second")
  await server.start()
  const again = await Irc.register(server, "ann")
  again.send("JOIN #hut", "MODE #hut b")
  await again.expect(/ 368 /)
  expect(again.lines.filter((line) => line.includes(" 367 ")).map((line) => line.split(" ")[4])).toEqual([
    "m:cat!*@*",
  ])
}, 60_000)

test("slow, quiet and a ban with its reason", async () => {
  using tmux = new Tmux()
  const dora = await connectIn(tmux, server, "dora", "--join", "cave")
  const erin = await connectIn(tmux, server, "erin", "--join", "cave")
  await dora.shows(/erin joined #cave/)
  dora.say("/slow 1h")
  await erin.shows(/dora set slow mode here: one message in 1 h/)
  erin.say("one")
  await dora.shows(/erin one/)
  erin.say("two")
  await erin.shows(
    /not delivered to #cave \(One message in 1 h here: 60 min left \(\+W\)\): two|here: 1 h left/,
  )
  dora.say("/quiet on")
  await erin.shows(/dora made it quiet here: only voice and higher may write/)
  dora.say("/ban erin 2h shouting")
  await dora.shows(/you banned erin here for 2 h/)
  await erin.shows(/dora removed you from #cave: shouting/)
}, 60_000)
