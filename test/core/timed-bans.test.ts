import { expect, test } from "bun:test"
import { deserialize, serialize } from "node:v8"
import { Engine } from "../../src/core/engine.ts"
import { Network } from "../../src/core/network.ts"
import { replay } from "../../src/core/replay.ts"
import { snapshot, type Snapshot } from "../../src/core/snapshot.ts"
import { DEFAULT_LIMITS } from "../../src/protocol/limits.ts"
import { digest } from "../support/digest.ts"
import { World } from "../support/engine.ts"

function join(world: World, name: string, channel = "#den") {
  const arrival = { address: "192.0.2.1", host: "host", tlsVersion: "TLSv1.3" }
  const session = world.engine.connected(arrival, world.now)
  const heard: string[] = []
  const hear = () => {
    for (const { deliveries } of world.settle())
      for (const { session: whose, output } of deliveries)
        if (whose === session) heard.push(...output.text.trimEnd().split("\r\n"))
    return heard.splice(0)
  }
  const say = (...lines: string[]) => {
    for (const line of lines) world.engine.receive(session, line, world.now)
    return hear()
  }
  say(`NICK ${name}`, "USER u 0 * :U", `JOIN ${channel}`)
  return { say, hear }
}

const masks = (net: Network) => [...net.channel("#den")!.lists.get("b")!.values()].map(({ mask }) => mask)

/** The state as the log's thread would save it now. */
function saved(world: World): Snapshot {
  const net = new Network(world.settings)
  replay(net, world.rows)
  return deserialize(serialize(snapshot(net))) as Snapshot
}

/** A run that begins from a snapshot and no row. */
function startFrom(world: World, from: Snapshot) {
  const start = { epoch: 9, nextSeq: 1000, lastAt: world.now, snapshot: from }
  world.engine = new Engine(world.settings, start, [], () => {}, world.now)
}

test("a snapshot keeps when a ban ends: it is lifted at the start if it is over, else in its time", () => {
  const world = new World()
  join(world, "alice").say("TBAN #den 10s m:bob", "TBAN #den 60s carol", "MODE #den +W 30")
  const from = saved(world)
  world.now += 20_000
  startFrom(world, from)
  expect(masks(world.engine.net)).toEqual(["carol!*@*"])
  expect(world.engine.net.channel("#den")?.slow).toBe(30)
  expect(world.engine.take()?.rows.map(({ type }) => type)).toEqual(["serverStarted", "channelModesChanged"])
  world.engine.tick((world.now += 40_000))
  expect(masks(world.engine.net)).toEqual([])
})

test("a snapshot of an older version has no such fields, and a channel of it can get them", () => {
  const world = new World()
  join(world, "alice").say("MODE #den +b bob")
  const from = saved(world)
  for (const channel of from.channels.values()) Reflect.deleteProperty(channel, "slow")
  startFrom(world, from)
  const alice = join(world, "alice")
  expect(alice.say("MODE #den")[0]).toContain("324 alice #den +nt")
  alice.say("MODE #den +W 10", "TBAN #den 10s carol")
  world.engine.tick((world.now += 10_000))
  expect(masks(world.engine.net)).toEqual(["bob!*@*"])
})

test("what the log says is what is, whatever became of the channel meanwhile", () => {
  const world = new World()
  const alice = join(world, "alice")
  alice.say("TBAN #den 10s a", "TBAN #den 20s a", "TBAN #den 10s b", "MODE #den -b b", "RENAME #den #cave")
  alice.say("TBAN #cave 10s c", "JOIN #lock", "MODE #lock +i", "TBAN #lock 5s d", "PART #lock")
  alice.hear()
  world.engine.tick((world.now += 10_000))
  expect(alice.hear()).toEqual([":irc.example MODE #cave -b c!*@*"])
  world.engine.tick((world.now += 10_000))
  expect(alice.hear()).toEqual([":irc.example MODE #cave -b a!*@*"])
  const again = new Network(world.settings)
  replay(again, world.rows)
  expect(digest(again)).toBe(digest(world.engine.net))
})

test("no MODE has more parameters than clients read", () => {
  const world = new World({ limits: { ...DEFAULT_LIMITS, modes: 3 } })
  const alice = join(world, "alice")
  alice.say(...Array.from({ length: 7 }, (_, i) => `TBAN #den 10s a:${i}`))
  world.engine.tick((world.now += 10_000))
  const lines = alice.hear().map((line) => line.split(" ").slice(3).join(" "))
  expect(lines).toEqual(["-bbb a:0 a:1 a:2", "-bbb a:3 a:4 a:5", "-b a:6"])
})

test("a ban ends by the log's time, which a clock that is set back does not turn back", () => {
  const world = new World()
  const alice = join(world, "alice")
  alice.say("TBAN #den 10s bob")
  world.engine.tick((world.now -= 3_600_000))
  world.engine.tick((world.now += 3_605_000))
  expect(masks(world.engine.net)).toEqual(["bob!*@*"])
  world.engine.tick((world.now += 5_000))
  expect(masks(world.engine.net)).toEqual([])
})

test("slow mode goes by the clock as it is: one that is set back keeps nobody waiting, one that is set on neither", () => {
  const world = new World()
  join(world, "alice").say("MODE #den +W 10")
  const bob = join(world, "bob")
  const refused = () => bob.say("PRIVMSG #den :x").map((line) => line.split(" :").at(-1))
  expect(refused()).toEqual([])
  expect(refused()).toEqual(["One message in 10 s here: 10 s left (+W)"])
  world.now -= 3_600_000
  expect(refused()).toEqual([])
  world.now += 4_000
  expect(refused()).toEqual(["One message in 10 s here: 6 s left (+W)"])
  world.engine.tick(world.now)
  expect(refused()).toEqual(["One message in 10 s here: 6 s left (+W)"])
  world.now += 3_600_000
  expect(refused()).toEqual([])
})
