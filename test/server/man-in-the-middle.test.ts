// Somebody who ends TLS on both sides, with a certificate that the client trusts: what the server says to the client, and what it
// tells who runs it. What `chat connect` does there is tried in test/e2e/man-in-the-middle.test.ts.

import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test"
import type { LogEntry } from "../../src/core/seams.ts"
import { Irc, type Target } from "../support/irc.ts"
import type { CertificateFiles } from "../support/certificates.ts"
import { exported, scram } from "../support/scram.ts"
import { tlsRelay, type TlsRelay } from "../support/tls-relay.ts"
import { type Serving, serving } from "./serving.ts"

const CHEAP = "[accounts]\npassword_memory_kib = 8\nscram_iterations = 4096\n"
const PASSWORD = "sesame, open"
const PLUS = { name: "alice", mechanism: "SCRAM-SHA-256-PLUS", gs2: "p=tls-exporter,,", bind: exported }

let server: Serving
let relay: TlsRelay
/** The server, as the client sees it. */
let between: Target
let relayed: CertificateFiles

beforeAll(async () => {
  // Who fails often waits; that is tried elsewhere.
  server = await serving(`[throttling]\nexempt = ["127.0.0.0/8"]\n[server]\naccess = "members"\n${CHEAP}`)
  relayed = await server.authority.issueServer(["127.0.0.1"], { file: "relay" })
  await server.server.administration.accounts.register("alice", PASSWORD)
})
beforeEach(() => {
  server.entries.length = 0
})
afterAll(() => server[Symbol.asyncDispose]())

function meddle(shows?: CertificateFiles) {
  const asIs = (line: string) => line
  relay = tlsRelay(server, relayed, { toClient: asIs, toServer: asIs, shows })
  between = { port: relay.port, authority: server.authority }
  return relay
}

function failures() {
  return server.entries.filter(({ what }) => what === "failed login")
}

const BETWEEN: LogEntry = {
  level: "warn",
  what: "failed login",
  account: "alice",
  address: "127.0.0.1",
  why: "the proof is right, for another TLS connection: somebody is between, whom the client trusts",
}

test("straight to the server the bound proof is taken, and nothing is logged", async () => {
  expect(await scram(server, { ...PLUS, password: PASSWORD })).toContain(" 900 ")
  expect(failures()).toEqual([])
})

test("through somebody it is not: both sides are told of them", async () => {
  using _ = meddle()
  for (let i = 0; i < 20; i++)
    expect(await scram(between, { ...PLUS, password: PASSWORD })).toEndWith(
      " 904 * :Your proof is for another TLS connection: somebody is between you and this server",
    )
  expect(failures()).toEqual(Array.from({ length: 20 }, () => BETWEEN))
})

test("who does not know the password, or names an account that there is not, learns and causes nothing of that", async () => {
  using _ = meddle()
  for (const name of ["alice", "nobody"])
    expect(await scram(between, { ...PLUS, name, password: "wrong" })).toEndWith(
      " 904 * :SASL authentication failed",
    )
  expect(failures().map(({ account, why }) => [account, why])).toEqual([
    ["alice", undefined],
    [undefined, undefined],
  ])
})

test("a client that was not offered the binding says so, and is told what that means before it has proven anything", async () => {
  using _ = meddle()
  const stripped = { ...PLUS, mechanism: "SCRAM-SHA-256", gs2: "y,,", bind: undefined, password: PASSWORD }
  expect(await scram(between, stripped)).toEndWith(
    " 904 * :Somebody between us has taken SCRAM-SHA-256-PLUS from the list: nothing was proven to them",
  )
  expect(failures()).toMatchObject([{ why: "somebody took SCRAM-SHA-256-PLUS from the list" }])
  // The mechanism and the account's name; no proof.
  expect(relay.lines.filter((line) => line.startsWith("AUTHENTICATE"))).toHaveLength(2)
})

test("a binding of the wrong kind is no binding", async () => {
  for (const gs2 of ["p=tls-unique,,", "p=tls-server-end-point,,", "n,,", "y,,"])
    expect(await scram(server, { ...PLUS, gs2, password: PASSWORD })).toContain(" 904 ")
})

test.each(["none", "another member's"])(
  "EXTERNAL through them is not carol's: the certificate that they show is %s",
  async (shows) => {
    using _ = meddle(shows === "none" ? undefined : await server.authority.issueClient("mallory"))
    const carol = await server.authority.issueClient("carol")
    for (let i = 0; i < 5; i++) {
      const irc = await Irc.connect(between, carol)
      irc.send("CAP REQ sasl", "AUTHENTICATE EXTERNAL", `AUTHENTICATE ${btoa("carol")}`)
      await irc.expect(/ 904 \* :SASL authentication failed$/)
      irc.send("NICK carol", "USER carol 0 * :Carol", "CAP END")
      await irc.settled().catch(() => [])
      irc.drop()
    }
    expect(server.server.administration.people.list().filter(({ account }) => account === "carol")).toEqual(
      [],
    )
  },
)
