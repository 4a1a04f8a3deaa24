import { expect, test } from "bun:test"
import { accountMessagesErased } from "../../src/core/commands/erase.ts"
import type { Nick } from "../../src/protocol/names.ts"
import { World } from "../support/engine.ts"

const certificate = (name: string) => ({ name, issuer: "authority", fingerprint: "fingerprint" })

function join(world: World, name: string) {
  const arrival = {
    address: "192.0.2.1",
    host: "host",
    tlsVersion: "TLSv1.3",
    certificate: certificate(name),
  }
  const session = world.engine.connected(arrival, world.now)
  const capabilities = "CAP REQ :message-tags batch draft/multiline"
  for (const line of [capabilities, `NICK ${name}`, "USER u 0 * :U", "CAP END", "JOIN #den"])
    world.engine.receive(session, line, world.now)
  world.settle()
  return (...lines: string[]) => {
    for (const line of lines) world.engine.receive(session, line, world.now)
    world.settle()
  }
}

test("every message of an account goes, and nobody else's", () => {
  const world = new World()
  const [alice, bob] = [join(world, "alice"), join(world, "bob")]
  alice("PRIVMSG #den :secret one", "PRIVMSG bob :secret two", "@+draft/react=secret TAGMSG #den")
  alice("BATCH +1 draft/multiline #den", "@batch=1 PRIVMSG #den :secret", "@batch=1 PRIVMSG #den :three")
  alice("BATCH -1", "PRIVMSG @#den :secret four")
  bob("PRIVMSG #den :mine", "PRIVMSG alice :mine too")
  const { id } = world.engine.net.account("alice")!
  const before = world.rows.length
  const fact = { name: "alice" as Nick, accountId: id }
  expect(world.engine.administer(accountMessagesErased, fact, world.now)).toBeUndefined()
  world.settle()
  alice("PRIVMSG #den :said later")
  expect(JSON.stringify(world.rows)).not.toContain("secret")
  expect(world.rows.filter(({ text }) => text !== null).map(({ text }) => text)).toEqual([
    "mine",
    "mine too",
    "said later",
  ])
  // The rows stay.
  expect(world.rows.length).toBe(before + 2)
  world.start()
  expect(world.engine.net.account("alice")?.id).toBe(id)
})

test("another account that came to have the name is not touched", () => {
  const world = new World()
  join(world, "alice")
  const fact = { name: "alice" as Nick, accountId: 4711 }
  expect(world.engine.administer(accountMessagesErased, fact, world.now)).toContain("alice")
})
