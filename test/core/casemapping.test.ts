// A log that was written under one casemapping and is read under another: https://modern.ircdocs.horse/#casemapping-parameter

import { expect, test } from "bun:test"
import { ClashError } from "../../src/core/start.ts"
import { World } from "../support/engine.ts"

const ARRIVAL = { address: "192.0.2.1", host: "host", tlsVersion: "TLSv1.3" }

/** What somebody is answered who sends these lines. */
function plays(world: World, ...lines: string[]): string {
  const session = world.engine.connected(ARRIVAL, world.now)
  let heard = ""
  for (const line of ["NICK alice", "USER a 0 * :A", ...lines]) world.engine.receive(session, line, world.now)
  for (const { deliveries } of world.settle())
    for (const delivery of deliveries) if (delivery.session === session) heard += delivery.output.text
  world.engine.closed(session, "gone", world.now)
  world.settle()
  return heard
}

function restart(world: World, casemapping: "ascii" | "precis") {
  world.settings = { ...world.settings, casemapping }
  world.start()
  world.settle()
}

test("names that stay apart are known under the other, with their topics and bans", () => {
  const world = new World()
  plays(world, "JOIN #Été,#🎉", "TOPIC #Été :warm", "TOPIC #🎉 :loud", "MODE #Été +b É*")
  restart(world, "precis")
  const heard = plays(world, "JOIN #été,#🎉", "MODE #ÉTÉ -b é*")
  expect(heard).toContain("CASEMAPPING=precis")
  expect(heard).toContain("332 alice #Été :warm")
  expect(heard).toContain("332 alice #🎉 :loud")
  expect(heard).toContain("MODE #Été -b")
  restart(world, "precis")
  expect([...world.engine.net.channels.keys()]).toEqual(["#été", "#🎉"])
  restart(world, "ascii")
  expect([...world.engine.net.channels.keys()]).toEqual(["#Été", "#🎉"])
  expect(plays(world, "JOIN #Été")).toContain(":warm")
})

test("names that would become one are refused in words, and nothing is changed", () => {
  const world = new World()
  plays(world, "JOIN #É,#é", "TOPIC #é :small")
  world.settle()
  const rows = world.rows.length
  expect(() => restart(world, "precis")).toThrow(ClashError)
  expect(() => restart(world, "precis")).toThrow("#É and #é are one name under the casemapping precis")
  expect(world.rows.length).toBe(rows)
  restart(world, "ascii")
  expect(plays(world, "JOIN #é", "RENAME #é #e")).toContain(":small")
  restart(world, "precis")
  expect(plays(world, "JOIN #e")).toContain(":small")
})

test("what a run began with stays until its end", () => {
  const world = new World()
  world.engine.configure({ ...world.settings, casemapping: "precis" })
  expect(plays(world, "NICK é")).toContain("CASEMAPPING=ascii")
})
