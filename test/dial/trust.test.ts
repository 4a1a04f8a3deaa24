import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { connect, type Credentials, type Events } from "../../src/dial/connection.ts"
import { credentialsFor, explained } from "../../src/dial/trust.ts"
import type { UserError } from "../../src/user-error.ts"
import { EXPIRED, NOT_YET_VALID, testAuthority, type TestAuthority } from "../support/certificates.ts"
import { scriptedServer } from "../support/scripted-server.ts"
import { until } from "../support/until.ts"

const SILENT: Events = { line() {}, closed() {} }
const NOTHING = { ca: undefined, cert: undefined, key: undefined, pin: undefined }

let ours: TestAuthority
let theirs: TestAuthority

beforeAll(async () => {
  ours = await testAuthority()
  theirs = await testAuthority()
})
afterAll(() => {
  ours.cleanup()
  theirs.cleanup()
})

async function me(): Promise<Credentials> {
  const { certPem, keyPem } = await ours.issueClient("alice")
  return { ca: [ours.caPem], cert: certPem, key: keyPem }
}

/** The error that connecting ends with, in the words of the user. */
async function refusal(port: number, credentials: Credentials, host = "localhost"): Promise<UserError> {
  const address = { host, port }
  try {
    await connect(address, credentials, SILENT)
  } catch (error) {
    return explained(error, address, credentials) as UserError
  }
  throw new Error("connected")
}

test("the right authority: connected, our certificate shown, lines both ways", async () => {
  using server = scriptedServer(await ours.issueServer(), () => ["hello"], ours.caPem)
  const lines: string[] = []
  const connection = await connect({ host: "localhost", port: server.port }, await me(), {
    ...SILENT,
    line: (line) => lines.push(line),
  })
  connection.write(["one", "two"])
  await until(() => lines.length === 2, "two answers")
  expect(server.received).toEqual(["one", "two"])
  expect(server.shown).toEqual(["CN=alice"])
  connection.close()
})

describe("whoever is not the right server gets nothing: no line, no certificate", () => {
  test("another authority: STOP, with both six words", async () => {
    using server = scriptedServer(await theirs.issueServer(), undefined, ours.caPem)
    const { message, exitCode } = await refusal(server.port, await me())
    expect(exitCode).toBe(4)
    expect(message).toBe(
      `STOP: localhost is not the server that you mean (expected "${ours.words.replaceAll("-", " ")}", ` +
        `got "${theirs.words.replaceAll("-", " ")}"). Nothing was sent`,
    )
    expect([server.received, server.shown]).toEqual([[], []])
  })

  test.each([
    [
      "another name",
      ["other.local"],
      {},
      /^the server that answered is not localhost: its certificate is for other.local$/,
    ],
    ["an expired certificate", ["localhost"], EXPIRED, /^localhost's certificate expired 2 days ago$/],
    [
      "a clock that is wrong",
      ["localhost"],
      NOT_YET_VALID,
      /^this computer's clock says [\d-]+; localhost's certificate begins on [\d-]+$/,
    ],
    ["a client's certificate", ["localhost"], { usages: ["clientAuth" as const] }, /cannot be trusted/],
  ])("%s", async (_, hosts, overrides, words) => {
    using server = scriptedServer(
      await ours.issueServer(hosts, { ...overrides, file: "spoilt" }),
      undefined,
      ours.caPem,
    )
    const { message, exitCode } = await refusal(server.port, await me())
    expect(message).toMatch(words)
    expect(exitCode).toBe(4)
    expect([server.received, server.shown]).toEqual([[], []])
  })

  test("NODE_TLS_REJECT_UNAUTHORIZED=0 changes nothing", async () => {
    using server = scriptedServer(await theirs.issueServer())
    process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0"
    try {
      expect((await refusal(server.port, await me())).exitCode).toBe(4)
    } finally {
      delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"]
    }
  })
})

test("nobody there, and somebody who speaks no TLS: exit 3", async () => {
  using plain = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: { open: (socket) => void socket.write("SSH-2.0-x\r\n"), data() {} },
  })
  expect(await refusal(plain.port, await me(), "127.0.0.1")).toMatchObject({ exitCode: 3 })
  const { port } = plain
  plain.stop(true)
  expect(await refusal(port, await me(), "127.0.0.1")).toMatchObject({
    exitCode: 3,
    message: `cannot reach 127.0.0.1:${port} (refused: nothing listens there)`,
  })
})

describe("without a file", () => {
  test("a server whose certificate is for another name is judged by its authority first, then by the name", async () => {
    const [address, named] = [{ host: "127.0.0.1", port: 0 }, ["192.0.2.7"]]
    using server = scriptedServer(await ours.issueServer(named, { file: "elsewhere" }), undefined, ours.caPem)
    address.port = server.port
    const asked = (pin: string) => credentialsFor(address, { ...NOTHING, pin }, undefined, undefined)
    expect(await refusal(server.port, await asked(ours.words), "127.0.0.1")).toMatchObject({
      exitCode: 4,
      message: "the server that answered is not 127.0.0.1: its certificate is for 192.0.2.7",
    })
    expect(await asked(theirs.words).catch((error: UserError) => error.message)).toStartWith(
      "STOP: 127.0.0.1 is not the server that you mean",
    )
    expect([server.received, server.shown]).toEqual([[], []])
  })

  test("somebody who speaks no TLS shows nothing that words could fit", async () => {
    using plain = Bun.listen({
      hostname: "127.0.0.1",
      port: 0,
      socket: { open: (socket) => void socket.write("SSH-2.0-x\r\n"), data() {} },
    })
    const address = { host: "127.0.0.1", port: plain.port }
    const ended = credentialsFor(address, { ...NOTHING, pin: ours.words }, undefined, undefined)
    expect(await ended.catch((error: unknown) => error)).toMatchObject({ exitCode: 3 })
  })

  test("six words or hex bring the authority, on a connection that shows and sends nothing", async () => {
    using server = scriptedServer(await ours.issueServer(), undefined, ours.caPem)
    const { certPath } = await ours.issueClient("alice")
    const address = { host: "localhost", port: server.port }
    for (const pin of [ours.words, ours.words.replaceAll("-", " ").toUpperCase(), ours.pin]) {
      const credentials = await credentialsFor(
        address,
        { ...NOTHING, cert: certPath, pin },
        undefined,
        undefined,
      )
      expect(credentials.ca?.[0]?.trim()).toBe(ours.caPem.trim())
    }
    expect(server.received).toEqual([])
    expect(server.shown.filter((subject) => subject !== "none")).toEqual([])
  })

  test("the words of another server stop us", async () => {
    using server = scriptedServer(await ours.issueServer())
    const address = { host: "localhost", port: server.port }
    const attempt = credentialsFor(address, { ...NOTHING, pin: theirs.words }, undefined, undefined)
    await expect(attempt).rejects.toMatchObject({ exitCode: 4, message: expect.stringContaining("STOP") })
  })

  test("a person is asked for the words, a pipe is turned away", async () => {
    using server = scriptedServer(await ours.issueServer())
    const address = { host: "localhost", port: server.port }
    const asked = await credentialsFor(address, NOTHING, undefined, async () => ours.words)
    expect(asked.ca).toHaveLength(1)
    for (const nobody of [undefined, async () => ""]) {
      const attempt = credentialsFor(address, NOTHING, undefined, nobody)
      expect(await attempt.catch((error: UserError) => error.exitCode)).toBe(4)
    }
  })
})
