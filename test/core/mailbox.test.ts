// What was said to an account while nobody was there, where a transcript cannot go: many people, and a log that cannot be read.

import { expect, test } from "bun:test"
import { accountCreated } from "../../src/core/commands/account.ts"
import type { Session } from "../../src/core/session.ts"
import type { Nick } from "../../src/protocol/names.ts"
import { World } from "../support/engine.ts"

const ARRIVAL = { address: "192.0.2.1", host: "host", memberHost: "member", tlsVersion: "TLSv1.3" }

function arrive(world: World, name: string, ...lines: string[]): Session {
  const certificate = { name, issuer: "authority", fingerprint: "f" }
  const session = world.engine.connected({ ...ARRIVAL, certificate }, world.now)
  say(world, session, `NICK ${name}`, "USER u 0 * :U", ...lines)
  return session
}

function say(world: World, session: Session, ...lines: string[]) {
  for (const line of lines) world.engine.receive(session, line, ++world.now)
}

/** The messages to alice that the session is sent. */
function messages(world: World, session: Session): string[] {
  const own = world.settle().flatMap(({ deliveries }) => deliveries.filter((one) => one.session === session))
  const lines = own.flatMap(({ output }) => output.text.trimEnd().split("\r\n"))
  return lines.filter((line) => / (PRIVMSG|NOTICE) alice /.test(line))
}

function withAlice(): World {
  const world = new World()
  world.engine.administer(accountCreated, { name: "alice" as Nick, issuer: "authority" }, world.now)
  return world
}

test("of more people than are played it is said that there are more, and those are the last who wrote", () => {
  const world = withAlice()
  for (let i = 1; i <= 26; i++) {
    arrive(world, `p${i}`, `PRIVMSG alice :from ${i}`, "QUIT")
    world.settle()
  }
  const lines = messages(world, arrive(world, "alice"))
  expect(lines).toHaveLength(27)
  expect(lines[0]).toBe(":irc.example NOTICE alice :25 messages came for you while you were away:")
  expect(lines[1]).toBe(":p2!u@member PRIVMSG alice :from 2")
  expect(lines[25]).toBe(":p26!u@member PRIVMSG alice :from 26")
  expect(lines[26]).toMatch(/^:irc.example NOTICE alice :Others may have written, too: /)
})

test("what comes while it is looked for comes once, and after what came before", () => {
  const world = withAlice()
  const bob = arrive(world, "bob", "PRIVMSG alice :before")
  world.settle()
  const alice = arrive(world, "alice")
  say(world, bob, "PRIVMSG alice :meanwhile")
  expect(messages(world, alice)).toEqual([
    ":bob!u@member PRIVMSG alice :meanwhile",
    ":irc.example NOTICE alice :One message came for you while you were away:",
    ":bob!u@member PRIVMSG alice :before",
  ])
})

test("what cannot be read stays for the next time, also after an orderly end", () => {
  const world = withAlice()
  arrive(world, "bob", "PRIVMSG alice :hello", "QUIT")
  world.settle()
  const alice = arrive(world, "alice")
  world.engine.take()
  world.engine.answered(alice, { type: "failed" }, world.now)
  expect(messages(world, alice)).toEqual([
    ":irc.example NOTICE alice :What came for you while you were away cannot be read now; it stays where it is",
  ])
  say(world, alice, "QUIT")
  world.settle()
  expect(messages(world, arrive(world, "alice")).at(-1)).toBe(":bob!u@member PRIVMSG alice :hello")
})

test("who is gone before it was found has not read it", () => {
  const world = withAlice()
  arrive(world, "bob", "PRIVMSG alice :hello", "QUIT")
  world.settle()
  const alice = arrive(world, "alice")
  world.engine.take()
  world.engine.closed(alice, "gone", ++world.now)
  world.settle()
  expect(messages(world, arrive(world, "alice")).at(-1)).toBe(":bob!u@member PRIVMSG alice :hello")
})

test("the server that takes an account off the network does not take its messages for read", () => {
  const world = withAlice()
  const bob = arrive(world, "bob")
  const alice = arrive(world, "alice")
  world.settle()
  world.engine.dismiss(alice.user!, "KICKED")
  say(world, bob, "PRIVMSG alice :come back")
  world.settle()
  expect(messages(world, arrive(world, "alice"))).toEqual([
    ":irc.example NOTICE alice :One message came for you while you were away:",
    ":bob!u@member PRIVMSG alice :come back",
  ])
})
