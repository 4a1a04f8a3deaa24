// A certificate that has ended is renewed for a while by who has its key, once, and never one that was taken back.

import { afterEach, expect, setSystemTime, test } from "bun:test"
import { X509Certificate } from "node:crypto"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join as pathOf } from "node:path"
import { makeKeyPair } from "../../src/authority/keys.ts"
import { pinOf } from "../../src/authority/pin.ts"
import { makeRequest } from "../../src/authority/request.ts"
import { enrol } from "../../src/dial/enrol.ts"
import { saveProfile } from "../../src/dial/profiles.ts"
import { NotRenewed, renew } from "../../src/dial/renew.ts"
import type { Pair } from "../../src/dial/pair.ts"
import type { Invited } from "../../src/server/invitations.ts"
import { EXPIRED } from "../support/certificates.ts"
import { chat, type Ended } from "../support/program.ts"
import { type Serving, serving } from "./serving.ts"

afterEach(() => void setSystemTime())

const MEMBERS = '[server]\naccess = "members"\n[throttling]\nnew_connections_per_minute = 0\n'
const REQUIRED = MEMBERS.replace("[server]\n", '[server]\nclient_certs = "required"\n')
const DAY_MS = 86_400_000
/** Of a certificate, in serving.ts. */
const LIFE_DAYS = 90

/** Alice's, asked for on her laptop so long ago that it ended `days` ago. */
async function ended(serve: Serving, days: number, name = "alice"): Promise<Pair> {
  setSystemTime(new Date(Date.now() - (LIFE_DAYS + days) * DAY_MS))
  try {
    return await joined(serve, name)
  } finally {
    setSystemTime()
  }
}

async function joined(serve: Serving, name: string): Promise<Pair> {
  const wanted = { name, channels: [], ttlMs: 60_000, uses: 1 }
  const invitation = (await serve.server.administration.invitations.make(wanted)) as Invited
  const keys = await makeKeyPair()
  const enrolment = { request: await makeRequest(keys), keyPem: keys.pem, device: "laptop" }
  const link = { ...invitation, address: `127.0.0.1:${serve.port}` }
  const { cert } = await enrol(addressOf(serve), serve.authority.caPem, link, enrolment)
  return { cert, key: keys.pem }
}

const addressOf = ({ port }: Serving) => ({ host: "127.0.0.1", port })

function renewed(serve: Serving, pair: Pair): Promise<Pair> {
  return renew(addressOf(serve), serve.authority.caPem, pair, new AbortController().signal)
}

async function whyNot(serve: Serving, pair: Pair): Promise<string> {
  const error = await renewed(serve, pair).catch((thrown: unknown) => thrown)
  if (!(error instanceof NotRenewed)) throw error
  expect(Math.abs((error.clock ?? 0) - Date.now())).toBeLessThan(5000)
  return error.message
}

/** What a connection with it is told first. */
async function told(serve: Serving, { cert, key }: Pair): Promise<string> {
  const irc = await serve.connect({ certPem: cert, keyPem: key } as never)
  irc.send("NICK alice", "USER alice 0 * :Alice")
  const line = await irc.expect(/ 001 |^ERROR /)
  await irc.quit()
  return line
}

test.each([
  ["optional", MEMBERS],
  ["required", REQUIRED],
])(
  "with certificates %s, one that ended ten days ago is good for renewing and nothing else",
  async (_, toml) => {
    await using serve = await serving(toml)
    const old = await ended(serve, 10)
    expect(new X509Certificate(old.cert).validToDate.getTime()).toBeLessThan(Date.now() - 9 * DAY_MS)
    expect(await told(serve, old)).toStartWith("ERROR :CERT_EXPIRED ")
    const fresh = await renewed(serve, old)
    expect(await told(serve, fresh)).toContain(" 001 alice ")
    expect(serve.server.administration.revocations.list("alice")).toMatchObject([{ device: "laptop" }])
    expect(await told(serve, old)).toStartWith("ERROR :CERT_EXPIRED ")
  },
)

test("others that are made meanwhile do not make the server forget it", async () => {
  await using serve = await serving(MEMBERS)
  const old = await ended(serve, 29)
  await joined(serve, "bob")
  expect(await told(serve, await renewed(serve, old))).toContain(" 001 alice ")
})

