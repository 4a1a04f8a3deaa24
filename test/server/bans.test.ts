// Bans and lockdowns of the network through the whole shell: at the door, at once for who is here, and for certificates asked for over HTTP.

import { expect, test } from "bun:test"
import { X509Certificate } from "node:crypto"
import { connect } from "node:tls"
import { parseDuration } from "../../src/protocol/duration.ts"
import { writtenRange } from "../../src/server/address.ts"
import { openMemoryLog } from "../../src/storage/memory-log.ts"
import { serving } from "./serving.ts"

test("a range of addresses: who is here is sent away at once, who comes is not let in, until it is lifted", async () => {
  await using serve = await serving()
  const { bans } = serve.server.administration
  const bob = await serve.register("bob")
  expect(bans.ban({ target: "198.51.100.0/24" })).toEqual({
    done: "address 198.51.100.0/24 is banned for good; connections closed: 0",
  })
  expect(bans.ban({ target: "127.0.0.9/8", reason: "not from here" })).toEqual({
    done: "address 127.0.0.0/8 is banned for good; connections closed: 1",
  })
  await bob.expect(/^ERROR :BANNED not from here$/)
  await bob.closed
  const late = await serve.connect()
  await late.expect(/^ERROR :BANNED not from here$/)
  await late.closed
  expect(await overHttp(serve.port, serve.authority.caPem)).toMatch(/^HTTP\/1\.1 403 [^]*not from here/)
  expect(bans.list()).toMatchObject([{ value: "198.51.100.0/24" }, { kind: "address", value: "127.0.0.0/8" }])
  expect(bans.lift("127.0.0.0/8")).toEqual({ done: "address 127.0.0.0/8 is banned no longer" })
  expect(bans.lift("127.0.0.0/8")).toEqual({ error: "127.0.0.0/8 is not banned" })
  await (await serve.register("bob")).settled()
  expect(serve.broken).toEqual([])
})

test("who set one is called as in the audit", async () => {
  await using serve = await serving()
  const { accounts, bans } = serve.server.administration
  const alice = await serve.connect(await serve.authority.issueClient("alice"))
  alice.send("NICK al", "USER al 0 * :Al")
  await alice.settled()
  accounts.setRole("alice", "moderator")
  bans.ban({ target: "198.51.100.0/24" })
  alice.send("OPER alice", "UBAN ADD 198.51.101.0/24", "UBAN LIST")
  await alice.expect(/ BAN address 198\.51\.100\.0\/24 :for good, by console$/)
  await alice.expect(/ BAN address 198\.51\.101\.0\/24 :for good, by al!\S+@\S+$/)
  expect(bans.list()).toMatchObject([{ by: "console" }, { by: expect.stringMatching(/^al!\S+@\S+$/) }])
  expect(serve.broken).toEqual([])
})

test("a certificate, and an account; a guest is told apart", async () => {
  await using serve = await serving()
  const { bans } = serve.server.administration
  const own = await serve.authority.issueClient("alice")
  const alice = await serve.connect(own)
  alice.send("NICK al", "USER al 0 * :Al")
  await alice.expect(/ 001 al /)
  expect(bans.ban({ target: new X509Certificate(own.certPem).fingerprint256 })).toEqual({
    done: expect.stringMatching(/^certificate [0-9a-f]{64} is banned for good; connections closed: 1$/),
  })
  await alice.expect(/^ERROR :BANNED /)
  const again = await serve.connect(own)
  await again.expect(/^ERROR :BANNED /)
  expect(bans.lift(new X509Certificate(own.certPem).fingerprint256)).toHaveProperty("done")
  expect(bans.ban({ target: "alice", lastsMs: 600_000, reason: "loud" })).toHaveProperty("done")
  await (await serve.connect(own)).expect(/^ERROR :BANNED loud \(until \S+Z\)$/)
  await serve.register("gus")
  expect(bans.ban({ target: "gus" })).toMatchObject({
    error: expect.stringMatching(/^gus has no account: ban the mask/),
  })
  expect(bans.ban({ target: "nobody" })).toMatchObject({
    error: expect.stringMatching(/^there is no account nobody/),
  })
})

test("an address is in the log only where an administrator typed it", async () => {
  const log = openMemoryLog()
  await using serve = await serving(undefined, log)
  serve.server.administration.bans.ban({ target: "2001:db8::/32" })
  await (await serve.register("bob")).settled()
  const rows = [...log.replay()].map(({ type, body }) => `${type} ${body}`)
  expect(rows.filter((row) => /2001:db8|127\.0\.0/.test(row))).toEqual([
    expect.stringMatching(/^banSet .*"2001:db8::\/32"/),
    expect.stringMatching(/^staffActed .*"2001:db8::\/32"/),
  ])
})

test.each([
  ["192.0.2.1", "192.0.2.1"],
  ["192.0.2.1/32", "192.0.2.1"],
  ["192.0.2.77/24", "192.0.2.0/24"],
  ["::ffff:192.0.2.1", "192.0.2.1"],
  ["2001:DB8:0::1/48", "2001:db8::/48"],
  ["2001:db8::1", "2001:db8::1"],
  ["1", undefined],
  ["0x7f.1", undefined],
  ["192.0.2.1/33", undefined],
  ["alice", undefined],
  ["", undefined],
])("the range %j is written %j", (text, written) => {
  expect(writtenRange(text)).toBe(written as never)
})

test.each([
  ["30s", 30_000],
  ["10m", 600_000],
  ["2w", 1_209_600_000],
  ["0m", undefined],
  ["999999999w", undefined],
  ["10", undefined],
  ["m", undefined],
  ["-1h", undefined],
])("%s lasts %p ms", (text, ms) => {
  expect(parseDuration(text)).toBe(ms as never)
})

const GET = "GET /.well-known/est/cacerts HTTP/1.1\r\nHost: x\r\n\r\n"

function overHttp(port: number, ca: string, text = GET): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  const socket = connect({ port, host: "127.0.0.1", ca, ALPNProtocols: ["http/1.1"] })
  let answer = ""
  socket.on("secureConnect", () => socket.write(text))
  socket.on("data", (chunk) => (answer += chunk.toString("latin1")))
  socket.on("error", () => {}).on("close", () => resolve(answer))
  return promise
}

test("a lockdown: no certificate is given for an invitation, and status shows it", async () => {
  await using serve = await serving()
  const { administration } = serve.server
  expect(administration.lockdown(true)).toEqual({ done: "nobody new is let in" })
  expect(await administration.status()).toMatchObject({ lockdown: true })
  const guest = await serve.connect()
  guest.send("NICK gus", "USER gus 0 * :Gus")
  await guest.expect(/^ERROR :LOCKDOWN /)
  const asked =
    "POST /.well-known/est/simpleenroll HTTP/1.1\r\nHost: x\r\nContent-Type: application/pkcs10\r\n"
  const body = "Content-Length: 4\r\n\r\nMAA="
  expect(await overHttp(serve.port, serve.authority.caPem, asked + body)).toMatch(
    /^HTTP\/1\.1 403 [^]*locked down/,
  )
  expect(administration.lockdown(false)).toEqual({ done: "new people are let in again" })
  await (await serve.register("gus")).settled()
})
