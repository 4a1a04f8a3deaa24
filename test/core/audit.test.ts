// The channel of the audit in a log that had another of that name, and what a record says.

import { expect, test } from "bun:test"
import { roleSet } from "../../src/core/commands/role.ts"
import { acted, sentenceOf, type StaffActed, staffActed } from "../../src/core/commands/staff-acted.ts"
import type { Session } from "../../src/core/session.ts"
import { OPER_FAILURES_PERIOD_MS, OPER_FAILURES_RECORDED_MAX } from "../../src/protocol/limits.ts"
import type { Nick } from "../../src/protocol/names.ts"
import { World } from "../support/engine.ts"

function join(world: World, nick: string, ...lines: string[]) {
  const session = world.engine.connected(
    { address: "192.0.2.1", host: "host", tlsVersion: "TLSv1.3" },
    world.now,
  )
  for (const line of [`NICK ${nick}`, "USER u 0 * :U", ...lines])
    world.engine.receive(session, line, world.now)
  return session
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

/** The records of failed OPERs, each with its target and how many before it were not recorded. */
function failuresOf(world: World): unknown[] {
  return world.rows
    .filter(({ type, body }) => type === staffActed.type && body.includes("oper-failed"))
    .map(({ body }) => JSON.parse(body) as StaffActed)
    .map(({ target, details }) => [target, details?.["unrecorded"]])
}

test("of many failed OPERs ten an hour are recorded, and the next one says how many were not", () => {
  const world = new World()
  const [alice, bob] = [join(world, "alice"), join(world, "bob")]
  const guess = (session: Session, line = "OPER nobody wrong") => {
    world.engine.receive(session, line, world.now)
    world.settle()
  }
  const once: unknown = [undefined, undefined]
  // Whoever they are: it is the same log.
  for (let i = 0; i < 7; i++) for (const session of [alice, bob]) guess(session)
  const expected = Array.from({ length: OPER_FAILURES_RECORDED_MAX }, () => once)
  expect(failuresOf(world)).toEqual(expected)
  // Whose name is an operator's has an hour of their own.
  const carol = join(world, "carol", "REGISTER * * sesame")
  world.settle()
  world.engine.administer(roleSet, { accountName: "carol" as Nick, role: "admin" }, world.now)
  guess(carol, "OPER carol")
  expected.push(["carol", undefined])
  expect(failuresOf(world)).toEqual(expected)
  world.now += OPER_FAILURES_PERIOD_MS
  guess(bob)
  guess(alice)
  expected.push([undefined, 4], once)
  expect(failuresOf(world)).toEqual(expected)
  // A run that begins knows of none, and reads them as they are.
  world.start()
  guess(join(world, "dave"))
  expect(failuresOf(world)).toEqual([...expected, once])
})
