// Somebody in the middle whose certificate the client trusts: they read all and may change all, and still nobody logs in through them
// by a bound password or by a certificate. https://www.rfc-editor.org/rfc/rfc5802#section-6

import { describe, expect, test } from "bun:test"
import { readProfiles } from "../../src/dial/profiles.ts"
import type { CertificateFiles } from "../support/certificates.ts"
import { connectPiped, trusting } from "../support/connect.ts"
import { chat } from "../support/program.ts"
import { NO_THROTTLING, startServer, type TestServer } from "../support/server.ts"
import { tlsRelay } from "../support/tls-relay.ts"

const PASSWORD = "sesame, open"
const WEAKER = "--allow-weaker-login"
/** As many as an address may fail without being made to wait; each way of meddling has a server of its own. */
const ROUNDS = 3

function startMembers() {
  return startServer({ flags: ["--access", "members"], config: NO_THROTTLING })
}

/** Makes an account; the flags that log in to it. */
async function account(server: TestServer, name: string): Promise<string[]> {
  const options = { home: server.home("server"), stdin: `${PASSWORD}\n` }
  expect((await chat(["admin", "register", name, "--data", server.data], options)).exitCode).toBe(0)
  const file = `${server.home(name)}/password`
  await Bun.write(file, `${PASSWORD}\n`)
  return ["--sasl", name, "--password-file", file]
}

/** What the relay shows to the client, who believes it. */
function certificateFor({ authority }: TestServer): Promise<CertificateFiles> {
  return authority.issueServer(["127.0.0.1"], { file: "relay" })
}

/** In base64 whatever it is: what stands in the lines of AUTHENTICATE. */
function inResponses(line: string, change: (text: string) => string): string {
  const [command, response = ""] = line.split(" ")
  if (command !== "AUTHENTICATE" || !/^[\w+/=]{8,}$/.test(response)) return line
  return `AUTHENTICATE ${Buffer.from(change(Buffer.from(response, "base64").toString("latin1")), "latin1").toString("base64")}`
}

const withoutScram = (line: string) => line.replace(/(?:SCRAM-SHA-256(?:-PLUS)?,)+/, "")
const withoutPlus = (line: string) => line.replace(/SCRAM-SHA-256-PLUS,?/, "")
const asIs = (line: string) => line

const MEDDLING: readonly [
  what: string,
  toClient: (line: string) => string,
  toServer: (line: string) => string,
][] = [
  ["only read", asIs, asIs],
  ["take the binding from the list", withoutPlus, asIs],
  [
    "take it and hide that they did",
    withoutPlus,
    (line) => inResponses(line, (text) => text.replace(/^y,,/, "n,,").replace(/^c=eSws,/, "c=biws,")),
  ],
]

test("straight to the server the same login succeeds", async () => {
  await using server = await startMembers()
  const ended = await connectPiped(server, "direct", "hello\n", ...(await account(server, "direct")))
  expect(ended).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("direct hello") })
})

describe.each(MEDDLING)("they %s", (_, toClient, toServer) => {
  test("and no password logs in", async () => {
    await using server = await startMembers()
    using relay = tlsRelay(server, await certificateFor(server), { toClient, toServer })
    for (let round = 0; round < ROUNDS; round++) {
      const name = `alice${round}`
      const login = await account(server, name)
      // The server, too, has to notice: not every client does.
      const args = [`127.0.0.1:${relay.port}`, ...trusting(server), "--nick", name, ...login, WEAKER]
      const ended = await chat(["connect", ...args], { home: server.home(name), stdin: "hello\n" })
      expect(ended).toMatchObject({ exitCode: 5, stdout: "" })
      expect(ended.stderr).toMatch(/cannot log in: /)
    }
    expect(relay.lines.join("\n")).toContain("AUTHENTICATE SCRAM-SHA-256")
    expect(relay.lines.join("\n")).not.toContain(" 903 ")
    expect(relay.lines.join("\n")).not.toContain("hello")
  })
})

