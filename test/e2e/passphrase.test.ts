// The authority's key under a passphrase: a server without it goes on with what it has, and signs nothing until somebody says it.

import { afterAll, beforeAll, expect, test } from "bun:test"
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Irc } from "../support/irc.ts"
import { chat, CHAT, type Ended, testWith } from "../support/program.ts"
import { startServer, type TestServer } from "../support/server.ts"
import { Tmux } from "../support/tmux.ts"
import { until } from "../support/until.ts"

const PASSPHRASE = "four words of mine"
const LOCKED = "the authority's key is locked: who runs this server has to open it (chat certs unlock)"

let server: TestServer
let [right, wrong] = ["", ""]
beforeAll(async () => {
  server = await startServer({ flags: ["--access", "members"] })
  ;[right, wrong] = [file("right", PASSPHRASE), file("wrong", "four words of thine")]
})
afterAll(() => server[Symbol.asyncDispose]())

function file(name: string, passphrase: string): string {
  const path = join(server.folder, name)
  writeFileSync(path, `${passphrase}\n`, { mode: 0o600 })
  return path
}

function certs(...args: string[]): Promise<Ended> {
  return chat(["certs", ...args], { home: server.home("server") })
}

function invite(): Promise<Ended> {
  return chat(["invite", "alice", "--data", server.data], { home: server.home("server") })
}

const key = () => readFileSync(join(server.authority.folder, "ca.key"), "utf8")

test("a key is encrypted while its server runs, which goes on; after a restart it is locked", async () => {
  const link = (await invite()).stdout.match(/chat:\S+/)![0]
  const set = await certs("passphrase", "--out", server.authority.folder, "--new-passphrase-file", right)
  expect(set).toMatchObject({ exitCode: 0, stderr: "" })
  expect(set.stdout).toContain("ca.key is encrypted")
  expect(key()).toStartWith("-----BEGIN ENCRYPTED PRIVATE KEY-----\n")
  expect(statSync(join(server.authority.folder, "ca.key")).mode & 0o777).toBe(0o600)
  expect(await server.admin("reload")).toMatchObject({ exitCode: 0 })
  expect(await invite()).toMatchObject({ exitCode: 0 })

  await server.stop()
  await server.start()
  await until(() => server.said.includes(LOCKED), "a word in the log")
  expect(await invite()).toMatchObject({ exitCode: 1, stderr: expect.stringContaining(LOCKED) })
  expect(await certs("crl", "--pem", "--data", server.data)).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining("cannot sign a list"),
  })
  const joining = await chat(["join", link, "--line"], { home: server.home("alice"), stdin: "" })
  expect(joining.exitCode).toBe(5)
  expect(joining.stderr).toContain(`(503: ${LOCKED})`)
  const member = await Irc.connect(server, await server.authority.issueClient("bob"))
  member.send("NICK bob", "USER bob 0 * :Bob")
  await member.expect(/ 001 bob /)
  await member.quit()

  const refused = await certs("unlock", "--data", server.data, "--passphrase-file", wrong)
  expect(refused).toMatchObject({ exitCode: 1, stdout: "" })
  expect(refused.stderr).toMatch(/^chat: error: this is not the passphrase of \S+ca\.key\nchat: hint: /)
  expect(await invite()).toMatchObject({ exitCode: 1 })
  const opened = await certs("unlock", "--data", server.data, "--passphrase-file", right)
  expect(opened).toMatchObject({
    exitCode: 0,
    stdout: "the authority's key is open until the server stops\n",
  })
  const joined = await chat(["join", link, "--line"], { home: server.home("alice"), stdin: "" })
  expect(joined).toMatchObject({ exitCode: 0 })
  expect(await server.admin("reload")).toMatchObject({ exitCode: 0 })
  expect(await invite()).toMatchObject({ exitCode: 0 })
  expect(server.said).not.toContain(PASSPHRASE)
})

test("a server that is started with another passphrase says so, and changes nothing", async () => {
  const before = key()
  const args = ["serve", "--cert", join(server.authority.folder, "server.pem"), "--listen", "127.0.0.1:0"]
  const start = (path: string) =>
    chat([...args, "--data", join(server.folder, "other"), "--passphrase-file", path], {
      home: server.home("server"),
    })
  const ended = await start(wrong)
  expect(ended).toMatchObject({ exitCode: 78, stdout: "" })
  expect(ended.stderr).toMatch(/^chat: error: this is not the passphrase of \S+ca\.key\nchat: hint: /)
  const open = join(server.folder, "open")
  writeFileSync(open, PASSPHRASE, { mode: 0o644 })
  expect(await start(open)).toMatchObject({
    exitCode: 78,
    stderr: expect.stringContaining("can be read by everyone"),
  })
  expect(key()).toBe(before)
  expect(readdirSync(server.authority.folder).filter((name) => name.endsWith(".new"))).toEqual([])
})

test("a first run with a passphrase makes a key that is encrypted, and --check says whether it is the right one", async () => {
  const [data, home] = [join(server.folder, "first"), server.home("first")]
  const serve = ["serve", "--data", data, "--listen", "127.0.0.1:0", "--log-format", "json"]
  const child = Bun.spawn([CHAT, ...serve, "--passphrase-file", right], {
    env: { HOME: home, PATH: process.env["PATH"] ?? "" },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  })
  const said = child.stdout.getReader()
  await said.read()
  child.kill("SIGTERM")
  expect(await child.exited).toBe(0)
  expect(readFileSync(join(data, "authority", "ca.key"), "utf8")).toContain("ENCRYPTED")
  const check = (...more: string[]) => chat([...serve, "--check", ...more], { home })
  expect((await check()).stdout).toContain("its passphrase will be asked for")
  expect((await check("--passphrase-file", right)).stdout).toEndWith("own certificates\n")
  expect(await check("--passphrase-file", wrong)).toMatchObject({ exitCode: 78, stdout: "" })
})

testWith("tmux")("a terminal is asked, and shows nothing of what is typed", async () => {
  using tmux = new Tmux()
  const [folder, home] = [join(server.folder, "typed"), server.home("typist")]
  const init = tmux.open([CHAT, "certs", "init", "--out", folder, "--passphrase"], { home })
  await init.shows(/new passphrase of the authority's key: $/m)
  init.say(PASSPHRASE)
  await init.shows(/new passphrase of the authority's key again: $/m)
  init.say(PASSPHRASE)
  expect(await init.exitCode()).toBe(0)
  expect(init.text()).not.toContain("four")
  const serve = [
    "serve",
    "--cert",
    join(folder, "server.pem"),
    "--data",
    join(server.folder, "d"),
    "--listen",
  ]
  const attended = tmux.open([CHAT, ...serve, "127.0.0.1:0"], { home })
  await attended.shows(/passphrase of \S+ca\.key \(Enter alone: go on without it\): $/m)
  attended.say(PASSPHRASE)
  await attended.shows(/ ready /)
  expect(attended.text()).not.toContain("locked")
  expect(attended.text()).not.toContain("four")
  attended.say("/quit")
  expect(await attended.exitCode()).toBe(0)
})
