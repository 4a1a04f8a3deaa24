// What changes while a question waits for the shell: the answer counts for what is so then, not for what was so when it was asked.

import { expect, test } from "bun:test"
import {
  accountCreated,
  accountRegistered,
  changeOfPassword,
  passwordChanged,
} from "../../src/core/commands/account.ts"
import { roleSet } from "../../src/core/commands/role.ts"
import type { Session } from "../../src/core/session.ts"
import type { Nick } from "../../src/protocol/names.ts"
import { World } from "../support/engine.ts"

const ALICE = "alice" as Nick
const ARRIVAL = { address: "192.0.2.1", host: "host", memberHost: "member", tlsVersion: "TLSv1.3" }

/** Nothing is answered before `heardBy`. */
function say(world: World, session: Session, ...lines: string[]) {
  for (const line of lines) world.engine.receive(session, line, world.now)
}

function heardBy(world: World, session: Session): string[] {
  const deliveries = world.settle().flatMap((turn) => turn.deliveries)
  const own = deliveries.filter((one) => one.session === session)
  return own.flatMap(({ output }) => output.text.trimEnd().split("\r\n"))
}

function connect(world: World, nick: string, name?: string): Session {
  const certificate =
    name === undefined ? {} : { certificate: { name, issuer: "authority", fingerprint: "f" } }
  const session = world.engine.connected({ ...ARRIVAL, ...certificate }, world.now)
  say(world, session, `NICK ${nick}`, "USER u 0 * :U")
  world.settle()
  return session
}

function withPassword(): World {
  const world = new World()
  world.engine.administer(accountRegistered, { name: ALICE, text: "hashed sesame" }, world.now)
  return world
}

function changePassword(world: World) {
  const change = changeOfPassword(world.engine.net.account(ALICE)!, "hashed saffron")
  world.engine.administer(passwordChanged, change, world.now)
}

test.each([
  ["PLAIN", ["AUTHENTICATE PLAIN", `AUTHENTICATE ${btoa("\0alice\0sesame")}`], / 904 /],
  ["IDENTIFY", ["NS IDENTIFY alice sesame"], /That is not the account's password/],
])("a password that is changed while %s waits for its check lets nobody in", (_, lines, refusal) => {
  const world = withPassword()
  const guest = connect(world, "guest")
  say(world, guest, "CAP REQ sasl", ...lines)
  changePassword(world)
  expect(heardBy(world, guest).at(-1)).toMatch(refusal)
  expect(guest.user?.account).toBeUndefined()
})

test("nor is a proof of SCRAM good for later", () => {
  const world = withPassword()
  const guest = connect(world, "guest")
  const proof = `c=biws,r=clientserver,p=${btoa("sesame")}`
  say(world, guest, "CAP REQ sasl", "AUTHENTICATE SCRAM-SHA-256")
  say(world, guest, ...["n,,n=alice,r=client", proof].map((text) => `AUTHENTICATE ${btoa(text)}`))
  expect(heardBy(world, guest).at(-1)).toContain(`AUTHENTICATE ${btoa(`v=${btoa("signature")}`)}`)
  changePassword(world)
  say(world, guest, "AUTHENTICATE +")
  expect(heardBy(world, guest)).toEqual([":irc.example 904 guest :SASL authentication failed"])
})

test("GHOST with a password that was changed meanwhile ends nobody's connection", () => {
  const world = withPassword()
  const alice = connect(world, "alicia")
  say(world, alice, "NS IDENTIFY alice sesame")
  world.settle()
  const guest = connect(world, "guest")
  say(world, guest, "NS GHOST alicia sesame")
  changePassword(world)
  expect(heardBy(world, guest)).toEqual([
    ":NickServ!NickServ@services NOTICE guest :That is not the account's password",
  ])
  expect(alice.closing).toBeUndefined()
})

test.each([
  ["NS SAREGISTER mallory sesame", /Permission Denied/],
  ["UBAN ADD 192.0.2.9", / 481 /],
])("%s of whose role is taken away meanwhile does nothing", (line, refusal) => {
  const world = new World()
  world.engine.administer(accountCreated, { name: ALICE, issuer: "authority" }, world.now)
  world.engine.administer(roleSet, { accountName: ALICE, role: "admin" }, world.now)
  const alice = connect(world, "alice", "alice")
  say(world, alice, "OPER alice", line)
  world.engine.administer(roleSet, { accountName: ALICE, role: "member" }, world.now)
  expect(heardBy(world, alice).at(-1)).toMatch(refusal)
  expect([world.engine.net.account("mallory"), world.engine.net.bans.size]).toEqual([undefined, 0])
})

test("nobody comes to a person whose OPER is being checked with a password alone and is an operator, too", () => {
  const world = withPassword()
  const alice = connect(world, "alicia")
  say(world, alice, "NS IDENTIFY alice sesame")
  world.settle()
  say(world, alice, "OPER root sesame")
  const other = world.engine.connected(ARRIVAL, world.now)
  other.account = world.engine.net.account(ALICE)
  say(world, other, "NICK other", "USER u 0 * :U")
  expect(alice.user?.sessions).toEqual([alice, other])
  expect(heardBy(world, alice)).toEqual([expect.stringMatching(/ 491 alicia :Another connection of yours/)])
  expect(alice.user?.rights).toEqual([])
})

test("what somebody has taken back meanwhile is not taken back again", () => {
  const world = new World()
  const alice = connect(world, "alice", "alice")
  const phone = connect(world, "phone", "alice")
  for (const session of [alice, phone])
    say(world, session, "CAP REQ :draft/message-redaction echo-message message-tags")
  say(world, alice, "JOIN #den", "PRIVMSG #den :oops")
  const [, msgid] = /msgid=(\w+) \S+ PRIVMSG/.exec(heardBy(world, alice).join("\n"))!
  say(world, alice, `REDACT #den ${msgid}`)
  say(world, phone, `REDACT #den ${msgid}`)
  const heard = heardBy(world, phone).filter((line) => line.includes("REDACT"))
  expect(heard).toEqual([
    expect.stringMatching(/ REDACT #den \w+$/),
    `:irc.example FAIL REDACT UNKNOWN_MSGID #den ${msgid} :There is no such message, or not any more`,
  ])
})