test.each(["none", "their own"])(
  "a certificate does not log in through them: the one that they show is %s",
  async (shows) => {
    await using server = await startMembers()
    const own = shows === "none" ? undefined : await server.authority.issueClient("mallory")
    const meddling = { toClient: asIs, toServer: asIs, shows: own }
    using relay = tlsRelay(server, await certificateFor(server), meddling)
    const alice = await server.authority.issueClient("alice")
    for (let round = 0; round < ROUNDS; round++) {
      const ended = await chat(
        ["connect", `127.0.0.1:${relay.port}`, ...trusting(server), "--cert", alice.certPath],
        { home: server.home("alice"), stdin: "hello\n" },
      )
      expect(ended).toMatchObject({ exitCode: 5, stdout: "" })
    }
    expect(relay.lines.filter((line) => / 900 .* alice /.test(line))).toEqual([])
    expect(relay.lines.filter((line) => line.startsWith("JOIN"))).toEqual([])
    expect(relay.lines.join("\n")).not.toContain("hello")
  },
)

describe("they leave nothing on the list but a mechanism that shows the password", () => {
  test.each([
    ["SCRAM-SHA-256", withoutPlus],
    ["PLAIN", withoutScram],
  ])("%s: a server of ours is known to have better, and is not given it", async (left, toClient) => {
    await using server = await startMembers()
    using relay = tlsRelay(server, await certificateFor(server), { toClient, toServer: asIs })
    const login = await account(server, "alice")
    const args = [`127.0.0.1:${relay.port}`, ...trusting(server), ...login]
    const ended = await chat(["connect", ...args], { home: server.home("alice"), stdin: "hello\n" })
    expect(ended).toMatchObject({ exitCode: 4, stdout: "" })
    expect(ended.stderr).toMatch(/STOP: .* does not offer SCRAM-SHA-256-PLUS, [^]*--allow-weaker-login\n/)
    expect(ended.stderr).toMatch(new RegExp(`What answered +offers EXTERNAL, .*${left}`))
    expect(relay.lines.filter((line) => /^AUTHENTICATE|^JOIN/.test(line))).toEqual([])
    // The server notices that SCRAM was not bound; that PLAIN was not, nobody can.
    if (left !== "PLAIN") return
    const options = { home: server.home("alice"), stdin: "hello\n" }
    expect((await chat(["connect", ...args, WEAKER], options)).exitCode).toBe(0)
    // That was for this once.
    expect(await chat(["connect", ...args], options)).toMatchObject({ exitCode: 4, stdout: "" })
  })

  test("PLAIN: of a network of another make the profile remembers what worked", async () => {
    await using server = await startMembers()
    const login = await account(server, "bob")
    const home = server.home("bob")
    const env = { NODE_EXTRA_CA_CERTS: server.authority.caPath }
    const options = { home, env, stdin: "hello\n" }
    expect((await chat(["connect", `127.0.0.1:${server.port}`, ...login], options)).exitCode).toBe(0)
    const newest = () => readProfiles(`${home}/.local/share/chat/servers`)[0]!
    const { folder, server: profile } = newest()
    expect(profile.logins).toEqual(["SCRAM-SHA-256-PLUS"])
    // Whoever can send its name elsewhere.
    using relay = tlsRelay(server, await certificateFor(server), { toClient: withoutScram, toServer: asIs })
    const moved = { ...profile, hosts: [`127.0.0.1:${relay.port}`] }
    await Bun.write(`${folder}/server.json`, JSON.stringify(moved))
    const stopped = await chat(["connect", ...login], options)
    expect(stopped).toMatchObject({ exitCode: 4, stdout: "", stderr: expect.stringContaining("STOP: ") })
    expect(relay.lines.filter((line) => /^AUTHENTICATE|^JOIN/.test(line))).toEqual([])
    // Whoever was told by the host that it is so.
    const allowed = await chat(["connect", ...login, WEAKER], options)
    expect(allowed).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("bob hello") })
    expect(newest().server.logins).toEqual(["SCRAM-SHA-256-PLUS", "PLAIN"])
    expect((await chat(["connect", ...login], options)).exitCode).toBe(4)
  })
})
