// Accounts as events: what they change, who hears of it, and that the log brings them back.

import { expect, test } from "bun:test"
import {
  accountRegistered,
  changeOfPassword,
  passwordChanged,
  userLoggedIn,
} from "../../src/core/commands/account.ts"
import type { Session } from "../../src/core/session.ts"
import type { Nick } from "../../src/protocol/names.ts"
import { digest } from "../support/digest.ts"
import { World } from "../support/engine.ts"

const ARRIVAL = { address: "192.0.2.1", host: "host", tlsVersion: "TLSv1.3" }

function join(world: World, nick: string, capabilities = ""): Session {
  const session = world.engine.connected(ARRIVAL, world.now)
  for (const line of [`CAP REQ :${capabilities}`, `NICK ${nick}`, "USER u 0 * :U", "CAP END", "JOIN #den"])
    world.engine.receive(session, line, world.now)
  return session
}

function heardBy(world: World, session: Session): string[] {
  return world
    .settle()
    .flatMap(({ deliveries }) =>
      deliveries
        .filter((one) => one.session === session)
        .flatMap(({ output }) => output.text.trimEnd().split("\r\n")),
    )
}

test("a login is heard by who asked for it, and an account is one user at a time", () => {
  const world = new World()
  const bob = join(world, "bob", "account-notify")
  const alice = join(world, "guest")
  const other = join(world, "other")
  world.settle()
  const account = { name: "alice" as Nick, text: '{"a":"secret"}' }
  expect(world.engine.administer(accountRegistered, account, world.now)).toBeUndefined()
  expect(world.engine.administer(accountRegistered, account, world.now)).toContain("ACCOUNT_EXISTS")
  const logIn = (session: Session) =>
    world.engine.administer(userLoggedIn, { user: session.user!.id, accountName: account.name }, world.now)
  expect(logIn(alice)).toBeUndefined()
  expect(heardBy(world, bob)).toEqual([":guest!u@host ACCOUNT alice"])
  expect(logIn(other)).toContain("alice is online as guest")
  expect(world.engine.net.userOf(alice.user!.account!)).toBe(alice.user!)
  // Its name is its own from now on.
  world.engine.receive(bob, "NICK alice", world.now)
  expect(heardBy(world, bob)).toEqual([":irc.example 433 bob alice :Nickname is already in use"])
})

test("what a guest says of himself becomes the account's, and replay brings it all back", () => {
  const world = new World()
  const alice = join(world, "alice")
  world.engine.receive(alice, "METADATA * SET url :https://alice.example", world.now)
  const account = { name: "ally" as Nick, text: '{"a":"secret"}' }
  world.engine.administer(accountRegistered, account, world.now)
  world.engine.administer(userLoggedIn, { user: alice.user!.id, accountName: account.name }, world.now)
  world.settle()
  const row = world.rows.find(({ type }) => type === "accountRegistered")!
  expect(row.text).toBe('{"a":"secret"}')
  expect(row.body).not.toContain("secret")
  const change = changeOfPassword(world.engine.net.account("ally")!, '{"b":"other"}')
  world.engine.administer(passwordChanged, change, world.now)
  world.settle()
  // What a password was checked against before is kept nowhere.
  expect(JSON.stringify(world.rows)).not.toContain("secret")
  const { users, channels } = world.engine.net
  expect([users.size, channels.size]).toEqual([1, 1])
  const live = world.engine.net.account("ally")!
  expect(live.credentials).toBe('{"b":"other"}')
  expect(live.metadata.get("url")).toBe("https://alice.example")
  expect(live.alwaysOn).toBeUndefined()
  world.engine.closed(alice, "gone", world.now)
  world.settle()
  const before = digest(world.engine.net)
  world.start()
  const after = JSON.parse(digest(world.engine.net)) as { accounts: unknown }
  expect(after.accounts).toEqual((JSON.parse(before) as { accounts: unknown }).accounts)
})

test("an answer is for its question alone: nobody gets in by that to another", () => {
  const world = new World()
  for (const name of ["mallory", "victim"])
    world.engine.administer(accountRegistered, { name: name as Nick, text: `hashed ${name}'s` }, world.now)
  const guest = join(world, "guest", "labeled-response batch")
  world.settle()
  for (const line of [
    "@label=1 PRIVMSG NickServ,NickServ :IDENTIFY mallory mallory's",
    "NS IDENTIFY mallory mallory's",
    "NS IDENTIFY victim wrong",
  ])
    world.engine.receive(guest, line, world.now)
  expect(heardBy(world, guest)).toEqual([
    "@label=1 :irc.example 407 guest NickServ :Too many targets: the message was sent to none",
    ":irc.example 900 guest guest!u@host mallory :You are now logged in as mallory",
    ":NickServ!NickServ@services NOTICE guest :SASL authentication successful",
    ":NickServ!NickServ@services NOTICE guest :That is not the account's password",
  ])
  expect(guest.user?.account?.name).toBe("mallory" as Nick)
})

