import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { Session } from "../../src/client/session.ts"
import { connect } from "../../src/dial/connection.ts"
import { Link, type LinkOptions } from "../../src/dial/link.ts"
import type { UserError } from "../../src/user-error.ts"
import { testAuthority, type CertificateFiles, type TestAuthority } from "../support/certificates.ts"
import { scriptedServer, smallServer } from "../support/scripted-server.ts"
import { until } from "../support/until.ts"

let authority: TestAuthority
let certificate: CertificateFiles

beforeAll(async () => {
  authority = await testAuthority()
  certificate = await authority.issueServer()
})
afterAll(() => authority.cleanup())

function linkTo(port: number, options: Partial<LinkOptions> = {}) {
  const address = { host: "localhost", port }
  const session = new Session({
    nick: "alice",
    username: "a",
    realname: "A",
    nickFixed: false,
    channels: ["#den"],
  })
  const happened: string[] = []
  const waits: number[] = []
  const link = new Link({
    address,
    session,
    identified: false,
    retry: "standing",
    chance: () => 0.01,
    connect: (events) => connect(address, { ca: [authority.caPem], cert: undefined, key: undefined }, events),
    happened: (happenings) => happened.push(...happenings.map((happening) => happening.type)),
    waiting: (_, inMs) => waits.push(inMs),
    ...options,
  })
  return {
    link,
    session,
    happened,
    waits,
    ended: link.run().then(
      () => undefined,
      (error: UserError) => error,
    ),
  }
}

describe("a connection that stood", () => {
  test("is made again when it is cut, and catches up", async () => {
    using server = scriptedServer(certificate, smallServer)
    const { link, happened, waits, ended } = linkTo(server.port)
    await until(() => happened.includes("join"), "to be in #den")
    server.cut()
    await until(() => happened.includes("caughtUp"), "to be back")
    expect(waits.length).toBeGreaterThan(0)
    link.quit("bye")
    await until(() => server.received.includes("QUIT :bye"), "QUIT")
    server.cut()
    expect(await ended).toBeUndefined()
  })

  test("is not made again with --no-retry: exit 3", async () => {
    using server = scriptedServer(certificate, smallServer)
    const { happened, ended } = linkTo(server.port, { retry: "never" })
    await until(() => happened.includes("join"), "to be in #den")
    server.cut()
    expect(await ended).toMatchObject({ exitCode: 3 })
  })

  test.each([
    ["ERROR :KICKED spam", 7, "an administrator disconnected you: spam"],
    ["ERROR :BANNED", 7, "you are banned from this server"],
    ["ERROR :REPLACED", 7, "another connection took this one's place"],
    ["ERROR :TOO_FAST", 9, "too many lines too fast"],
  ])("stays down after %s", async (line, exitCode, message) => {
    using server = scriptedServer(certificate, smallServer)
    const { happened, waits, ended } = linkTo(server.port)
    await until(() => happened.includes("join"), "to be in #den")
    server.say(line)
    await until(() => happened.includes("refused"), "the refusal")
    server.cut()
    expect(await ended).toMatchObject({ exitCode, message })
    expect(waits).toEqual([])
  })
})

describe("a connection that never stood", () => {
  test("is not tried twice", async () => {
    const { port } = closedPort()
    const { waits, ended } = linkTo(port)
    expect(await ended).toMatchObject({ exitCode: 3 })
    expect(waits).toEqual([])
  })

  test("is tried with --retry until the server is there", async () => {
    const { port } = closedPort()
    const { link, happened, waits, ended } = linkTo(port, { retry: "always" })
    await until(() => waits.length >= 2, "two tries")
    using server = scriptedServer(certificate, smallServer, undefined, port)
    await until(() => happened.includes("join"), "to be in #den")
    link.quit()
    server.cut()
    await ended
  })

  test.each([
    [false, 3],
    [true, 5],
  ])("closed without a word, a certificate shown: %p -> exit %d", async (identified, exitCode) => {
    using server = scriptedServer(certificate)
    const { ended } = linkTo(server.port, { identified })
    await until(() => server.received.length > 0, "registration")
    server.cut()
    expect(await ended).toMatchObject({ exitCode })
  })

  test("refused with a code: its words, its hint, its exit code", async () => {
    using server = scriptedServer(certificate, (line) =>
      line.startsWith("USER") ? ["ERROR :CERT_EXPIRED"] : [],
    )
    const { happened, ended } = linkTo(server.port)
    await until(() => happened.includes("refused"), "the refusal")
    server.cut()
    expect(await ended).toMatchObject({ exitCode: 5, message: "your certificate has expired" })
  })
})

/** A port where nobody listens. */
function closedPort(): { port: number } {
  const listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } })
  const { port } = listener
  listener.stop(true)
  return { port }
}
