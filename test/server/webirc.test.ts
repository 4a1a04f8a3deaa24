// WEBIRC through the whole shell: https://ircv3.net/specs/extensions/webirc.html

import { expect, test } from "bun:test"
import { X509Certificate } from "node:crypto"
import type { Irc } from "../support/irc.ts"
import { until } from "../support/until.ts"
import { serving, type Serving } from "./serving.ts"

const HASH = await Bun.password.hash("hunter2", { algorithm: "argon2id", memoryCost: 1024, timeCost: 1 })
const OPEN = '[server]\naccess = "open"\n'
const GATEWAY = `[[webirc]]\nname = "web"\nfrom = ["127.0.0.1"]\npassword = "${HASH}"\n`
const FROM_192 = "WEBIRC hunter2 web somewhere.example 192.0.2.1"

async function announced(
  one: Serving,
  nick: string,
  line = FROM_192,
  certificate?: Parameters<Serving["connect"]>[0],
) {
  const client = await one.connect(certificate)
  // All at once: what follows waits for the password.
  client.send(line, `NICK ${nick}`, `USER ${nick} 0 * :${nick}`)
  await client.expect(/ 422 /)
  return client
}

async function whois(asker: Irc, nick: string) {
  asker.send(`WHOIS ${nick}`)
  return (await asker.settled()).map((line) => line.replace(/^\S+ /, ""))
}

async function refusalOf(one: Serving, ...lines: string[]) {
  const client = await one.connect()
  client.send(...lines)
  const error = await client.expect(/^ERROR /)
  await client.closed
  return error
}

const whyRefused = (one: Serving) =>
  one.entries.filter(({ what }) => what === "WEBIRC was refused").map((entry) => entry["why"])

test("a gateway's user has the announced address, its host, and no certificate of the gateway", async () => {
  await using one = await serving(OPEN + GATEWAY)
  const alice = await announced(one, "alice", `${FROM_192} :secure=yes remote-port=1`)
  expect(await whois(alice, "alice")).toEqual([
    expect.stringMatching(/^311 alice alice alice \w{10}\.guest \* :alice$/),
    expect.stringMatching(/^312 /),
    expect.stringMatching(/^338 alice alice alice@\w{10}\.guest 192\.0\.2\.1 :Is actually using host$/),
    "350 alice alice * * :is connected via the web gateway",
    "671 alice alice :is using a secure connection (TLS)",
    expect.stringMatching(/^317 /),
    expect.stringMatching(/^318 /),
  ])
  const connected = {
    what: "connected",
    nick: "alice",
    address: "192.0.2.1",
    via: "127.0.0.1",
    gateway: "web",
  }
  expect(one.entries).toContainEqual(expect.objectContaining(connected))
  const member = await one.authority.issueClient("web")
  const bob = await announced(one, "bob", FROM_192.replace("192.0.2.1", "0::1"), member)
  const lines = await whois(bob, "bob")
  expect(lines.find((line) => line.startsWith("338"))).toMatch(/bob@\w{10}\.guest 0::1 :/)
  // "Servers MUST ONLY treat the connection as secure if this flag is sent"
  expect(lines.filter((line) => /^(?:330|671)/.test(line))).toEqual([])
  expect((await whois(bob, "alice")).join()).not.toContain("192.0.2.1")
  const people = one.server.administration.people
    .list()
    .map(({ nick, address, certificate }) => [nick, address, certificate])
  expect(people).toEqual([
    ["alice", "192.0.2.1", undefined],
    ["bob", "::1", undefined],
  ])
})

test("who is no gateway is closed, whatever is wrong, and the log says what", async () => {
  await using one = await serving(
    `${OPEN}${GATEWAY}[[webirc]]\nname = "far"\nfrom = ["192.0.2.0/24"]\npassword = "plain:x"\n`,
  )
  const closed = "ERROR :NOT_A_GATEWAY WEBIRC is not accepted from here"
  expect(await refusalOf(one, FROM_192.replace("hunter2", "hunter3"))).toBe(closed)
  expect(await refusalOf(one, FROM_192.replace("hunter2", "x"))).toBe(closed)
  expect(await refusalOf(one, FROM_192.replace("192.0.2.1", "192.0.2"))).toBe(closed)
  expect(await refusalOf(one, "PING x", FROM_192)).toBe(
    "ERROR :NOT_A_GATEWAY WEBIRC must be the first command",
  )
  expect(await refusalOf(one, FROM_192, FROM_192)).toBe(
    "ERROR :NOT_A_GATEWAY WEBIRC must be the first command",
  )
  one.reload(await one.authority.issueServer(), OPEN)
  expect(await refusalOf(one, FROM_192)).toBe(closed)
  const password = "its password or certificate is wrong"
  expect(whyRefused(one)).toEqual([
    password,
    password,
    "what it announced is no address",
    "its address is not in from of [[webirc]]",
  ])
})

test("a gateway may be known by its certificate, alone or with a password", async () => {
  await using one = await serving(OPEN)
  const web = await one.authority.issueClient("web")
  const other = await one.authority.issueClient("other")
  const fingerprint = new X509Certificate(web.certPem).fingerprint256
  const certificate = `[[webirc]]\nname = "web"\nfrom = ["127.0.0.1"]\nfingerprint = "${fingerprint}"\n`
  const next = await one.authority.issueServer()
  one.reload(next, OPEN + certificate)
  const alice = await announced(one, "alice", FROM_192.replace("hunter2", "*"), web)
  expect((await whois(alice, "alice")).join()).toContain("350 alice alice * * :")
  const stranger = await one.connect(other)
  stranger.send(FROM_192)
  await stranger.expect(/^ERROR :NOT_A_GATEWAY /)
  one.reload(next, `${OPEN}${certificate}password = "plain:hunter2"\n`)
  const wrong = await one.connect(web)
  wrong.send(FROM_192.replace("hunter2", "*"))
  await wrong.expect(/^ERROR :NOT_A_GATEWAY /)
  await announced(one, "bob", FROM_192, web)
})

test("connections are counted for the announced address, and not for the gateway", async () => {
  const limits = "[throttling]\nconnections_per_address = 2\nnew_connections_per_minute = 3\n"
  await using one = await serving(OPEN + GATEWAY + limits)
  const unregistered = async (address: string) => {
    const client = await one.connect()
    client.send(FROM_192.replace("192.0.2.1", address), "CAP LS", "PING x")
    await client.expect(/ PONG | CAP /)
    return client
  }
  await unregistered("192.0.2.1")
  const second = await unregistered("192.0.2.1")
  expect(await refusalOf(one, FROM_192)).toBe(
    "ERROR :TOO_MANY_CONNECTIONS too many connections from your address",
  )
  await unregistered("192.0.2.2")
  await unregistered("192.0.2.3")
  second.drop()
  await until(async () => (await one.server.administration.status()).connections === 3, "3 connections")
  await unregistered("192.0.2.1")
  expect(whyRefused(one)).toEqual(["too many connections from 192.0.2.1"])
})

test("what is exempt is the announced address, not the gateway's", async () => {
  const flood = Array.from({ length: 300 }, () => "PING x")
  const exempt = (range: string) => `${OPEN}${GATEWAY}[throttling]\nexempt = ["${range}"]\n`
  await using one = await serving(exempt("127.0.0.1"))
  const alice = await announced(one, "alice")
  alice.send(...flood)
  await alice.expect(/^ERROR :TOO_FAST /)
  one.reload(await one.authority.issueServer(), exempt("192.0.2.0/24"))
  const bob = await announced(one, "bob")
  bob.send(...flood)
  expect(await bob.settled()).toHaveLength(flood.length)
})
