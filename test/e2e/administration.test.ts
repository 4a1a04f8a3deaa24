// Whoever runs the server: on its own terminal, and with `chat admin` from another.

import { afterAll, beforeAll, expect, test } from "bun:test"
import { join } from "node:path"
import { Irc } from "../support/irc.ts"
import { CHAT, chat, testWith } from "../support/program.ts"
import { startServer, type TestServer } from "../support/server.ts"
import { Tmux } from "../support/tmux.ts"

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server[Symbol.asyncDispose]())

testWith("tmux")(
  "the console lists, disconnects and stops; what is typed there survives the log",
  async () => {
    using tmux = new Tmux()
    const { authority } = server
    const { certPath } = await authority.issueServer()
    const home = server.home("console")
    const flags = ["--listen", "127.0.0.1:0", "--cert", certPath, "--access", "open"]
    const console = tmux.open([CHAT, "serve", ...flags, "--data", join(home, "data")], { home })
    await console.shows(/ ready /)
    const port = Number(/127\.0\.0\.1:(\d+)/.exec(console.text())?.[1])
    console.type("/li")
    const irc = await Irc.register({ port, authority }, "dora")
    irc.send("JOIN #den")
    await console.shows(/dora joined/)
    await console.shows(/^> \/li\s*$/m)
    console.say("st")
    await console.shows(/dora +\(guest\) +127\.0\.0\.1 .*TLSv1\.3 +#den/)
    console.say("/kick #den dora loud")
    await irc.expect(/^:\S+ KICK #den dora :loud$/)
    console.say("/kick dora too loud")
    await irc.closed
    expect(irc.lines.at(-1)).toBe("ERROR :KICKED too loud")
    console.say("/quit")
    expect(await console.exitCode()).toBe(0)
  },
)

test("list and status are tables for people and JSON for programs", async () => {
  const irc = await Irc.register(server, "eve")
  irc.send("JOIN #eve")
  await irc.settled()
  const { stdout: table } = await server.admin("list")
  expect(table).toMatch(/^ +nick +certificate +address +since +tls +channels$/m)
  expect(table).toMatch(/eve +\(guest\) +127\.0\.0\.1/)
  const { stdout } = await server.admin("list", "--json")
  expect(JSON.parse(stdout)).toMatchObject({ v: 1, ok: true, people: [{ nick: "eve", channels: ["#eve"] }] })
  expect(await server.status()).toMatchObject({ v: 1, users: 1, channels: 1, readOnly: false })
  await irc.quit()
})

test("stop tells everybody, and both programs end with 0", async () => {
  await using own = await startServer()
  const irc = await Irc.register(own, "fay")
  const [asked] = await Promise.all([own.admin("stop"), irc.closed])
  expect(asked.exitCode).toBe(0)
  expect(irc.lines.at(-1)).toBe("ERROR :SHUTDOWN the server is stopping")
  expect(await own.stop()).toBe(0)
  expect((await own.admin("status")).exitCode).toBe(3)
})

test("reload takes new certificates and a new configuration, and refuses bad ones, while people stay on", async () => {
  const irc = await Irc.register(server, "gil")
  server.configure("[server]\ndescription = 'the second'\n")
  expect((await server.admin("reload")).exitCode).toBe(0)
  irc.send("VERSION", "LINKS", "WHOIS gil")
  expect((await irc.settled()).join("\n")).toContain("the second")
  server.configure("[server]\ndescripton = 'a slip'\n")
  const { exitCode, stderr } = await server.admin("reload")
  expect(exitCode).not.toBe(0)
  expect(stderr).toMatch(
    /^chat: error: .*chat\.toml line 2: .*descripton.*\nchat: hint: did you mean description\?\n$/,
  )
  expect(await irc.settled()).toEqual([])
})

test("a ban and a lockdown hold over a restart; chat connect ends with 7 and 5", async () => {
  await using own = await startServer()
  const irc = await Irc.register(own, "gus")
  const banned = await own.admin("ban", "127.0.0.0/8", "--for", "1h", "--reason", "not today")
  expect(banned.stdout).toBe("address 127.0.0.0/8 is banned for 1 h; connections closed: 1\n")
  await irc.closed
  expect(irc.lines.at(-1)).toMatch(/^ERROR :BANNED not today \(until \S+Z\)$/)
  expect((await own.admin("lockdown", "on")).stdout).toBe("nobody new is let in\n")
  await own.kill()
  await own.start()
  expect((await own.admin("bans")).stdout).toMatch(/address +127\.0\.0\.0\/8 .* not today/)
  expect(JSON.parse((await own.admin("bans", "--json")).stdout)).toMatchObject({
    bans: [{ kind: "address", value: "127.0.0.0/8", reason: "not today" }],
  })
  expect(await own.status()).toMatchObject({ lockdown: true })
  const connect = (home: string) =>
    chat(["connect", `127.0.0.1:${own.port}`, "--nick", "gus", "--ca", own.authority.caPath, "--line"], {
      home: own.home(home),
    })
  expect((await connect("banned")).exitCode).toBe(7)
  expect((await own.admin("unban", "127.0.0.0/8")).stdout).toBe("address 127.0.0.0/8 is banned no longer\n")
  expect((await connect("locked")).exitCode).toBe(5)
  expect(await own.admin("unban", "127.0.0.0/8")).toMatchObject({
    exitCode: 8,
    stderr: expect.stringMatching(/127\.0\.0\.0\/8 is not banned/),
  })
  expect((await own.admin("lockdown", "off")).stdout).toBe("new people are let in again\n")
  await (await Irc.register(own, "gus")).quit()
})
