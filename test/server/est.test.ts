// Enrolment on the port of IRC: who holds an invitation gets a certificate, once, and nobody else does.

import { describe, expect, test } from "bun:test"
import { X509Certificate } from "node:crypto"
import { connect } from "node:tls"
import { decodeCertsOnly } from "../../src/authority/certs-only.ts"
import type { Invitation } from "../../src/authority/invitation.ts"
import { makeKeyPair } from "../../src/authority/keys.ts"
import { makeRequest } from "../../src/authority/request.ts"
import { enrol } from "../../src/dial/enrol.ts"
import type { UserError } from "../../src/user-error.ts"
import type { Row } from "../../src/core/seams.ts"
import { openMemoryLog } from "../../src/storage/memory-log.ts"
import type { InvitationWanted, Invited } from "../../src/server/invitations.ts"
import { until } from "../support/until.ts"
import { type Serving, serving } from "./serving.ts"

const MEMBERS =
  '[server]\naccess = "members"\n[throttling]\nnew_connections_per_minute = 0\nconnections_per_address = 0\n'
const BASIC = `${MEMBERS}[accounts]\nest_basic = true\n`
const REQUIRED = MEMBERS.replace("[server]\n", '[server]\nclient_certs = "required"\n')

async function invited(serve: Serving, more: Partial<InvitationWanted> = {}): Promise<Invitation> {
  const wanted = { name: "alice", channels: ["#lab"], ttlMs: 60_000, uses: 1, ...more }
  const made = (await serve.server.administration.invitations.make(wanted)) as Invited
  return { address: `127.0.0.1:${serve.port}`, ...made }
}

async function newcomer() {
  const keys = await makeKeyPair()
  return { keyPem: keys.pem, request: await makeRequest(keys), device: "laptop" }
}

function join(serve: Serving, invitation: Invitation, who: Awaited<ReturnType<typeof newcomer>>) {
  return enrol({ host: "127.0.0.1", port: serve.port }, serve.authority.caPem, invitation, who)
}

/** What a peer with this certificate is answered to these bytes over ALPN http/1.1. */
async function http(
  serve: Serving,
  text: string,
  identity: { cert?: string; key?: string } = {},
): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  const { caPem: ca } = serve.authority
  const socket = connect({
    port: serve.port,
    host: "127.0.0.1",
    ca,
    ALPNProtocols: ["http/1.1"],
    ...identity,
  })
  let answer = ""
  socket.on("secureConnect", () => socket.write(text))
  socket.on("data", (chunk) => (answer += chunk.toString("latin1")))
  socket.on("error", () => {}).on("close", () => resolve(answer))
  return promise
}

describe.each([
  ["optional", MEMBERS],
  ["required", REQUIRED],
])("with certificates %s", (_, toml) => {
  test("an invitation becomes a certificate that is its account, whatever it is called", async () => {
    await using serve = await serving(toml)
    const who = await newcomer()
    const { cert, channels } = await join(serve, await invited(serve), who)
    expect(channels).toEqual(["#lab"])
    const alice = await serve.connect({ certPem: cert, keyPem: who.keyPem } as never)
    alice.send("NICK al", "USER al 0 * :Al")
    await alice.expect(/^:chat\.local 001 al /)
    expect(serve.server.administration.people.list()).toMatchObject([
      { account: "alice", certificate: "alice" },
    ])
    expect(serve.server.administration.invitations.list()).toEqual([])
  })
})

test("an invitation gives a role when it is used, and OPER by it needs the certificate; a lesser one takes nothing", async () => {
  await using serve = await serving(MEMBERS)
  const who = await newcomer()
  const invitation = await invited(serve, { role: "moderator" })
  expect(serve.server.administration.accounts.setRole("nobody", "owner")).toEqual({
    error: "there is no account nobody",
  })
  const { cert } = await join(serve, invitation, who)
  const alice = await serve.connect({ certPem: cert, keyPem: who.keyPem } as never)
  alice.send("NICK al", "USER al 0 * :Al", "OPER alice")
  await alice.expect(/ 381 al /)
  expect(serve.server.administration.people.list()).toMatchObject([{ account: "alice", role: "moderator" }])
  expect(serve.server.administration.accounts.setRole("alice", "owner")).toEqual({ done: "alice is owner" })
  await alice.expect(/ MODE al -o$/)
  await join(serve, await invited(serve, { role: "moderator" }), await newcomer())
  expect(serve.server.administration.people.list()).toMatchObject([{ role: "owner" }])
})

