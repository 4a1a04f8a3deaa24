// The barest client: raw lines through `openssl s_client`, which knows nothing of IRC.

import { afterAll, beforeAll, expect, test as plain } from "bun:test"
import { Irc } from "../support/irc.ts"
import { run, testWith } from "../support/program.ts"
import { startServer, type TestServer } from "../support/server.ts"

const test = testWith("openssl")

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server[Symbol.asyncDispose]())

function speak(stdin: string, ...flags: string[]) {
  const target = ["-connect", `127.0.0.1:${server.port}`, "-CAfile", server.authority.caPath]
  const verified = ["-verify_return_error", "-verify_ip", "127.0.0.1"]
  const command = ["openssl", "s_client", "-quiet", ...verified, ...target, ...flags]
  return run(command, { home: server.folder, stdin })
}

test("registers, pings, joins, talks and quits", async () => {
  const lines = [
    "CAP REQ :echo-message",
    "NICK raw",
    "USER raw 0 * :Raw",
    "CAP END",
    "PING :are you there",
    "JOIN #raw",
    "PRIVMSG #raw :one",
    "PRIVMSG #raw :two",
    "QUIT",
  ]
  const { stdout } = await speak(`${lines.join("\r\n")}\r\n`)
  const said = stdout.split("\r\n")
  expect(said.find((line) => / 001 raw :/.test(line))).toBeDefined()
  expect(said).toContainEqual(expect.stringMatching(/ PONG \S+ :are you there$/))
  expect(said).toContainEqual(expect.stringMatching(/^:raw!\S+ JOIN :?#raw$/))
  const heard = said.filter((line) => line.includes(" PRIVMSG #raw "))
  expect(heard.map((line) => line.split(" :")[1])).toEqual(["one", "two"])
  expect(said.at(-2)).toMatch(/^ERROR :/)
})

test("line feeds alone end lines", async () => {
  const { stdout } = await speak("NICK raw2\nUSER raw2 0 * :Raw\nPING :whole\nQUIT\n")
  expect(stdout).toMatch(/ PONG \S+ :?whole\r\n/)
})

test("a client certificate is accepted, and names its holder", async () => {
  const { certPath, keyPath } = await server.authority.issueClient("carol")
  const identity = ["-cert", certPath, "-key", keyPath]
  const { stdout } = await speak("NICK carol\r\nUSER x 0 * :C\r\nWHOIS carol\r\nQUIT\r\n", ...identity)
  expect(stdout).toMatch(/ 330 carol carol carol :is logged in as/)
})

test("TLS 1.2 is refused in the handshake", async () => {
  const { stdout, stderr } = await speak("NICK old\r\n", "-tls1_2")
  expect(stdout).toBe("")
  expect(stderr).toMatch(/alert protocol version|handshake failure|unsupported protocol/)
})

plain("who says that nothing more will come is still answered, and then let go", async () => {
  const irc = await Irc.connect(server)
  irc.send("NICK half", "USER half 0 * :Half", "PING :last words")
  irc.write("PING :a line without its end")
  irc.halfClose()
  await irc.closed
  expect(irc.lines).toContainEqual(expect.stringMatching(/ PONG \S+ :last words$/))
  expect(irc.lines.at(-1)).toMatch(/^ERROR :/)
  expect(irc.lines.join()).not.toContain("without its end")
})