test("after 30 days it is too late, or after so many as the configuration says", async () => {
  await using serve = await serving(MEMBERS)
  const [early, late] = [await ended(serve, 1), await ended(serve, 31)]
  expect(await whyNot(serve, late)).toBe("your certificate ended more than 30 days ago")
  const server = await serve.authority.issueServer(undefined, { file: "next" })
  serve.reload(server, `${MEMBERS}[accounts]\nrenew_after_expiry_days = 60\n`)
  expect(await told(serve, await renewed(serve, late))).toContain(" 001 ")
  serve.reload(server, `${MEMBERS}[accounts]\nrenew_after_expiry_days = 0\n`)
  expect(await whyNot(serve, early)).toBe("your certificate has expired")
  const refused = serve.entries.filter(({ what }) => what === "renewal refused")
  expect(refused).toMatchObject([{ code: "CERT_EXPIRED" }, { code: "CERT_EXPIRED" }])
})

test("what was revoked stays so, whether before its end or after", async () => {
  await using serve = await serving(MEMBERS)
  const { revocations } = serve.server.administration
  const before = await ended(serve, -1)
  await revocations.revoke({ name: "alice", device: "laptop", reason: "lost" })
  const after = await ended(serve, 5, "bob")
  await revocations.revoke({ name: "bob", device: "laptop", reason: "stolen" })
  expect(await whyNot(serve, after)).toBe("your certificate was revoked: stolen")
  // Two days on, the first has ended as well; to TLS, which goes by another clock, it has not.
  setSystemTime(new Date(Date.now() + 2 * DAY_MS))
  expect(await whyNot(serve, before)).toBe("your certificate was revoked: lost")
})

test("one that was renewed is good for a lost answer, and after a day for nobody who has found its key", async () => {
  await using serve = await serving(MEMBERS)
  const old = await ended(serve, 3)
  await renewed(serve, old)
  await renewed(serve, old)
  setSystemTime(new Date(Date.now() + DAY_MS + 60_000))
  expect(await whyNot(serve, old)).toBe("your certificate was revoked: superseded")
})

test("what was made by hand leaves no record, and is renewed before its end or not at all", async () => {
  await using serve = await serving(MEMBERS)
  const { certPem: cert, keyPem: key } = await serve.authority.issueClient("alice", EXPIRED)
  await joined(serve, "bob")
  expect(await whyNot(serve, { cert, key })).toBe("show the certificate that is to be renewed")
  await told(serve, await handmade(serve, "alice"))
  expect(await whyNot(serve, { cert, key })).toBe(
    "your certificate has ended, and the server has no record of it",
  )
  expect(await told(serve, await renewed(serve, await handmade(serve, "alice")))).toContain(" 001 ")
})

async function handmade(serve: Serving, name: string): Promise<Pair> {
  const { certPem: cert, keyPem: key } = await serve.authority.issueClient(name)
  return { cert, key }
}

test("who is banned renews nothing", async () => {
  await using serve = await serving(MEMBERS)
  const old = await ended(serve, 3)
  await serve.server.administration.bans.ban({ target: "alice", reason: "enough" })
  expect(await whyNot(serve, old)).toContain("enough")
})

test("chat connect does it by itself, and says so; too late, it tells the whole story", async () => {
  await using serve = await serving(MEMBERS)
  const home = mkdtempSync(pathOf(tmpdir(), "chat-grace-"))
  try {
    const profile = (pair: Pair) => {
      const { caPem: ca } = serve.authority
      const hosts = [`127.0.0.1:${serve.port}`]
      const root = pathOf(home, ".local", "share", "chat", "servers")
      const lastUsed = new Date().toISOString()
      saveProfile(
        root,
        { v: 1, pin: pinOf(ca), name: "lab", hosts, nick: "alice", channels: [], lastUsed },
        { ca, ...pair },
      )
      return pathOf(root, pinOf(ca).slice(0, 16))
    }
    const [late, old] = [await ended(serve, 40), await ended(serve, 10)]
    const folder = profile(old)
    const connected = await chat(["connect"], { home, stdin: "hello\n" })
    expect(connected).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("hello") })
    expect(connected.stderr).toMatch(/your certificate was renewed, valid until /)
    expect(new X509Certificate(readFileSync(pathOf(folder, "me.pem"))).validToDate.getTime()).toBeGreaterThan(
      Date.now(),
    )
    expect(await chat(["send", "#general", "again"], { home })).toMatchObject({ exitCode: 0, stderr: "" })
    profile(late)
    const stopped: Ended = await chat(["send", "#general", "hello"], { home })
    expect(stopped).toMatchObject({ exitCode: 5, stdout: "" })
    expect(stopped.stderr).toMatch(
      /^chat: error: your certificate has expired, and could not be renewed\n[^]*Who you are +alice, on this computer\n[^]*40 days ago\n[^]*it says: your certificate ended more than 30 days ago\n[^]*the server's agrees\n[^]*\nchat: hint: .*chat join --replace LINK\n$/,
    )
    expect(readFileSync(pathOf(folder, "me.pem"), "utf8")).toBe(late.cert)
  } finally {
    rmSync(home, { recursive: true })
  }
})