test("while the disk is full an administrator changes nothing either", () => {
  const world = new World()
  world.engine.readOnly = true
  const fact = { name: "alice" as Nick, text: "hashed secret" }
  expect(world.engine.administer(accountRegistered, fact, world.now)).toContain("the disk is full")
  expect(world.engine.net.account("alice")).toBeUndefined()
  world.engine.readOnly = false
  expect(world.engine.administer(accountRegistered, fact, world.now)).toBeUndefined()
})

test("what a guest brought to an account is not less after a start with other limits", () => {
  const world = new World()
  world.engine.administer(accountRegistered, { name: "ally" as Nick, text: "hashed sesame" }, world.now)
  const guest = join(world, "guest")
  for (const line of ["METADATA * SET a :1", "METADATA * SET b :2", "NS IDENTIFY ally sesame"])
    world.engine.receive(guest, line, world.now)
  world.settle()
  const keys = () => [...world.engine.net.account("ally")!.metadata.keys()]
  expect(keys()).toEqual(["a", "b"])
  world.settings = { ...world.settings, limits: { ...world.settings.limits, metadataKeys: 1 } }
  world.start()
  expect(keys()).toEqual(["a", "b"])
})

test("whose account is known is seen under the host of members: before the first line, or by CHGHOST", () => {
  const world = new World()
  world.engine.administer(accountRegistered, { name: "ally" as Nick, text: "hashed ally's" }, world.now)
  const bob = join(world, "bob", "chghost")
  const plain = join(world, "plain")
  const arrival = { ...ARRIVAL, host: "abc.guest", memberHost: "member" }
  const ally = world.engine.connected(arrival, world.now)
  const lines = ["NICK guest", "USER u 0 * :U", "JOIN #den", "NS IDENTIFY ally ally's", "PRIVMSG #den :hi"]
  for (const line of lines) world.engine.receive(ally, line, world.now)
  const turns = world.settle()
  const heard = (session: Session) =>
    turns.flatMap(({ deliveries }) =>
      deliveries.filter((one) => one.session === session).map(({ output }) => output.text),
    )
  const said = ":guest!u@member PRIVMSG #den :hi\r\n"
  expect(heard(bob).join("")).toEndWith(`:guest!u@abc.guest CHGHOST u member\r\n${said}`)
  expect(heard(plain).join("")).toEndWith(`:guest!u@abc.guest JOIN #den\r\n${said}`)

  world.engine.closed(ally, "gone", world.now)
  const again = world.engine.connected(arrival, world.now)
  const login = ["AUTHENTICATE PLAIN", `AUTHENTICATE ${btoa("\0ally\0ally's")}`]
  for (const line of ["CAP LS", ...login, "NICK ally", "USER u 0 * :U", "CAP END"])
    world.engine.receive(again, line, world.now)
  world.settle()
  expect(again.user?.host).toBe("member")
  // It is in the log, for a start to bring back.
  const hosts = world.rows.map(({ body }) => (JSON.parse(body) as { host?: string }).host)
  expect(hosts.filter((host) => host === "member")).toHaveLength(2)
})

test("a ban on a guest's host means who logs in from there, until one of their connections is from elsewhere", () => {
  const world = new World()
  world.engine.administer(accountRegistered, { name: "ally" as Nick, text: "hashed ally's" }, world.now)
  const olga = join(world, "olga")
  for (const line of ["JOIN #den", "MODE #den +bb *!*@home.guest *!*@bus.guest"])
    world.engine.receive(olga, line, world.now)
  const logIn = (host: string) => {
    const ally = world.engine.connected({ ...ARRIVAL, host, memberHost: "member" }, world.now)
    const login = ["AUTHENTICATE PLAIN", `AUTHENTICATE ${btoa("\0ally\0ally's")}`]
    for (const line of ["CAP LS", ...login, "NICK ally", "USER u 0 * :U", "CAP END", "JOIN #den"])
      world.engine.receive(ally, line, world.now)
    world.settle()
    return ally
  }
  const isIn = () => world.engine.net.channel("#den")?.members.has(logIns[0]!.user!)
  const logIns = [logIn("home.guest")]
  expect(isIn()).toBe(false)
  logIns.push(logIn("bus.guest"))
  expect(isIn()).toBe(false)
  logIns.push(logIn("work.guest"))
  expect(isIn()).toBe(true)
})
