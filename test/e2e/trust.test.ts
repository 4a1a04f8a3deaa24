// Whom `chat connect` believes: an authority in a file, six words, or nobody; and that a server which is not believed is sent
// nothing, not even a certificate.

import { afterAll, beforeAll, expect, test } from "bun:test"
import { EXPIRED, NOT_YET_VALID, testAuthority, type TestAuthority } from "../support/certificates.ts"
import { chat, CHAT, testWith } from "../support/program.ts"
import { scriptedServer, smallServer } from "../support/scripted-server.ts"
import { startServer, type TestServer } from "../support/server.ts"
import { Tmux } from "../support/tmux.ts"

let server: TestServer
let stranger: TestAuthority
beforeAll(async () => {
  stranger = await testAuthority()
  server = await startServer()
})
afterAll(async () => {
  stranger.cleanup()
  await server[Symbol.asyncDispose]()
})

let people = 0

/** `chat connect` from a pipe that says hello, at a home of its own. */
function connect(...flags: string[]) {
  return chat(["connect", `localhost:${server.port}`, "--nick", `p${++people}`, ...flags], {
    home: server.home(`p${people}`),
    stdin: "hello\n",
  })
}

test("the authority in a file is believed", async () => {
  expect((await connect("--ca", server.authority.caPath)).exitCode).toBe(0)
})

test("six words are believed, with hyphens or spaces, and the fingerprint in hex", async () => {
  const { words, pin } = server.authority
  for (const spelt of [words, words.replaceAll("-", " ").toUpperCase(), pin])
    expect((await connect("--pin", spelt)).exitCode).toBe(0)
})

test("after the first time nothing has to be given", async () => {
  const home = server.home("again")
  const address = `localhost:${server.port}`
  const first = await chat(
    ["connect", address, "--pin", server.authority.words, "--nick", "again", "--join", "tea"],
    {
      home,
      stdin: "one\n",
    },
  )
  expect(first.exitCode).toBe(0)
  const again = await chat(["connect"], { home, stdin: "two\n" })
  expect(again).toMatchObject({ exitCode: 0 })
  // The same nick in the same channel: what was said before is there too.
  expect(again.stdout).toMatch(/^\d\d:\d\d again one\n\d\d:\d\d again two\n$/)
})

const STOPPED = { exitCode: 4, stdout: "" }

test("another authority than the given one stops it, and nothing is sent", async () => {
  const before = await server.status()
  const identity = await stranger.issueClient("p")
  const byFile = await connect("--ca", stranger.caPath, "--cert", identity.certPath)
  const byWords = await connect("--pin", stranger.words, "--cert", identity.certPath)
  for (const ended of [byFile, byWords]) {
    expect(ended).toMatchObject(STOPPED)
    expect(ended.stderr).toMatch(/^chat: error: STOP: [^\n]*Nothing was sent\n\n[^]+\nchat: hint: [^\n]+\n$/)
    // Both are said in words that can be read out.
    expect(ended.stderr).toContain(stranger.words.replaceAll("-", " "))
    expect(ended.stderr).toContain(server.authority.words.replaceAll("-", " "))
  }
  expect((await server.status()).seq).toBe(before.seq)
  expect(server.said).not.toContain("CERT_UNTRUSTED")
})

test("a server that is known and shows another authority is sent nothing, and all that is known is said", async () => {
  using known = await testAuthority()
  const home = server.home("returned")
  const member = await known.issueClient("returned")
  const first = scriptedServer(await known.issueServer(), smallServer, known.caPem)
  const { port } = first
  const address = `localhost:${port}`
  const identity = ["--cert", member.certPath, "--join", "tea"]
  expect((await chat(["connect", address, "--pin", known.words, ...identity], { home })).exitCode).toBe(0)
  expect(first.shown).toContain("CN=returned")
  first[Symbol.dispose]()

  using impostor = scriptedServer(await stranger.issueServer(), smallServer, known.caPem, port)
  const ended = await chat(["connect"], { home, stdin: "a secret\n" })
  expect(ended).toMatchObject(STOPPED)
  expect([impostor.received, impostor.shown]).toEqual([[], []])
  const today = new Date().toISOString().slice(0, 10)
  const pin = (hex: string) => `SHA-256 ${hex.slice(0, 8)}...${hex.slice(-8)}`
  const said = ended.stderr.split("\n")
  expect(said).toContain(`  You asked for         ${address}`)
  expect(said).toContain(`  You know it by        ${known.words.replaceAll("-", " ")}`)
  expect(said).toContain(`                        ${pin(known.pin)}, since ${today}`)
  expect(said).toContain(`  What answered shows   ${stranger.words.replaceAll("-", " ")}`)
  expect(said).toContain(`                        ${pin(stranger.pin)}, begins ${today}`)
  expect(ended.stderr).toMatch(/Nothing was sent: not your name, not your certificate, not a message\./)
  expect(ended.stderr).toMatch(
    /tell the host\n[^]*chat connect localhost:\d+ --pin WORD[^]*no "continue anyway"/,
  )
  expect(Math.max(...said.slice(1, -2).map((line) => line.length))).toBeLessThan(80)
})

