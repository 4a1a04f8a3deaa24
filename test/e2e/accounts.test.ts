// Accounts of the real program: made by whoever runs the server, logged in to by other people's clients, there after a crash.

import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { connectPiped, trusting } from "../support/connect.ts"
import { Irc } from "../support/irc.ts"
import { CHAT, chat, testWith } from "../support/program.ts"
import { startServer, type TestServer } from "../support/server.ts"
import { Tmux } from "../support/tmux.ts"
import { until } from "../support/until.ts"

const PASSWORD = "sesame, open"

let server: TestServer
beforeAll(async () => {
  server = await startServer({ flags: ["--access", "members"] })
})
afterAll(() => server[Symbol.asyncDispose]())

function admin(action: string, name: string, password: string) {
  const options = { home: server.home("server"), stdin: `${password}\n` }
  return chat(["admin", action, name, "--data", server.data], options)
}

async function logIn(name: string, password: string): Promise<Irc> {
  const irc = await Irc.connect(server)
  const response = Buffer.from(`\0${name}\0${password}`).toString("base64")
  irc.send("CAP REQ sasl", `NICK ${name}`, `USER ${name} 0 * :${name}`)
  irc.send("AUTHENTICATE PLAIN", `AUTHENTICATE ${response}`, "CAP END")
  return irc
}

test("an administrator makes an account and changes its password, and it is there after a crash", async () => {
  expect(await admin("register", "alice", PASSWORD)).toMatchObject({
    exitCode: 0,
    stdout: "alice is registered\n",
  })
  expect(await admin("register", "ALICE", PASSWORD)).toMatchObject({
    exitCode: 8,
    stderr: expect.stringContaining("That name is somebody else's"),
  })
  for (const [name, password, words] of [
    ["NickServ", PASSWORD, "NickServ cannot be the name of an account"],
    ["bob", "short", "A password has at least 8 characters"],
  ] as const)
    expect((await admin("register", name, password)).stderr).toContain(words)
  expect((await admin("password", "nobody", PASSWORD)).stderr).toContain("there is no account nobody")
  const first = await logIn("alice", PASSWORD)
  await first.expect(/ 001 alice /)
  expect((await server.admin("list")).stdout).toMatch(/alice +\(password\)/)
  await first.quit()
  expect(await admin("password", "alice", `${PASSWORD} 2`)).toMatchObject({
    stdout: "alice has a new password\n",
  })
  await server.kill()
  await server.start()
  const wrong = await logIn("alice", PASSWORD)
  await wrong.expect(/ 904 /)
  await wrong.closed
  expect(wrong.lines.at(-1)).toBe(
    "ERROR :ACCOUNT_REQUIRED this server admits members only: show a client certificate, or log in by SASL",
  )
  const right = await logIn("alice", `${PASSWORD} 2`)
  await right.expect(/ 001 alice /)
  right.send("REGISTER other * sesamesesame")
  await right.expect(/ FAIL REGISTER DISALLOWED /)
  await right.quit()
  expect(server.said).not.toContain(PASSWORD)
  for (const file of ["log.db", "log.db-wal"]) {
    const bytes = readFileSync(join(server.data, file))
    expect(bytes.includes(PASSWORD)).toBe(false)
  }
})

testWith("tmux")("on a terminal the password is asked for twice, and not shown", async () => {
  using tmux = new Tmux()
  const window = tmux.open([CHAT, "admin", "register", "tess", "--data", server.data], {
    home: server.home("tess"),
  })
  await window.shows(/password of tess: $/m)
  window.say("sesamf\x7fe, open")
  await window.shows(/password of tess again: $/m)
  window.say(PASSWORD)
  await window.shows(/tess is registered/)
  expect(window.text()).not.toMatch(/sesam|open/)
  const tess = await logIn("tess", PASSWORD)
  await tess.expect(/ 001 tess /)
  await tess.quit()
})