test("who is given another role gets the former back by no invitation of before", async () => {
  await using serve = await serving(MEMBERS)
  const { administration } = serve.server
  const [who, invitation] = [await newcomer(), await invited(serve, { role: "admin", uses: 2 })]
  const { cert } = await join(serve, invitation, who)
  expect(administration.accounts.setRole("alice", "member")).toEqual({ done: "alice is member" })
  await join(serve, invitation, await newcomer())
  const alice = await serve.connect({ certPem: cert, keyPem: who.keyPem } as never)
  alice.send("NICK al", "USER al 0 * :Al", "OPER alice")
  await alice.expect(/ 491 al /)
})

test("who lost the answer asks again with the same key, and gets the same certificate", async () => {
  await using serve = await serving(MEMBERS)
  const [invitation, who] = [await invited(serve), await newcomer()]
  const twice = await Promise.all([join(serve, invitation, who), join(serve, invitation, who)])
  const [first, second] = [...twice, await join(serve, invitation, who)].map(
    ({ cert }) => new X509Certificate(cert),
  )
  expect(second!.serialNumber).toBe(first!.serialNumber)
  expect(second!.validTo).toBe(first!.validTo)
})

test("an invitation that is used, expired, withdrawn, unknown or misread gets the same words", async () => {
  await using serve = await serving(MEMBERS)
  const used = await invited(serve)
  await join(serve, used, await newcomer())
  const withdrawn = await invited(serve)
  expect(await serve.server.administration.invitations.withdraw(withdrawn.id)).toHaveProperty("done")
  const open = await invited(serve)
  const wrong = { ...open, secret: used.secret }
  const unknown = { ...open, id: "AAAAAAAAAAA" }
  const late = await invited(serve, { ttlMs: 0 })
  for (const invitation of [used, withdrawn, wrong, unknown, late]) {
    const error = (await join(serve, invitation, await newcomer()).catch(
      (thrown: unknown) => thrown,
    )) as UserError
    expect([error.message, error.exitCode]).toEqual(["this invitation is used, expired or unknown", 10])
  }
  const why = serve.entries.filter(({ what }) => what === "invitation refused").map((entry) => entry["why"])
  expect(why).toEqual([expect.stringContaining("used"), "unknown", "wrong secret", "unknown", "expired"])
  // No secret, no proof and no hash is in the log.
  expect(JSON.stringify(serve.entries)).not.toContain(used.secret)
  await join(serve, open, await newcomer())
})

test("a member renews with another key, and the old certificate is good for a day more", async () => {
  await using serve = await serving(MEMBERS)
  const who = await newcomer()
  const { cert } = await join(serve, await invited(serve), who)
  const next = await newcomer()
  const answer = await http(serve, posted("simplereenroll", next.request), { cert, key: who.keyPem })
  expect(answer).toStartWith("HTTP/1.1 200 OK\r\n")
  const [renewed] = certificatesIn(answer).filter(({ ca }) => !ca)
  expect(renewed!.serialNumber).not.toBe(new X509Certificate(cert).serialNumber)
  for (const [certPem, keyPem] of [
    [cert, who.keyPem],
    [renewed!.toString(), next.keyPem],
  ]) {
    const alice = await serve.connect({ certPem, keyPem } as never)
    alice.send("NICK alice", "USER alice 0 * :Alice")
    await alice.expect(/^:chat\.local 001 alice /)
    await alice.quit()
  }
  expect(await http(serve, posted("simplereenroll", next.request))).toStartWith("HTTP/1.1 403 ")
})

test("who shows no certificate where one is required may enrol and do nothing else", async () => {
  await using serve = await serving(REQUIRED)
  expect(await http(serve, "GET /.well-known/est/cacerts HTTP/1.1\r\nHost: h\r\n\r\n")).toStartWith(
    "HTTP/1.1 403 ",
  )
  const irc = await serve.connect()
  await irc.expect(/^ERROR :CERT_REQUIRED /)
})

test("the authority's certificate is for everybody", async () => {
  await using serve = await serving()
  const answer = await http(serve, "GET /.well-known/est/cacerts HTTP/1.1\r\nHost: h\r\n\r\n")
  expect(certificatesIn(answer).map(({ fingerprint256 }) => fingerprint256)).toEqual([
    new X509Certificate(serve.authority.caPem).fingerprint256,
  ])
})

test("an invitation that has expired leaves the log with its hash when another is made", async () => {
  const log = openMemoryLog()
  const appended: Row[] = []
  const append = log.append.bind(log)
  log.append = (rows, done) => {
    appended.push(...rows)
    append(rows, done)
  }
  await using serve = await serving(MEMBERS, log)
  const late = await invited(serve, { ttlMs: 0 })
  await invited(serve)
  const made = appended.find(({ type, body }) => type === "invitationMade" && body.includes(late.id))
  expect(appended.find(({ type }) => type === "invitationWithdrawn")?.erases).toEqual({ seq: made!.seq })
})

const HEAD = "POST /.well-known/est/simpleenroll HTTP/1.1\r\nHost: h\r\n"

