// A certificate that is taken back: its connections end at once, it comes in no more, and others can read so.

import { expect, setSystemTime, test } from "bun:test"
import { X509Certificate } from "node:crypto"
import { connect } from "node:tls"
import { join as pathOf } from "node:path"
import { makeKeyPair } from "../../src/authority/keys.ts"
import { makeRequest } from "../../src/authority/request.ts"
import { enrol } from "../../src/dial/enrol.ts"
import type { Invited } from "../../src/server/invitations.ts"
import type { CertificateFiles } from "../support/certificates.ts"
import type { Irc } from "../support/irc.ts"
import { until } from "../support/until.ts"
import { type Serving, serving } from "./serving.ts"

const MEMBERS = '[server]\naccess = "members"\n[throttling]\nnew_connections_per_minute = 0\n'

async function joined(serve: Serving, name: string, device: string, uses = 1): Promise<CertificateFiles> {
  const wanted = { name, channels: [], ttlMs: 60_000, uses }
  const invitation = (await serve.server.administration.invitations.make(wanted)) as Invited
  const keys = await makeKeyPair()
  const address = { host: "127.0.0.1", port: serve.port }
  const enrolment = { request: await makeRequest(keys), keyPem: keys.pem, device }
  const link = { ...invitation, address: `127.0.0.1:${serve.port}` }
  const { cert } = await enrol(address, serve.authority.caPem, link, enrolment)
  return { certPem: cert, keyPem: keys.pem, certPath: "", keyPath: "" }
}

/** Renews with this certificate until it is refused; the last answer. */
async function renewed(serve: Serving, { certPem, keyPem }: CertificateFiles, device: string, times: number) {
  const body = Buffer.from(await makeRequest(await makeKeyPair())).toString("base64")
  const fields = ["Host: h", "Content-Type: application/pkcs10", `Chat-Device: ${device}`]
  const head = ["POST /.well-known/est/simplereenroll HTTP/1.1", ...fields, `Content-Length: ${body.length}`]
  let answer = ""
  for (let i = 0; i < times; i++)
    answer = await spoken(serve, `${head.join("\r\n")}\r\n\r\n${body}`, certPem, keyPem)
  return answer
}

async function spoken(
  { port, authority }: Serving,
  text: string,
  cert: string,
  key: string,
): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  const options = { port, host: "127.0.0.1", ca: authority.caPem, cert, key, ALPNProtocols: ["http/1.1"] }
  const socket = connect(options, () => socket.write(text))
  let answer = ""
  socket.on("data", (chunk) => (answer += chunk.toString("latin1")))
  socket.on("error", () => {}).on("close", () => resolve(answer))
  return promise
}

async function login(serve: Serving, certificate: CertificateFiles, nick: string): Promise<Irc> {
  const irc = await serve.connect(certificate)
  irc.send(`NICK ${nick}`, `USER ${nick} 0 * :${nick}`)
  await irc.expect(new RegExp(` 001 `))
  return irc
}

async function isRefused(serve: Serving, certificate: CertificateFiles, reason: string) {
  const irc = await serve.connect(certificate)
  await irc.expect(new RegExp(`^ERROR :CERT_REVOKED your certificate was revoked: ${reason}$`))
  await irc.closed
}

test("one device is taken back: its connection ends within a second, with the reason; the other stays", async () => {
  await using serve = await serving(MEMBERS)
  const { revocations } = serve.server.administration
  const [laptop, desktop] = [await joined(serve, "alice", "laptop"), await joined(serve, "alice", "desktop")]
  const [lost, kept] = [await login(serve, laptop, "alice"), await login(serve, desktop, "alice")]
  const bob = await login(serve, await joined(serve, "bob", "tablet"), "bob")
  const begun = performance.now()
  expect(await revocations.revoke({ name: "alice", device: "laptop", reason: "lost laptop" })).toEqual({
    done: "the certificate on laptop of alice is revoked; connections closed: 1",
  })
  await lost.expect(/^ERROR :CERT_REVOKED your certificate was revoked: lost laptop$/)
  await lost.closed
  expect(performance.now() - begun).toBeLessThan(1000)
  await isRefused(serve, laptop, "lost laptop")
  for (const other of [kept, bob]) {
    other.send("PING here")
    await other.expect(/PONG .*here/)
  }
  expect(revocations.list("alice")).toMatchObject([
    { device: "laptop", revoked: { reason: "lost laptop" } },
    { device: "desktop", revoked: undefined },
  ])
  expect(await revocations.revoke({ name: "alice", device: "laptop", reason: "again" })).toEqual({
    error: "alice has no certificate on laptop; there are desktop",
  })
  expect(await revocations.revoke({ name: "nobody", reason: "x" })).toHaveProperty("error")
})

