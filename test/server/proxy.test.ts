// The listener for proxies through the whole shell: real TLS behind a real relay.

import { expect, test } from "bun:test"
import { statSync } from "node:fs"
import { connect } from "node:net"
import { join } from "node:path"
import type { CertificateFiles } from "../support/certificates.ts"
import { Irc } from "../support/irc.ts"
import { binaryHeader, blockOf4, loadBalancer, LOCAL, PROXY } from "../support/proxy.ts"
import { until } from "../support/until.ts"
import { serving, type Serving } from "./serving.ts"

const TOML = `[server]
access = "open"
[[proxy]]
listen = "127.0.0.1:0"
from = ["127.0.0.1", "10.0.0.0/8"]
`
const FROM_192 = "PROXY TCP4 192.0.2.1 127.0.0.1 56324 6697\r\n"

const portOf = (one: Serving) => one.server.proxyEndpoints[0]!.port

/** A client that a load balancer brings. */
async function through(one: Serving, nick: string, header: string | Uint8Array, options = {}) {
  const balancer = await loadBalancer(portOf(one), header, options)
  const client = await Irc.register({ port: balancer.port, authority: one.authority }, nick)
  return { client, balancer }
}

async function connectionsAre(one: Serving, count: number) {
  await until(
    async () => (await one.server.administration.status()).connections === count,
    `${count} connections`,
  )
}

/** The address that WHOIS shows to oneself. */
async function addressOf(client: Irc, nick: string) {
  client.send(`WHOIS ${nick}`)
  return (await client.expect(/ 338 /)).split(" ")[5]
}

test.each<[what: string, header: string | Uint8Array, address: string]>([
  ["version 1", FROM_192, "192.0.2.1"],
  ["version 1 for IPv6", "PROXY TCP6 2001:db8:0::1 ::1 1 2\r\n", "2001:db8::1"],
  ["version 1 that knows nothing", "PROXY UNKNOWN\r\n", "127.0.0.1"],
  ["version 2", binaryHeader(PROXY, 0x11, blockOf4("192.0.2.2", Buffer.alloc(64))), "192.0.2.2"],
  ["version 2 of the proxy itself", binaryHeader(LOCAL, 0x00, Buffer.alloc(0)), "127.0.0.1"],
])(
  "%s announces the address, in one segment with TLS and in one for each byte",
  async (_, header, address) => {
    await using one = await serving(TOML)
    for (const isSlow of [false, true]) {
      const { client, balancer } = await through(one, "alice", header, { isSlow })
      await using _balancer = balancer
      expect(await addressOf(client, "alice")).toBe(address)
      expect(one.server.administration.people.list()).toMatchObject([{ nick: "alice", address }])
      await client.quit()
    }
    const connected = one.entries.filter(({ what }) => what === "connected")
    expect(connected).toMatchObject([
      { address, via: "127.0.0.1" },
      { address, via: "127.0.0.1" },
    ])
    expect(one.broken).toEqual([])
  },
)

test("the host is made of the announced address, which nobody else is shown; a certificate counts as ever", async () => {
  await using one = await serving(TOML)
  await using balancer = await loadBalancer(portOf(one), FROM_192)
  await using other = await loadBalancer(portOf(one), FROM_192.replace(".1 ", ".2 "))
  const register = async (nick: string, at: { port: number }, certificate?: CertificateFiles) => {
    const client = await Irc.connect({ port: at.port, authority: one.authority }, certificate)
    client.send(`NICK ${nick}`, `USER ${nick} 0 * :${nick}`)
    return (await client.expect(/ 001 /)).split("@")[1]
  }
  const host = await register("alice", balancer)
  expect(host).toMatch(/\.guest$/)
  expect(await register("bob", balancer)).toBe(host!)
  expect(await register("carol", other)).not.toBe(host!)
  expect(await register("dan", balancer, await one.authority.issueClient("dan"))).toBe("member")
  const erin = await one.register("erin")
  erin.send("WHOIS alice")
  expect((await erin.settled()).join()).not.toContain("192.0.2.1")
})

