// What was said to an account while nobody was there, where a transcript cannot go: many people, and a log that cannot be read.

import { expect, test } from "bun:test"
import { accountCreated, accountRegistered } from "../../src/core/commands/account.ts"
import type { Session } from "../../src/core/session.ts"
import type { Nick } from "../../src/protocol/names.ts"
import { World } from "../support/engine.ts"

const ARRIVAL = { address: "192.0.2.1", host: "host", memberHost: "member", tlsVersion: "TLSv1.3" }

function arrive(world: World, name: string, ...lines: string[]): Session {
  return arriveWith(world, name, [`NICK ${name}`, "USER u 0 * :U", ...lines])
}

/** A connection that is nobody's presence. */
function arriveNowhere(world: World, name: string, ...lines: string[]): Session {
  return arriveWith(world, name, [...NOWHERE, `NICK ${name}`, "USER u 0 * :U", "CAP END", ...lines])
}

const NOWHERE = ["CAP REQ :draft/pre-away", "AWAY *"]

function arriveWith(world: World, name: string, lines: readonly string[]): Session {
  const certificate = { name, issuer: "authority", fingerprint: "f" }
  const session = world.engine.connected({ ...ARRIVAL, certificate }, world.now)
  say(world, session, ...lines)
  return session
}

function say(world: World, session: Session, ...lines: string[]) {
  for (const line of lines) world.engine.receive(session, line, ++world.now)
}

/** The messages to alice, or to a visitor, that the session is sent. */
function messages(world: World, session: Session): string[] {
  const own = world.settle().flatMap(({ deliveries }) => deliveries.filter((one) => one.session === session))
  const lines = own.flatMap(({ output }) => output.text.trimEnd().split("\r\n"))
  return lines.filter((line) => / (PRIVMSG|NOTICE) (alice|visitor) /.test(line))
}

function withAlice(): World {
  const world = new World()
  world.engine.administer(accountCreated, { name: "alice" as Nick, issuer: "authority" }, world.now)
  return world
}