test("a connection that began with a certificate of before its renewal ends too, however long ago that was", async () => {
  await using serve = await serving(MEMBERS)
  const { revocations } = serve.server.administration
  const former = await joined(serve, "alice", "laptop")
  const [first, second] = [await login(serve, former, "alice"), await login(serve, former, "al")]
  expect(await renewed(serve, former, "laptop", 1)).toStartWith("HTTP/1.1 200 ")
  setSystemTime(Date.now() + 2 * 86_400_000)
  try {
    await isRefused(serve, former, "superseded")
    first.send("PING here")
    await first.expect(/PONG .*here/)
    expect(await revocations.revoke({ name: "alice", device: "laptop", reason: "lost" })).toEqual({
      done: "the certificate on laptop of alice is revoked; connections closed: 2",
    })
    for (const irc of [first, second]) await irc.closed
  } finally {
    setSystemTime()
  }
})

test("all of an account goes: what was asked for, what was made by hand, and its open invitations", async () => {
  await using serve = await serving(MEMBERS)
  const { revocations, invitations } = serve.server.administration
  const asked = await joined(serve, "alice", "laptop")
  const byHand = await serve.authority.issueClient("alice")
  const sessions = [await login(serve, asked, "alice"), await login(serve, byHand, "alice")]
  await invitations.make({ name: "alice", channels: [], ttlMs: 60_000, uses: 1 })
  const watcher = await login(serve, await joined(serve, "bob", "tablet"), "bob")
  for (const irc of [watcher, sessions[0]!]) irc.send("JOIN #den")
  await watcher.expect(/:alice!\S+ JOIN #den/)
  expect(await revocations.revoke({ name: "ALICE", reason: "left the school" })).toHaveProperty("done")
  for (const irc of sessions) await irc.closed
  for (const certificate of [asked, byHand]) await isRefused(serve, certificate, "left the school")
  // Why is for her alone.
  await watcher.expect(/:alice!\S+ QUIT :certificate revoked$/)
  expect(invitations.list()).toEqual([])
  // She may be invited again.
  await login(serve, await joined(serve, "alice", "laptop"), "alice")
})

test("a ticket of TLS from before does not help", async () => {
  await using serve = await serving(MEMBERS)
  const { certPem: cert, keyPem: key } = await joined(serve, "alice", "laptop")
  const ticket = Promise.withResolvers<Buffer>()
  const options = { port: serve.port, host: "127.0.0.1", ca: serve.authority.caPem, cert, key }
  const first = connect(options, () => first.write("NICK alice\r\nUSER alice 0 * :Alice\r\n"))
  first.on("session", ticket.resolve).on("error", () => {})
  first.resume()
  const session = await ticket.promise
  await serve.server.administration.revocations.revoke({ name: "alice", reason: "lost" })
  let isReused = false
  const second = connect({ ...options, session }, () => (isReused = second.isSessionReused()))
  let said = ""
  second.on("data", (chunk) => (said += chunk.toString()))
  second.on("error", () => {})
  await until(
    () => said.includes("ERROR :CERT_REVOKED"),
    () => `a refusal: ${said}`,
  )
  expect(isReused).toBe(true)
  second.destroy()
})

test("a connection that waited with its request gets no other certificate", async () => {
  await using serve = await serving(MEMBERS)
  const { certPem: cert, keyPem: key } = await joined(serve, "alice", "laptop")
  const body = Buffer.from(await makeRequest(await makeKeyPair())).toString("base64")
  const ca = serve.authority.caPem
  const socket = connect({ port: serve.port, host: "127.0.0.1", ca, cert, key, ALPNProtocols: ["http/1.1"] })
  const ended = Promise.withResolvers<void>()
  let said = ""
  socket.on("data", (chunk) => (said += chunk.toString())).on("close", () => ended.resolve())
  const secured = Promise.withResolvers<void>()
  socket.on("secureConnect", () => secured.resolve())
  await secured.promise
  socket.write("POST /.well-known/est/simplereenroll HTTP/1.1\r\n")
  // Somebody else comes in meanwhile, so the server has read that.
  await joined(serve, "bob", "tablet")
  await serve.server.administration.revocations.revoke({ name: "alice", device: "laptop", reason: "lost" })
  socket.write(
    `Host: here\r\nContent-Type: application/pkcs10\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  )
  await ended.promise
  expect(said).toStartWith("HTTP/1.1 403 ")
  expect(serve.server.administration.revocations.list("alice")).toHaveLength(1)
})

test("the list of the revoked is for everybody, and openssl believes it", async () => {
  await using serve = await serving(MEMBERS)
  const [lost, kept] = [await joined(serve, "alice", "laptop"), await joined(serve, "alice", "desktop")]
  const { folder, caPath } = serve.authority
  const verdict = async (name: string, { certPem }: CertificateFiles) => {
    await Bun.write(pathOf(folder, `${name}.pem`), certPem)
    const url = `https://127.0.0.1:${serve.port}/.well-known/est/crl`
    const sh = `curl -sf --cacert ${caPath} ${url} | openssl crl -inform DER -out crl.pem &&
      openssl verify -crl_check -CRLfile crl.pem -CAfile ${caPath} ${name}.pem`
    const child = Bun.spawn(["bash", "-o", "pipefail", "-c", sh], {
      cwd: folder,
      stdout: "pipe",
      stderr: "pipe",
    })
    return (await new Response(child.stdout).text()) + (await new Response(child.stderr).text())
  }
  expect(await verdict("lost", lost)).toContain("lost.pem: OK")
  await serve.server.administration.revocations.revoke({
    name: "alice",
    device: "laptop",
    reason: "keyCompromise",
  })
  expect(await verdict("lost", lost)).toContain("certificate revoked")
  expect(await verdict("kept", kept)).toContain("kept.pem: OK")
  expect(new X509Certificate(lost.certPem).serialNumber).not.toBe(
    new X509Certificate(kept.certPem).serialNumber,
  )
})

test("with a device goes the invitation that it came by, whose line may be in its history", async () => {
  await using serve = await serving(MEMBERS)
  const { revocations, invitations } = serve.server.administration
  await joined(serve, "alice", "laptop", 2)
  await invitations.make({ name: "alice", channels: [], ttlMs: 60_000, uses: 1 })
  expect(invitations.list()).toMatchObject([{ usesLeft: 1 }, { usesLeft: 1 }])
  await revocations.revoke({ name: "alice", device: "laptop", reason: "stolen" })
  expect(invitations.list()).toHaveLength(1)
})

test("a thief who renewed under another device's name goes with the device", async () => {
  await using serve = await serving(MEMBERS)
  const { revocations } = serve.server.administration
  const laptop = await joined(serve, "alice", "laptop")
  expect(await renewed(serve, laptop, "fridge", 1)).toStartWith("HTTP/1.1 200 ")
  await revocations.revoke({ name: "alice", device: "laptop", reason: "stolen" })
  expect(revocations.list("alice").map(({ revoked }) => revoked?.reason)).toEqual(["stolen", "stolen"])
})

test("what was taken back takes nobody's place: however much a thief renewed, who was robbed is let in again", async () => {
  await using serve = await serving(MEMBERS)
  const { revocations } = serve.server.administration
  const laptop = await joined(serve, "alice", "laptop")
  expect(await renewed(serve, laptop, "laptop", 100)).toStartWith("HTTP/1.1 403 ")
  await revocations.revoke({ name: "alice", reason: "stolen" })
  await login(serve, await joined(serve, "alice", "laptop"), "alice")
}, 30_000)