test.each([
  ["no HTTP", "NICK alice\r\n\r\n", 400],
  ["HTTP/1.0", "GET / HTTP/1.0\r\nHost: h\r\n\r\n", 400],
  ["no host", "GET / HTTP/1.1\r\n\r\n", 400],
  ["a field twice", "GET / HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n", 400],
  ["a folded field", "GET / HTTP/1.1\r\nHost: h\r\n b\r\n\r\n", 400],
  ["a space before the colon", "GET / HTTP/1.1\r\nHost : h\r\n\r\n", 400],
  ["a word of the language", "GET /.well-known/est/constructor HTTP/1.1\r\nHost: h\r\n\r\n", 404],
  ["another path", "GET /etc/passwd HTTP/1.1\r\nHost: h\r\n\r\n", 404],
  ["another method", "GET /.well-known/est/simpleenroll HTTP/1.1\r\nHost: h\r\n\r\n", 405],
  ["no length", `${HEAD}\r\n`, 411],
  ["a length that is none", `${HEAD}Content-Length: -1\r\n\r\n`, 400],
  ["chunks", `${HEAD}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 501],
  ["too much announced", `${HEAD}Content-Length: 9000\r\n\r\n`, 413],
  ["too much said", `GET /${"a".repeat(9000)}`, 413],
  ["no request", `${HEAD}Content-Type: application/pkcs10\r\nContent-Length: 3\r\n\r\n###`, 400],
  ["no invitation", posted("simpleenroll", new Uint8Array(3)), 401],
  ["half an invitation", posted("simpleenroll", new Uint8Array(3), 'Authorization: Chat-Invite id="a"'), 401],
])("%s is answered in one line, and the connection ends", async (_, text, status) => {
  await using serve = await serving()
  expect(await http(serve, text)).toStartWith(`HTTP/1.1 ${status} `)
  await until(
    () => serve.server.administration.status().then(({ connections }) => connections === 0),
    "the end",
  )
})

test("a request that never ends is cut", async () => {
  await using serve = await serving('[server]\naccess = "open"\n[limits]\nregistration_timeout_ms = 100\n')
  expect(await http(serve, "GET / HTTP/1.1\r\n")).toBe("")
})

test("curl enrols by Basic with what openssl asks for, where the site allows it", async () => {
  await using serve = await serving(BASIC)
  const { id, secret } = await invited(serve)
  const { folder, caPath } = serve.authority
  const sh = `openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj / -keyout me.key -outform DER \\
    | base64 -w0 > me.csr &&
    curl --silent --fail --cacert ${caPath} --http1.1 --user ${id}:${secret} -H 'Content-Type: application/pkcs10' \\
      --data-binary @me.csr https://127.0.0.1:${serve.port}/.well-known/est/simpleenroll | base64 -d \\
    | openssl pkcs7 -inform DER -print_certs -out me.pem && openssl verify -CAfile ${caPath} me.pem`
  const child = Bun.spawn(["bash", "-o", "pipefail", "-c", sh], {
    cwd: folder,
    stdout: "pipe",
    stderr: "pipe",
  })
  const said = (await new Response(child.stdout).text()) + (await new Response(child.stderr).text())
  expect(said).toContain("me.pem: OK")
})

test("Basic is for sites that allow it, from the next request on; elsewhere an invitation shown so is not used", async () => {
  await using serve = await serving(MEMBERS)
  const [{ id, secret }, who] = [await invited(serve), await newcomer()]
  const shown = (given: string) =>
    http(serve, posted("simpleenroll", who.request, `Authorization: Basic ${btoa(`${id}:${given}`)}`))
  for (const given of [secret, "wrong"])
    expect(await shown(given)).toMatch(/^HTTP\/1\.1 401 [^]*WWW-Authenticate: Chat-Invite\r\n[^]*est_basic/)
  serve.reload(await serve.authority.issueServer(), BASIC)
  expect(await shown("wrong")).toMatch(/^HTTP\/1\.1 401 [^]*WWW-Authenticate: Basic [^]*used, expired/)
  expect(await shown(secret)).toStartWith("HTTP/1.1 200 OK\r\n")
})

function posted(operation: string, der: Uint8Array, ...headers: string[]): string {
  const body = Buffer.from(der).toString("base64")
  const fields = ["Host: h", "Content-Type: application/pkcs10", `Content-Length: ${body.length}`, ...headers]
  return `POST /.well-known/est/${operation} HTTP/1.1\r\n${fields.join("\r\n")}\r\n\r\n${body}`
}

function certificatesIn(answer: string): X509Certificate[] {
  const body = Buffer.from(answer.split("\r\n\r\n")[1] ?? "", "base64")
  return (decodeCertsOnly(body) ?? []).map((pem) => new X509Certificate(pem))
}
