// The channel of the audit in a log that had another of that name, and what a record says.

import { expect, test } from "bun:test"
import { acted, sentenceOf } from "../../src/core/commands/staff-acted.ts"
import { World } from "../support/engine.ts"

function join(world: World, nick: string, ...lines: string[]) {
  const session = world.engine.connected(
    { address: "192.0.2.1", host: "host", tlsVersion: "TLSv1.3" },
    world.now,
  )
  for (const line of [`NICK ${nick}`, "USER u 0 * :U", ...lines])
    world.engine.receive(session, line, world.now)
}

/** A world whose log was written before there was an audit, by people who had a channel of that name. */
function oldWorld(): World {
  const world = new World()
  join(world, "alice", "JOIN #older", "JOIN #other", "TOPIC #older :ours", "MODE #other +f #older")
  world.settle()
  const before = world.rows.map((row) => ({
    ...row,
    body: row.body.replace(',"audit":true', "").replaceAll("#older", "#audit"),
  }))
  world.rows.splice(0, Infinity, ...before)
  world.start()
  world.settle()
  return world
}

test("a channel that is called so already goes on under another name", () => {
  const world = oldWorld()
  const { net } = world.engine
  const { audit } = net
  expect(net.channel("#AUDIT")).toBe(audit!)
  expect([...net.channels.values()]).not.toContain(audit)
  const [own] = net.channels.values().filter(({ topic }) => topic?.text === "ours")
  expect(own?.name as string).toBe(`#audit-${own?.id}`)
  expect(net.channel("#other")?.forward).toMatchObject({ name: own!.name, id: own!.id })
  // Once, whatever comes after.
  world.start()
  world.settle()
  expect(world.engine.net.audit?.id).toBe(audit!.id)
})

test("it is no channel that counts: the limit is what it was", () => {
  const { limits } = new World().settings
  const world = new World({ limits: { ...limits, channels: 1 } })
  join(world, "alice", "JOIN #one")
  world.settle()
  expect(world.engine.net.channel("#one")).toBeDefined()
})

const STAMP = { seq: 9, at: 0, msgid: "0", source: "irc.example" } as never

test.each([
  [acted("stop"), {}, "console stopped the server"],
  [acted("kill", { target: "bob", reason: "" }), { by: 1, account: "alice" }, "alice disconnected bob"],
  [
    acted("ban", { target: "b*", reason: "loud", details: { kind: "mask", until: undefined } }),
    { by: 1, source: "eve!u@host" },
    "eve!u@host banned b* (kind mask): loud",
  ],
  [{ ...acted("stop"), act: "later" as never, target: "x" }, {}, "console later x"],
])("%j is said in words", (record, stamp, words) => {
  expect(sentenceOf({ ...record, ...(STAMP as object), ...stamp } as never)).toBe(words)
})