test("what is no header, or comes from elsewhere, or does not come is closed and logged", async () => {
  await using one = await serving(`${TOML}[limits]\ntls_timeout_ms = 500\n`)
  const answerTo = (bytes: string) => {
    const { promise, resolve } = Promise.withResolvers<string>()
    let answer = ""
    const socket = connect(portOf(one), "127.0.0.1", () => socket.write(bytes))
    socket.on("data", (chunk) => (answer += chunk)).on("error", () => {})
    return [socket.on("close", () => resolve(answer)), promise] as const
  }
  for (const bytes of ["NICK alice\r\n", "\x16\x03\x01\x00", "PROXY TCP4 1 2 3 4\r\n", "PROXY ", ""])
    expect(await answerTo(bytes)[1]).toBe("")
  const why = () =>
    one.entries
      .filter(({ what }) => what === "refused by the listener for proxies")
      .map((entry) => entry["why"])
  const none = "it did not begin with a PROXY header"
  const late = "no PROXY header came in time"
  expect(why()).toEqual([none, none, none, late, late])
  // Such as a health check.
  const [socket, closed] = answerTo("")
  socket.end()
  expect(await closed).toBe("")
  expect(why()).toHaveLength(5)
  const certificate = await one.authority.issueServer()
  one.reload(certificate, TOML.replace('from = ["127.0.0.1", ', "from = ["))
  expect(await answerTo(FROM_192)[1]).toBe("")
  expect(why().at(-1)).toBe("its address is not in from of [[proxy]]")
  // Trusted again; and what cannot be done while it runs is said.
  one.reload(certificate, TOML)
  const { client, balancer } = await through(one, "alice", FROM_192)
  await using _balancer = balancer
  one.reload(certificate, TOML.replace("127.0.0.1:0", "127.0.0.1:1"))
  expect(one.entries.slice(-2)).toMatchObject([
    { what: "the listener for proxies stops with the next start of the server", listen: "127.0.0.1:0" },
    { what: "the listener for proxies begins with the next start of the server", listen: "127.0.0.1:1" },
  ])
  expect(await answerTo(FROM_192)[1]).toBe("")
  client.send("PROXY TCP4 192.0.2.9 127.0.0.1 1 2")
  await client.expect(/ 421 alice PROXY /)
  expect(await addressOf(client, "alice")).toBe("192.0.2.1")
})

test("connections are counted by the address that is announced", async () => {
  await using one = await serving(`${TOML}[throttling]\nconnections_per_address = 2\n`)
  await using balancer = await loadBalancer(portOf(one), FROM_192)
  await using other = await loadBalancer(portOf(one), FROM_192.replace(".1 ", ".2 "))
  const from = (at: { port: number }) => Irc.connect({ port: at.port, authority: one.authority })
  await from(balancer)
  const second = await from(balancer)
  expect(await from(balancer).catch(() => "closed")).toBe("closed")
  await from(other)
  second.drop()
  await connectionsAre(one, 2)
  await from(balancer)
})

test("the inner door is its owner's alone, and opens to nobody who does not know the word", async () => {
  await using one = await serving(TOML)
  const path = join(one.authority.folder, "relay.sock")
  expect(statSync(path).mode & 0o777).toBe(0o600)
  for (const bytes of ["\x16\x03\x01", crypto.randomUUID()]) {
    const socket = connect(path, () => socket.write(bytes))
    const { promise, resolve } = Promise.withResolvers<void>()
    socket.on("error", () => {}).on("close", () => resolve())
    await promise
  }
})

// Where the header comes alone TLS begins right there; else everything is relayed.
const ways = [
  ["relayed", { isSlow: false }],
  ["not relayed", { isSlow: true }],
] as const

test.each(ways)("%s: much in both directions, and the last word of either side", async (_, options) => {
  await using one = await serving(`${TOML}[throttling]\nfakelag = false\n`)
  const { client, balancer } = await through(one, "alice", FROM_192, options)
  await using _balancer = balancer
  const lines = [...Array(5000).keys()].map((index) => `PRIVMSG alice :${index} ${"x".repeat(400)}`)
  client.send(...lines, "QUIT :enough")
  client.halfClose()
  await client.closed
  const heard = client.lines
    .filter((line) => / PRIVMSG /.test(line))
    .map((line) => line.split(" ").slice(1).join(" "))
  expect(heard).toEqual(lines)
  expect(client.lines.at(-1)).toBe("ERROR :Quit: enough")
})

test.each(ways)("%s: who does not read is ended; who is gone is gone on both sides", async (_, options) => {
  await using one = await serving(`${TOML}[throttling]\nfakelag = false\n`)
  const { client: alice, balancer } = await through(one, "alice", FROM_192, options)
  await using _balancer = balancer
  const bob = await one.register("bob")
  alice.pause()
  const flood = Array.from({ length: 400 }, () => `PRIVMSG alice :${"x".repeat(400)}`)
  while (one.server.administration.people.list().length === 2) {
    bob.send(...flood)
    await bob.settled()
  }
  expect(one.entries.at(-1)).toMatchObject({ code: "SENDQ_EXCEEDED", nick: "alice", address: "192.0.2.1" })
  await connectionsAre(one, 1)
  const { client: carol, balancer: third } = await through(one, "carol", FROM_192, options)
  await using _third = third
  bob.send("MONITOR + carol")
  await bob.expect(/ 730 bob :carol/)
  carol.drop()
  await bob.expect(/ 731 bob :carol/)
  const { client: dan, balancer: fourth } = await through(one, "dan", FROM_192, options)
  await using _fourth = fourth
  one.server.administration.people.kick("dan")
  await dan.expect(/^ERROR :KICKED/)
  await dan.closed
})
