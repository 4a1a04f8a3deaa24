// What arrives on the port that is not a good client: refused, counted, and gone in time.

import { expect, test } from "bun:test"
import { connect as connectPlain } from "node:net"
import { connect as connectTls, type TLSSocket } from "node:tls"
import { EXPIRED, testAuthority } from "../support/certificates.ts"
import { until } from "../support/until.ts"
import { type Serving, serving } from "./serving.ts"

const MEMBERS = '[server]\naccess = "members"\n'

test("plaintext and garbage are closed at once, and counted", async () => {
  await using serve = await serving()
  for (const bytes of ["NICK alice\r\n", "GET / HTTP/1.1\r\n\r\n", "\0\xff".repeat(500)]) {
    await plain(serve, bytes).closed
  }
  expect(await serve.server.administration.status()).toMatchObject({ handshakesFailed: 3, connections: 0 })
})

test("silence and half a ClientHello are closed at the deadline", async () => {
  await using serve = await serving('[server]\naccess = "open"\n[limits]\ntls_timeout_ms = 100\n')
  const begun = performance.now()
  const halfHello = Buffer.from("16030100c8010000c40303", "hex")
  await Promise.all([plain(serve, "").closed, plain(serve, halfHello).closed])
  expect(performance.now() - begun).toBeGreaterThan(90)
  expect(await serve.server.administration.status()).toMatchObject({ handshakesTimedOut: 2, connections: 0 })
})

test("TLS 1.2 is refused, TLS 1.3 is spoken", async () => {
  await using serve = await serving()
  const old = tls(serve, { maxVersion: "TLSv1.2" })
  expect(await old.ended).toMatch(/protocol version|PROTOCOL_VERSION|UNSUPPORTED/i)
  const irc = await serve.register("alice")
  await irc.quit()
  expect(serve.entries).toContainEqual(
    expect.objectContaining({ what: "connected", nick: "alice", tls: "TLSv1.3" }),
  )
})

test("a certificate that does not count gets its reason, and so does the operator", async () => {
  await using serve = await serving(MEMBERS)
  const other = await testAuthority()
  const cases = [
    [await serve.authority.issueClient("alice", EXPIRED), "CERT_EXPIRED"],
    [await serve.authority.issueClient("bob", { usages: [] }), "CERT_WRONG_PURPOSE"],
    [await other.issueClient("eve"), "CERT_UNTRUSTED"],
  ] as const
  for (const [certificate, code] of cases) {
    const irc = await serve.connect(certificate)
    await irc.expect(new RegExp(`^ERROR :${code} `))
    await irc.closed
    expect(serve.entries).toContainEqual(expect.objectContaining({ what: "refused", code }))
  }
  other.cleanup()
})

test("members get in with their certificate, guests do not", async () => {
  await using serve = await serving(MEMBERS)
  const alice = await serve.connect(await serve.authority.issueClient("alice"))
  alice.send("NICK alice", "USER alice 0 * :Alice")
  await alice.expect(/^:chat\.local 001 alice /)
  const guest = await serve.connect()
  guest.send("NICK bob", "USER bob 0 * :Bob")
  await guest.expect(/^ERROR :ACCOUNT_REQUIRED /)
  await guest.closed
  expect(serve.server.administration.people.list()).toMatchObject([
    { nick: "alice", certificate: "alice", address: "127.0.0.1" },
  ])
  await alice.quit()
})

test("a resumed session is judged again", async () => {
  await using serve = await serving(MEMBERS)
  const { certPem: cert, keyPem: key } = await serve.authority.issueClient("alice")
  const hello = "NICK alice\r\nUSER alice 0 * :Alice\r\n"
  const first = tls(serve, { cert, key }, hello)
  const ticket = Promise.withResolvers<Buffer>()
  first.socket.on("session", ticket.resolve)
  const session = await ticket.promise
  await until(() => first.text().includes(" 001 alice "), "the first welcome")
  first.socket.write("QUIT\r\n")
  await first.ended
  const second = tls(serve, { cert, key, session }, hello)
  await until(
    () => second.text().includes(" 001 alice "),
    () => `the second welcome: ${second.text()}`,
  )
  expect(second.socket.isSessionReused()).toBe(true)
  second.socket.destroy()
})

test("too many unregistered connections of an address are closed before TLS", async () => {
  await using serve = await serving('[server]\naccess = "open"\n[throttling]\nconnections_per_address = 3\n')
  const waiting = Array.from({ length: 3 }, () => plain(serve, ""))
  await until(async () => (await serve.server.administration.status()).accepted === 3, "three connections")
  await plain(serve, "").closed
  expect(await serve.server.administration.status()).toMatchObject({ throttled: 1, connections: 3 })
  for (const { socket } of waiting) socket.destroy()
  await until(async () => (await serve.server.administration.status()).connections === 0, "them to be gone")
  const alice = await serve.register("alice")
  // Who has registered is no longer counted.
  for (const nick of ["bob", "carol", "dave"]) await serve.register(nick)
  await alice.quit()
})

test("new certificates are used from the next connection on, and no connection fails meanwhile", async () => {
  await using serve = await serving(
    '[server]\naccess = "open"\n[throttling]\nnew_connections_per_minute = 0\nfakelag = false\n',
  )
  const lasting = await serve.register("lasting")
  const certificates = await Promise.all(
    Array.from({ length: 10 }, (_, i) =>
      serve.authority.issueServer(["localhost", "127.0.0.1"], { file: `server${i}` }),
    ),
  )
  const seen = new Set<string>()
  let connected = 0
  const over = new AbortController()
  const loop = async () => {
    while (!over.signal.aborted) {
      const one = tls(serve, {})
      await one.secured
      seen.add(one.socket.getPeerCertificate().fingerprint256)
      one.socket.end()
      await one.ended
      connected++
    }
  }
  const loops = [loop(), loop(), loop()]
  for (const certificate of certificates) {
    const before = connected
    serve.reload(certificate)
    await until(() => connected >= before + 10, "connections with the new certificate")
  }
  over.abort()
  await Promise.all(loops)
  expect(seen.size).toBeGreaterThanOrEqual(10)
  expect(await lasting.settled()).toEqual([])
  expect((await serve.server.administration.status()).handshakesFailed).toBe(0)
}, 60_000)

function plain(serve: Serving, bytes: string | Uint8Array) {
  const { promise, resolve } = Promise.withResolvers<void>()
  const socket = connectPlain(serve.port, "127.0.0.1")
  socket.on("connect", () => void (bytes.length > 0 && socket.write(bytes)))
  socket.on("error", () => resolve()).on("close", () => resolve())
  socket.resume()
  return { socket, closed: promise }
}

function tls(serve: Serving, options: object, hello = "") {
  const ended = Promise.withResolvers<string>()
  const secured = Promise.withResolvers<void>()
  let text = ""
  const socket: TLSSocket = connectTls({
    port: serve.port,
    host: "127.0.0.1",
    ca: serve.authority.caPem,
    ...options,
  })
  socket.on("secureConnect", () => {
    secured.resolve()
    if (hello !== "") socket.write(hello)
  })
  socket.on("data", (chunk: Buffer) => void (text += chunk.toString()))
  socket.on("error", (error) => {
    secured.reject(error)
    ended.resolve(`${error.message} ${(error as NodeJS.ErrnoException).code}`)
  })
  socket.on("close", () => ended.resolve("closed"))
  secured.promise.catch(() => "only those who wait for it want to know")
  return { socket, secured: secured.promise, ended: ended.promise, text: () => text }
}
