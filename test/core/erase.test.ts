import { expect, test } from "bun:test"
import { accountMessagesErased } from "../../src/core/commands/erase.ts"
import type { Nick } from "../../src/protocol/names.ts"
import { msgidOf } from "../../src/protocol/msgid.ts"
import { found } from "../../src/storage/plain-reading.ts"
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

test("what is taken back while somebody reads a page is not in the page", () => {
  const world = new World()
  const alice = join(world, "alice")
  const arrival = { address: "192.0.2.1", host: "host", tlsVersion: "TLSv1.3" }
  const bob = world.engine.connected(arrival, world.now)
  for (const line of ["NICK bob", "USER u 0 * :U", "JOIN #den"]) world.engine.receive(bob, line, world.now)
  alice("CAP REQ draft/message-redaction", "PRIVMSG #den :a slip", "PRIVMSG #den :the rest")
  const slip = world.rows.find(({ text }) => text === "a slip")!

  // The log has answered with both, and the engine hears of it after alice took one back.
  world.engine.receive(bob, "CHATHISTORY LATEST #den * 10", world.now)
  const [request] = world.engine.take()!.requests
  if (request?.type !== "read") throw new Error("nothing was asked")
  const rows = found(world.rows, request.query)
  expect(rows).toContainEqual(slip)
  alice(`REDACT #den ${msgidOf(1, slip.seq)}`)
  world.engine.answered(bob, { type: "rows", rows }, world.now)
  const heard = world.engine
    .take()!
    .deliveries.map(({ output }) => output.text)
    .join("")
  expect(heard).toContain("the rest")
  expect(heard).not.toContain("a slip")
})
