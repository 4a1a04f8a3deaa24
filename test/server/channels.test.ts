// What an administrator sees and does of channels, through the whole shell.

import { expect, test } from "bun:test"
import { serving } from "./serving.ts"

test("channels are listed with members, modes and topic, the largest first; a key is not shown", async () => {
  await using serve = await serving()
  const { channels } = serve.server.administration
  expect(channels.list()).toEqual([])
  const [alice, bob] = [await serve.register("alice"), await serve.register("bob")]
  alice.send("JOIN #den", "TOPIC #den :Tea at four", "MODE #den +kW secret 10", "JOIN #big", "JOIN #left")
  alice.send("TBAN #den 10m m:carol", "PART #left")
  bob.send("JOIN #big")
  await Promise.all([alice.settled(), bob.settled()])
  const list = channels.list()
  expect(list.map(({ name, members, modes, topic }) => [name, members, modes, topic])).toEqual([
    ["#big", 2, "+nt", ""],
    ["#den", 1, "+kWnt * 10", "Tea at four"],
    ["#left", 0, "+nt", ""],
  ])
  const [ban] = list[1]?.bans ?? []
  expect(ban).toMatchObject({ mask: "m:carol!*@*", by: expect.stringMatching(/^alice!/) })
  expect((ban?.until ?? 0) - (ban?.since ?? 0)).toBe(600_000)
})

test("an administrator mutes a guest by where they come from, an account by its name, and lifts it", async () => {
  await using serve = await serving()
  const { channels } = serve.server.administration
  const own = await serve.authority.issueClient("alice")
  const alice = await serve.connect(own)
  alice.send("NICK al", "USER al 0 * :Al", "JOIN #den", "MODE #den -o al")
  const bob = await serve.register("bob")
  bob.send("JOIN #den")
  await Promise.all([alice.settled(), bob.settled()])
  expect(channels.mute({ channel: "den", nick: "BOB", lastsMs: 600_000 })).toEqual({
    done: "bob is muted in #den for 10 min",
  })
  await bob.expect(/^:\S+ MODE #den \+b m:\*!\*@\w+\.guest$/)
  bob.send("PRIVMSG #den :Hello?")
  await bob.expect(/ 404 bob #den :Cannot send to channel \(\+b until \S+Z\)$/)
  expect(channels.mute({ channel: "#den", nick: "al" })).toEqual({ done: "al is muted in #den" })
  await bob.expect(/ MODE #den \+b m:a:alice$/)
  expect(channels.mute({ channel: "#den", nick: "alice" })).toEqual({
    error: "alice is muted in #den already",
  })
  expect(channels.list()[0]?.bans.map(({ by }) => by)).toEqual(["console", "console"])
  expect(channels.unmute({ channel: "#den", nick: "bob" })).toEqual({ done: "bob may speak in #den" })
  await bob.expect(/ MODE #den -b m:\*!\*@\w+\.guest$/)
  await alice.quit()
  expect(channels.unmute({ channel: "den", nick: "alice" })).toEqual({ done: "alice may speak in #den" })
  expect(channels.unmute({ channel: "den", nick: "bob" })).toEqual({ error: "bob is not muted in #den" })
  expect(channels.mute({ channel: "den", nick: "zoe" })).toEqual({
    error: "nobody of the name zoe is here or has an account",
  })
  expect(channels.mute({ channel: "cave", nick: "bob" })).toEqual({ error: "there is no channel cave" })
  expect(channels.unmute({ channel: "cave", nick: "bob" })).toEqual({ error: "there is no channel cave" })
  expect(serve.broken).toEqual([])
})

test("who shares an address with others is muted by the nick as well; a sign is pointed out; a list may be full", async () => {
  await using serve = await serving('[server]\naccess = "open"\n[limits]\nlist_modes = 1\n')
  const { channels } = serve.server.administration
  const [bob, carol] = [await serve.register("bob"), await serve.register("carol")]
  bob.send("JOIN #den")
  await bob.settled()
  carol.send("JOIN #den")
  await carol.settled()
  expect(channels.mute({ channel: "den", nick: "bob", lastsMs: 90_000 })).toEqual({
    done: "bob is muted in #den for 90 s; a sign lets them be heard all the same",
  })
  await carol.expect(/ MODE #den \+b m:bob!\*@\w+\.guest$/)
  expect(channels.mute({ channel: "den", nick: "carol" })).toEqual({ error: "Channel list is full: #den" })
})