/** Bob has written to alice, who has never been there, and is gone. */
function withLetter(): World {
  const world = withAlice()
  arrive(world, "bob", "PRIVMSG alice :hello", "QUIT")
  world.settle()
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

test("however much many have written, so many lines come at most, the newest of everybody, and how to read on", () => {
  const world = withAlice()
  for (let i = 1; i <= 10; i++) {
    arrive(world, `p${i}`, ...Array.from({ length: 60 }, (_, n) => `PRIVMSG alice :${i}, ${n}`), "QUIT")
    world.settle()
  }
  const lines = messages(world, arrive(world, "alice"))
  expect(lines[0]).toBe(":irc.example NOTICE alice :500 messages came for you while you were away:")
  expect(lines.filter((line) => line.includes("There may be more: CHATHISTORY BEFORE p"))).toHaveLength(10)
  const first = lines.filter((line) => line.startsWith(":p7!"))
  expect([first[0], first.at(-1)]).toEqual([
    ":p7!u@member PRIVMSG alice :7, 10",
    ":p7!u@member PRIVMSG alice :7, 59",
  ])
})

test("what comes while it is looked for comes once, and at once", () => {
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
  const world = withLetter()
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
  const world = withLetter()
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

/** What is said while a connection is dead and nobody knows it, and alice again by another. */
function comesBackOverADeadOne(
  world: World,
  ...first: string[]
): { dead: Session; again: Session; bob: Session } {
  const bob = arrive(world, "bob")
  const dead = arrive(world, "alice", ...first)
  world.settle()
  say(world, bob, "PRIVMSG alice :before")
  say(world, dead, "PING 1")
  world.settle()
  world.now += 60_000
  say(world, bob, "PRIVMSG alice :into the void")
  world.settle()
  const again = arrive(world, "alice", ...first)
  return { dead, again, bob }
}

test("who comes back before the dead connection is noticed is played what that was sent, as soon as it is", () => {
  const world = withAlice()
  const { dead, again, bob } = comesBackOverADeadOne(world)
  expect(messages(world, again)).toEqual([])
  say(world, bob, "PRIVMSG alice :heard")
  expect(messages(world, again)).toEqual([":bob!u@member PRIVMSG alice :heard"])
  world.now += 59_000
  world.engine.tick(world.now)
  say(world, again, "PING 2")
  world.now += 31_000
  world.engine.tick(world.now)
  expect(dead.closing).toBe("PING_TIMEOUT")
  expect(messages(world, again)).toEqual([
    ":irc.example NOTICE alice :One message came for you while you were away:",
    ":bob!u@member PRIVMSG alice :into the void",
  ])
})

test("who takes the place of a dead connection is played what that was sent", () => {
  const world = new World({ accounts: { ...new World().settings.accounts, multiclient: false } })
  world.engine.administer(accountCreated, { name: "alice" as Nick, issuer: "authority" }, world.now)
  const { dead, again } = comesBackOverADeadOne(world)
  expect(dead.closing).toBe("REPLACED")
  expect(messages(world, again)).toContain(":bob!u@member PRIVMSG alice :into the void")
})

test("who ends a dead connection by NickServ is played what that was sent, after the answer to the label", () => {
  const world = withAlice()
  const { again } = comesBackOverADeadOne(world, "CAP REQ :batch labeled-response")
  world.settle()
  say(world, again, "@label=g NS GHOST alice")
  const lines = messages(world, again)
  expect(lines[0]).toStartWith("@label=g :NickServ!")
  expect(lines.at(-1)).toEndWith(" PRIVMSG alice :into the void")
})

test("who is thrown out before it was shown has not read it", () => {
  const world = withLetter()
  const alice = arrive(world, "alice")
  expect(messages(world, alice)).toHaveLength(2)
  world.engine.dismiss(alice.user!, "KICKED")
  world.settle()
  expect(messages(world, arrive(world, "alice")).at(-1)).toBe(":bob!u@member PRIVMSG alice :hello")
})

test("who was nowhere and is there then is played it, once", () => {
  const world = withAlice()
  const bob = arrive(world, "bob", "PRIVMSG alice :hello")
  world.settle()
  const phone = arriveNowhere(world, "alice")
  say(world, bob, "PRIVMSG alice :heard")
  expect(messages(world, phone)).toEqual([":bob!u@member PRIVMSG alice :heard"])
  say(world, phone, "AWAY")
  expect(messages(world, phone)).toEqual([
    ":irc.example NOTICE alice :One message came for you while you were away:",
    ":bob!u@member PRIVMSG alice :hello",
  ])
  say(world, phone, `PONG ${phone.mail?.token}`, "AWAY *", "AWAY :Lunch")
  expect(messages(world, phone)).toEqual([])
})

test("a guest who is nowhere and logs in takes nothing", () => {
  const world = withAlice()
  const credentials = { name: "carol" as Nick, text: "hashed sesame" }
  world.engine.administer(accountRegistered, credentials, world.now)
  arrive(world, "bob", "PRIVMSG carol :hello", "QUIT")
  world.settle()
  const visitor = world.engine.connected(ARRIVAL, world.now)
  say(world, visitor, ...NOWHERE, "NICK visitor", "USER u 0 * :U", "CAP END", "NS IDENTIFY carol sesame")
  expect(messages(world, visitor)).toEqual([
    ":NickServ!NickServ@services NOTICE visitor :SASL authentication successful",
  ])
})

test("after a crash that follows a return, all that had come before it is played again", () => {
  const world = withLetter()
  world.now += 3_600_000
  arrive(world, "alice")
  world.settle()
  world.start()
  expect(messages(world, arrive(world, "alice")).at(-1)).toBe(":bob!u@member PRIVMSG alice :hello")
})

test("what an account said itself meanwhile hides nothing of what was said to it without a word", () => {
  const world = new World({ limits: { ...new World().settings.limits, historyPage: 2 } })
  world.engine.administer(accountCreated, { name: "alice" as Nick, issuer: "authority" }, world.now)
  const bob = arrive(world, "bob", "PRIVMSG alice :hello")
  world.settle()
  arriveNowhere(world, "alice", "PRIVMSG bob :1", "PRIVMSG bob :2", "QUIT")
  world.settle()
  const lines = messages(world, arrive(world, "alice", "QUIT"))
  expect(lines).toEqual([expect.stringMatching(/NOTICE alice :There may be more: CHATHISTORY BEFORE bob /)])
  world.settle()
  for (let i = 1; i <= 25; i++) {
    arrive(world, `p${i}`)
    arriveNowhere(world, "alice", `PRIVMSG p${i} :hello`, "QUIT")
    world.settle()
  }
  say(world, bob, "QUIT")
  world.settle()
  expect(messages(world, arrive(world, "alice"))).toEqual([
    expect.stringMatching(/NOTICE alice :Others may have written, too: /),
  ])
})

test("what asks a program for an answer is not asked again when it is over", () => {
  const world = withAlice()
  const asked = [
    "PRIVMSG alice :\x01VERSION\x01",
    "NOTICE alice :\x01PING 1\x01",
    "PRIVMSG alice :\x01ACTION waves\x01",
  ]
  arrive(world, "bob", ...asked, "QUIT")
  world.settle()
  expect(messages(world, arrive(world, "alice"))).toEqual([
    ":irc.example NOTICE alice :One message came for you while you were away:",
    ":bob!u@member PRIVMSG alice :\x01ACTION waves\x01",
  ])
})

test("a connection that is nowhere takes nothing with it, though the disk was full when the other went", () => {
  const world = withAlice()
  const bob = arrive(world, "bob")
  const phone = arriveNowhere(world, "alice")
  const desk = arrive(world, "alice")
  world.settle()
  world.engine.readOnly = true
  say(world, desk, "QUIT")
  world.engine.readOnly = false
  say(world, bob, "PRIVMSG alice :hello")
  say(world, phone, "QUIT")
  world.settle()
  expect(messages(world, arrive(world, "alice")).at(-1)).toBe(":bob!u@member PRIVMSG alice :hello")
})

test("who was talking before it came has not confirmed it; who answers its PING has, or goes on for long", () => {
  const isPlayedAgain = (line: string, waitMs = 0) => {
    const world = withLetter()
    const alice = arrive(world, "alice")
    expect(messages(world, alice)).toHaveLength(2)
    world.now += waitMs
    say(world, alice, line.replace("TOKEN", alice.mail?.token ?? ""))
    world.engine.closed(alice, "gone", ++world.now)
    world.settle()
    return messages(world, arrive(world, "alice")).length > 0
  }
  expect(isPlayedAgain("JOIN #den")).toBe(true)
  expect(isPlayedAgain("PONG irc.example")).toBe(true)
  expect(isPlayedAgain("PONG :TOKEN")).toBe(false)
  expect(isPlayedAgain("PONG irc.example TOKEN")).toBe(false)
  expect(isPlayedAgain("PONG irc.example", 130_000)).toBe(false)
})