describe.each([[], ["--line"]])("/password of chat connect %p", (...flags) => {
  testWith("tmux")(
    "gives a certificate's account its first one, and then another; no screen shows any",
    async () => {
      using tmux = new Tmux()
      const name = flags.length > 0 ? "lina" : "cora"
      const { certPath } = await server.authority.issueClient(name)
      const args = [`localhost:${server.port}`, ...trusting(server), "--cert", certPath, ...flags]
      const window = tmux.open([CHAT, "connect", ...args], { home: server.home(name) })
      await window.shows(/you joined #general/)
      let rounds = 0
      const change = async (former: string, wanted: string) => {
        window.say("/password")
        rounds++
        await until(() => window.count(/the password of now/g) === rounds, "to be asked")
        // However fast it is typed, nothing of it is said to anybody.
        window.type(`${former}\r${wanted}\r${wanted}\r`)
      }
      await change("", "saffron, 1")
      await window.shows(/-NickServ- Your password is changed/)
      const elsewhere = await logIn(name, "saffron, 1")
      await elsewhere.expect(new RegExp(` 001 ${name} `))
      tmux.run("clear-history")
      window.say("/raw PING x")
      await change("saffron,1", "sesame-2")
      await window.shows(/-NickServ- That is not the account's password/)
      window.say("still here")
      await window.shows(new RegExp(`${name} still here`))
      window.press("Up", "Up")
      await window.shows(/\/password$/m)
      expect(window.text()).not.toMatch(/saffron|sesame/)
      elsewhere.send("PING still")
      await elsewhere.expect(/ PONG .*still/)
      await elsewhere.quit()
    },
  )
})

test("a site of passwords alone: members log in, guests and invitations are told what there is instead", async () => {
  await using own = await startServer({ flags: ["--access", "members", "--client-certs", "off"] })
  const home = own.home("server")
  const registered = await chat(["admin", "register", "ann", "--data", own.data], {
    home,
    stdin: `${PASSWORD}\n`,
  })
  expect(registered).toMatchObject({ exitCode: 0, stdout: "ann is registered\n" })
  const file = join(home, "password")
  writeFileSync(file, `${PASSWORD}\n`)
  const ann = await connectPiped(own, "ann", "hello\n", "--sasl", "ann", "--password-file", file)
  expect(ann).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("ann hello") })
  const guest = await connectPiped(own, "gus", "hello\n")
  expect(guest).toMatchObject({ exitCode: 5, stdout: "" })
  expect(guest.stderr).toContain("this server admits members only: log in by SASL")
  const invited = await chat(["invite", "bob", "--data", own.data], { home })
  expect(invited).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining("chat admin register makes members"),
  })
})

test.each(["register", "password"])("chat admin %s without a name says how it is used", async (action) => {
  const ended = await server.admin(action)
  expect(ended).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(`chat admin ${action} NAME`) })
})

testWith("tmux", "irssi")("irssi logs in by SASL PLAIN", async () => {
  await admin("register", "irene", PASSWORD)
  using tmux = new Tmux()
  const home = server.home("irene")
  writeFileSync(
    join(home, "config"),
    `servers = ({ address = "localhost"; port = "${server.port}"; chatnet = "lab"; autoconnect = "yes";
       use_tls = "yes"; tls_verify = "yes"; tls_cafile = "${server.authority.caPath}"; });
     chatnets = { lab = { type = "IRC"; nick = "irene"; sasl_mechanism = "PLAIN";
       sasl_username = "irene"; sasl_password = "${PASSWORD}"; }; };
     settings = { core = { real_name = "irene"; user_name = "irene"; nick = "irene"; }; };`,
  )
  const window = tmux.open(["irssi", "--home", home], { home })
  await window.shows(/You are now logged in as irene/)
  await window.shows(/Welcome to the chat network, irene!/)
})

testWith("tmux", "weechat")("WeeChat logs in by SASL SCRAM-SHA-256", async () => {
  await admin("register", "wilma", PASSWORD)
  using tmux = new Tmux()
  const home = server.home("wilma")
  const { stdout } = Bun.spawnSync(["weechat", "--version"], { stdout: "pipe" })
  const tls = Number.parseInt(stdout.toString()) >= 4 ? "tls" : "ssl"
  const commands = [
    `/set weechat.network.gnutls_ca_user "${server.authority.caPath}"`,
    `/server add lab localhost/${server.port} -${tls} -nicks=wilma -sasl_mechanism=scram-sha-256 -sasl_username=wilma`,
    `/set irc.server.lab.sasl_password "${PASSWORD}"`,
    "/connect lab",
    "/buffer irc.server.lab",
  ]
  mkdirSync(join(home, "weechat"))
  const run = commands.flatMap((command) => ["-r", command])
  const window = tmux.open(["weechat", "--dir", join(home, "weechat"), ...run], { home })
  await window.shows(/You are now logged in as wilma/)
  await window.shows(/Welcome to the chat network, wilma!/)
})