test("its new words bring back to a server that was set up anew, which is not shown the old certificate", async () => {
  using old = await testAuthority()
  const home = server.home("anew")
  const member = await old.issueClient("anew")
  const before = scriptedServer(await old.issueServer(), smallServer, old.caPem)
  const address = `localhost:${before.port}`
  const { port } = before
  await chat(["connect", address, "--pin", old.words, "--cert", member.certPath, "--join", "tea"], { home })
  before[Symbol.dispose]()
  using after = scriptedServer(await stranger.issueServer(), smallServer, old.caPem, port)
  const believed = await chat(["connect", address, "--pin", stranger.words, "--join", "tea"], { home })
  expect(believed.exitCode).toBe(0)
  expect((await chat(["connect"], { home })).exitCode).toBe(0)
  expect(after.received).toContain("JOIN #tea")
  expect(new Set(after.shown)).toEqual(new Set(["none"]))
})

test("a server is the same by its authority, whatever its address: who we are there is known", async () => {
  const home = server.home("moved")
  const { certPath } = await server.authority.issueClient("moved")
  const { words } = server.authority
  const first = ["connect", `localhost:${server.port}`, "--pin", words, "--cert", certPath, "--join", "tea"]
  expect((await chat(first, { home })).exitCode).toBe(0)
  const second = await chat(["connect", `127.0.0.1:${server.port}`, "--pin", words], {
    home,
    stdin: "here\n",
  })
  expect(second).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/ moved here\n$/) })
  expect(second.stderr).toContain("logged in as moved")
})

test("in a pipe, with nothing to believe by, it stops", async () => {
  const ended = await connect()
  expect(ended).toMatchObject(STOPPED)
  expect(ended.stderr).toMatch(/^chat: error: .*no public authority.*\nchat: hint: .*--pin.*\n$/)
})

test.each([
  ["expired", EXPIRED, /certificate expired (yesterday|\d+ days ago)/],
  ["not yet valid", NOT_YET_VALID, /begins on/],
])("a server's certificate that is %s stops it", async (_, overrides, words) => {
  await using other = await startServer()
  await other.authority.issueServer(["localhost", "127.0.0.1"], overrides)
  expect((await other.admin("reload")).exitCode).toBe(0)
  const ended = await chat(["connect", `localhost:${other.port}`, "--ca", other.authority.caPath], {
    home: other.home("late"),
    stdin: "hello\n",
  })
  expect(ended).toMatchObject(STOPPED)
  expect(ended.stderr).toMatch(words)
})

test("a server of the right authority but another name stops it", async () => {
  await using other = await startServer()
  await other.authority.issueServer(["elsewhere.local"])
  await other.admin("reload")
  const ended = await chat(["connect", `127.0.0.1:${other.port}`, "--ca", other.authority.caPath], {
    home: other.home("named"),
    stdin: "hello\n",
  })
  expect(ended).toMatchObject(STOPPED)
  expect(ended.stderr).toContain("elsewhere.local")
})

testWith("tmux")("on a terminal it asks for the six words, and believes only the right ones", async () => {
  using tmux = new Tmux()
  const address = `localhost:${server.port}`
  const right = tmux.open([CHAT, "connect", address, "--nick", "asked"], { home: server.home("asked") })
  await right.shows(/six words/)
  right.say(server.authority.words.replaceAll("-", " "))
  await right.shows(/you joined #general/)
  right.say("in at last")
  await right.shows(/asked in at last/)
  right.say("/quit")
  expect(await right.exitCode()).toBe(0)

  const wrong = tmux.open([CHAT, "connect", address, "--nick", "fooled"], { home: server.home("fooled") })
  await wrong.shows(/six words/)
  wrong.say("otter mango")
  await wrong.shows(/a server's fingerprint is six words; these are 2/)
  wrong.say(stranger.words)
  expect(await wrong.exitCode()).toBe(4)
  await wrong.shows(/STOP: [^]*You gave +\w+ \w+[^]*tell the host/)

  const none = tmux.open([CHAT, "connect", address, "--nick", "lost"], { home: server.home("lost") })
  await none.shows(/Enter alone: I have none/)
  none.press("Enter")
  expect(await none.exitCode()).toBe(4)
  await none.shows(/is not known here[^]*ask its host for its six words/)
})
