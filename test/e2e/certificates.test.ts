// Certificates that may not in: each is told its reason, as a raw connection reads it and as `chat connect` says it.

import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import {
  type CertificateFiles,
  EXPIRED,
  NOT_YET_VALID,
  testAuthority,
  type TestAuthority,
} from "../support/certificates.ts"
import { connectPiped } from "../support/connect.ts"
import { Irc } from "../support/irc.ts"
import { startServer, type TestServer } from "../support/server.ts"

let server: TestServer
let stranger: TestAuthority
beforeAll(async () => {
  stranger = await testAuthority()
  server = await startServer({ flags: ["--client-certs", "required", "--access", "members"] })
})
afterAll(async () => {
  stranger.cleanup()
  await server[Symbol.asyncDispose]()
})

type Make = () => Promise<CertificateFiles> | undefined

const ours = (name: string, overrides: Parameters<TestAuthority["issueClient"]>[1]) => () =>
  server.authority.issueClient(name, overrides)

const REFUSED: readonly (readonly [what: string, make: Make, code: string, words: RegExp])[] = [
  ["no certificate", () => undefined, "CERT_REQUIRED", /no client certificate was shown/],
  ["an expired one", ours("late", EXPIRED), "CERT_EXPIRED", /your certificate has expired/],
  ["one not yet valid", ours("early", NOT_YET_VALID), "CERT_NOT_YET_VALID", /not valid yet/],
  ["a server's", ours("swap", { usages: ["serverAuth"] }), "CERT_WRONG_PURPOSE", /not made for a client/],
  ["one without a purpose", ours("any", { usages: [] }), "CERT_WRONG_PURPOSE", /not made for a client/],
  ["one of another site", ours("away", { site: "other.local" }), "CERT_NO_NAME", /no name of this site/],
  ["one of another authority", () => stranger.issueClient("mallory"), "CERT_UNTRUSTED", /not issued by this/],
]

describe.each(REFUSED)("%s", (_, make, code, words) => {
  test("gets its reason before the connection is closed", async () => {
    const irc = await Irc.connect(server, await make())
    irc.send("NICK intruder", "USER intruder 0 * :Intruder", "JOIN #inside")
    await irc.closed
    expect(irc.lines).toHaveLength(1)
    expect(irc.lines[0]).toStartWith(`ERROR :${code} `)
    expect(irc.lines[0]).toMatch(words)
  })

  test("makes chat connect say so and exit 5", async () => {
    const certificate = await make()
    const identity = certificate ? ["--cert", certificate.certPath] : []
    const ended = await connectPiped(server, "intruder", "hello\n", ...identity)
    expect(ended).toMatchObject({ exitCode: 5, stdout: "" })
    expect(ended.stderr).toMatch(/^chat: error: [^\n]+\nchat: hint: [^\n]+\n$/)
    expect(ended.stderr).toMatch(words)
  })
})

test("nobody that was refused was ever seen, and every refusal was counted and logged", async () => {
  const certificate = await server.authority.issueClient("alice")
  const alice = await Irc.connect(server, certificate)
  alice.send("NICK alice", "USER alice 0 * :Alice", "JOIN #inside")
  await alice.expect(/ 366 /)
  expect(alice.lines.join("\n")).not.toContain("intruder")
  expect(await server.status()).toMatchObject({ users: 1, refused: 2 * REFUSED.length })
  for (const [, , code] of REFUSED) expect(server.said).toContain(code)
  await alice.quit()
})

test("with members only and certificates optional, a guest is told to bring one", async () => {
  await using members = await startServer({ flags: ["--access", "members"] })
  const irc = await Irc.connect(members)
  irc.send("NICK guest", "USER guest 0 * :Guest")
  await irc.closed
  expect(irc.lines.at(-1)).toStartWith("ERROR :ACCOUNT_REQUIRED this server admits members only")
  const ended = await connectPiped(members, "guest", "")
  expect(ended).toMatchObject({ exitCode: 5, stdout: "" })
  expect(ended.stderr).toMatch(/admits members only.*\nchat: hint: .*chat join LINK/)
})

test("with access open, a foreign certificate is no reason to turn a guest away", async () => {
  await using open = await startServer()
  const irc = await Irc.connect(open, await stranger.issueClient("visitor"))
  irc.send("NICK visitor", "USER visitor 0 * :Visitor", "WHOIS visitor")
  await irc.expect(/ 318 /)
  expect(irc.lines.join("\n")).not.toMatch(/ 330 /)
})
