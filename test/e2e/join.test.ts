// A newcomer: from nothing to the first message, by the line that the host gave them.

import { afterAll, beforeAll, expect, test } from "bun:test"
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { chat, CHAT, run, testWith } from "../support/program.ts"
import { startServer, type TestServer } from "../support/server.ts"
import { Tmux } from "../support/tmux.ts"
import { until } from "../support/until.ts"

let server: TestServer
beforeAll(async () => {
  const config = "[accounts]\nest_basic = true\n"
  server = await startServer({ config, flags: ["--access", "members", "--client-certs", "required"] })
})
afterAll(() => server[Symbol.asyncDispose]())

function invite(...args: string[]) {
  return chat(["invite", ...args, "--data", server.data], { home: server.home("server") })
}

async function linkFor(name: string, ...args: string[]): Promise<string> {
  const { stdout } = await invite(name, "--json", ...args)
  return (JSON.parse(stdout) as { link: string }).link
}

function profileIn(home: string): string {
  const servers = join(home, ".local", "share", "chat", "servers")
  return join(servers, readdirSync(servers)[0]!)
}

test("two commands, and the first message is there", async () => {
  const begun = performance.now()
  const invited = await invite("alice", "--channels", "lab")
  expect(invited.stdout).toMatch(
    /Give alice this line \(it works once, until \w{3} \d+ \w{3} \d{4} \d\d:\d\d\)/,
  )
  // It is the address that this server listens on.
  expect(invited.stderr).toBe(
    `chat: a line with 127.0.0.1:${server.port} works on this computer only:\n` +
      "chat: --host HOST says what others reach it by\n",
  )
  const [link = ""] = /chat:\/\/\S+/.exec(invited.stdout) ?? []
  const home = server.home("alice")
  const joined = await chat(["join", link], { home, stdin: "hello from nothing\n" })
  const seconds = (performance.now() - begun) / 1000
  expect(joined.stderr).toContain(server.authority.words.replaceAll("-", " "))
  expect(joined.stderr).toContain("you are alice")
  expect(joined).toMatchObject({ exitCode: 0 })
  expect(seconds).toBeLessThan(10)
  expect(invited.stdout).not.toContain("in use already")
  expect((await invite("alice")).stdout).toContain("alice is in use already")
  const profile = profileIn(home)
  expect(statSync(join(profile, "me.key")).mode & 0o777).toBe(0o600)
  expect(readdirSync(profile).sort()).toEqual(["ca.pem", "me.key", "me.pem", "server.json"])
  // From now on the profile is enough.
  const again = await chat(["connect", "--line"], { home, stdin: "and again\n" })
  expect(again.exitCode).toBe(0)
  expect(again.stderr).toContain("#lab")
})

test("an invitation that is used gets exit code 10, and leaves nothing that counts", async () => {
  const link = await linkFor("bob")
  const join1 = await chat(["join", "-"], { home: server.home("bob"), stdin: `${link}\n` })
  expect(join1.exitCode).toBe(0)
  const thief = await chat(["join", link], { home: server.home("thief"), stdin: "hi\n" })
  expect(thief.exitCode).toBe(10)
  expect(thief.stderr).toContain("used, expired or unknown")
  const twice = await chat(["join", link], { home: server.home("bob"), stdin: "hi\n" })
  expect(twice).toMatchObject({ exitCode: 2 })
  expect(twice.stderr).toContain("this computer is bob on that server already")
})

test("a server of another authority stops it, and is told nothing", async () => {
  await using other = await startServer()
  const link = (await linkFor("carol")).replace(/\/\/[^/]+/, `//localhost:${other.port}`)
  const ended = await chat(["join", link], { home: server.home("carol"), stdin: "hi\n" })
  expect(ended.exitCode).toBe(4)
  expect(ended.stderr).toContain("STOP: localhost is not the server that you were invited to")
  expect(other.said).not.toContain("invitation refused")
  // The invitation is still good.
  const mended = link.replace(/\/\/[^/]+/, `//localhost:${server.port}`)
  expect((await chat(["join", mended], { home: server.home("carol"), stdin: "hi\n" })).exitCode).toBe(0)
})

test("what is no link is said so, and is not repeated", async () => {
  const ended = await chat(["join", "chat://x:6697/#v1.secret"], { home: server.home("dora") })
  expect(ended).toMatchObject({ exitCode: 2, stdout: "" })
  expect(ended.stderr).not.toContain("secret")
})

test("invitations are listed and withdrawn; a restart keeps them, and their secrets are nowhere", async () => {
  const link = await linkFor("erin", "--uses", "2", "--ttl", "7d")
  const [, id = "", secret = ""] = /\.([\w-]{11})\.([\w-]{22})$/.exec(link) ?? []
  await server.stop()
  await server.start()
  expect((await invite("list")).stdout).toMatch(new RegExp(String.raw`${id} +erin +2 +`))
  const kept = link.replace(/\/\/[^/]+/, `//localhost:${server.port}`)
  expect((await chat(["join", kept], { home: server.home("erin"), stdin: "hi\n" })).exitCode).toBe(0)
  expect((await invite("withdraw", id)).stdout).toContain("is withdrawn")
  expect((await invite("list")).stdout).not.toContain(id)
  expect((await chat(["join", kept], { home: server.home("erin2"), stdin: "hi\n" })).exitCode).toBe(10)
  await server.stop()
  for (const file of readdirSync(server.data).filter((name) => name.startsWith("log.db")))
    expect(readFileSync(join(server.data, file)).includes(secret)).toBeFalse()
  expect(server.said).not.toContain(secret)
  await server.start()
})

test("a member makes the line for another device in the chat, and takes it back", async () => {
  const first = await chat(["join", await linkFor("lena")], {
    home: server.home("lena"),
    stdin: "/devices add\n",
  })
  const [, link = ""] = /chat join '(chat:\S+)'/.exec(first.stderr) ?? []
  const second = await chat(["join", link], { home: server.home("lena2"), stdin: "/devices\n" })
  expect(second).toMatchObject({ exitCode: 0 })
  expect(second.stderr).toContain("you are lena")
  const [, serial = ""] = /\((\w+)\), this one: made /.exec(second.stderr) ?? []
  const removed = await chat(["connect"], {
    home: server.home("lena"),
    stdin: `/devices remove ${serial}\n/yes\n`,
  })
  expect(removed.stderr).toContain(`${serial}: It comes in no more`)
  const gone = await chat(["connect"], { home: server.home("lena2"), stdin: "hi\n" })
  expect(gone).toMatchObject({ exitCode: 5 })
  expect(gone.stderr).toContain("removed by yourself")
})

async function waitingList(name: string): Promise<string> {
  let list = ""
  await until(
    async () => {
      list = (await invite("list")).stdout
      return new RegExp(`^ +[0-9a-f]{8} +${name} `, "m").test(list)
    },
    () => `${name} to wait in\n${list}`,
  )
  return list
}

testWith("tmux")(
  "who has to be approved waits, over Ctrl+C too, and reads the words that the host sees",
  async () => {
    using tmux = new Tmux()
    const link = await linkFor("nora", "--approve")
    const home = server.home("nora")
    const first = tmux.open([CHAT, "join", link], { home })
    await first.shows(/waiting for approval[^]*still waiting after/)
    const [, words = ""] = /\n {6}([a-z]+(?: [a-z]+){5})\n/.exec(first.text()) ?? []
    expect(await waitingList("nora")).toContain(words)
    first.press("C-c")
    await first.exitCode()
    const second = tmux.open([CHAT, "join", link], { home })
    await second.shows(/waiting for approval/)
    expect(second.text()).toContain(words)
    expect((await waitingList("nora")).match(/ nora .*\n +[a-z]+ [a-z]+/g)).toHaveLength(1)
    expect((await invite("approve", "nora")).stdout).toContain(`${words.replaceAll(" ", "-")} is approved`)
    await second.shows(/you are nora[^]*you joined #general/)
  },
)

test("who is denied reads so, and exit code 10", async () => {
  const joining = chat(["join", await linkFor("olaf", "--approve")], {
    home: server.home("olaf"),
    stdin: "hi\n",
  })
  await waitingList("olaf")
  expect((await invite("deny", "olaf")).stdout).toContain("is denied")
  const ended = await joining
  expect(ended.exitCode).toBe(10)
  expect(ended.stderr).toContain("has denied your request")
  expect(ended.stderr).not.toContain("still waiting")
  expect((await invite("approve", "olaf")).stderr).toContain("olaf: nobody waits by that name or id")
})

test("a class is invited at once, on strips; a name that cannot be is said before anybody is invited", async () => {
  const home = server.home("server")
  const roster = (text: string) => writeFileSync(join(home, "class.csv"), text)
  const before = (await invite("list")).stdout
  roster("name;group\nivo;a\nivo\n")
  expect((await invite("--roster", "class.csv")).stderr).toContain("ivo stands twice in class.csv")
  roster("ivo\nno body\n")
  expect((await invite("--roster", "class.csv")).exitCode).toBe(2)
  expect((await invite("list")).stdout).toBe(before)
  roster('name;group\nivo;a\n"jana",b\n\n')
  const strips = (await invite("--roster", "class.csv", "--print")).stdout
  expect(strips.split(/^(?:- )+-$/m).map((strip) => strip.trim().split("\n")[0])).toEqual(["ivo", "jana", ""])
  const [, ofJana = ""] = strips.match(/chat:\/\/\S+/g) ?? []
  const joined = await chat(["join", ofJana], { home: server.home("jana"), stdin: "hi\n" })
  expect(joined.exitCode).toBe(0)
  expect(joined.stderr).toContain("you are jana")
  const page = (await invite("--roster", "class.csv", "--print", "--qr")).stdout
  expect(page).toStartWith("<!doctype html>")
  expect(page.match(/<svg /g)).toHaveLength(2)
  expect(page.match(/<h2>\w+/g)).toEqual(["<h2>ivo", "<h2>jana"])
  const lines = (await invite("--roster", "class.csv", "--json")).stdout.trimEnd().split("\n")
  expect(lines.map((line) => (JSON.parse(line) as { account: string }).account)).toEqual(["ivo", "jana"])
})

testWith("tmux")(
  "on a terminal, the line is there as a QR code, too; where there is none, a word",
  async () => {
    using tmux = new Tmux()
    const words = ["invite", "hugo", "--qr", "--data", server.data]
    const shown = tmux.open([CHAT, ...words], { home: server.home("server") })
    expect(await shown.exitCode()).toBe(0)
    expect(shown.text()).toMatch(/^ {4}[▀▄█ ]{40,}$/m)
    const piped = await chat(words, { home: server.home("server") })
    expect(piped.stdout).toContain("chat join chat://")
    expect(piped.stderr).toStartWith("  a QR code is for a terminal, and the output is none\n")
  },
)

testWith("tmux")("asked for on a terminal, the link is not shown, and the chat opens", async () => {
  using tmux = new Tmux()
  const link = await linkFor("frida")
  const frida = tmux.open([CHAT, "join"], { home: server.home("frida") })
  await frida.shows(/invitation:/)
  frida.say(link)
  await frida.shows(/you joined #general/)
  expect(frida.text()).not.toContain(link.slice(-22))
  frida.say("in by a link")
  await frida.shows(/frida in by a link/)
  frida.say("/quit")
  expect(await frida.exitCode()).toBe(0)
})

testWith("curl", "openssl")("curl and openssl enrol as the manual says", async () => {
  const { stdout } = await invite("gina", "--json")
  const { link, id } = JSON.parse(stdout) as { link: string; id: string }
  const home = server.home("gina")
  const secret = link.slice(-22)
  const script = `
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj / -keyout me.key -outform DER | base64 -w0 > me.csr
curl -sf --cacert ${server.authority.caPath} --user ${id}:${secret} -H 'Content-Type: application/pkcs10' --data-binary @me.csr \\
  https://localhost:${server.port}/.well-known/est/simpleenroll | base64 -d | openssl pkcs7 -inform DER -print_certs -out me.pem
chmod 600 me.key`
  expect((await run(["bash", "-euo", "pipefail", "-c", script], { home })).exitCode).toBe(0)
  const flags = ["--ca", server.authority.caPath, "--cert", "me.pem", "--nick", "gina"]
  const ended = await chat(["connect", `localhost:${server.port}`, ...flags], { home, stdin: "by curl\n" })
  expect(ended.exitCode).toBe(0)
})

testWith("tmux")("a device that is taken back is out within a second, and its person reads why", async () => {
  using tmux = new Tmux()
  const home = server.home("hana")
  const hana = tmux.open([CHAT, "join", await linkFor("hana")], { home })
  await hana.shows(/you joined #general/)
  const certs = (...args: string[]) =>
    chat(["certs", ...args, "--data", server.data], { home: server.home("server") })
  const env = { CHAT_DATA: server.data }
  const folder = dirname(server.authority.caPath)
  const listed = await chat(["certs", "list", "--out", folder], { home: server.home("server"), env })
  expect(listed.stdout).toMatch(/ca\.pem .*[^]* last used [^]* hana /)
  expect((await certs("devices", "hana")).stdout).toMatch(
    /hana +\S+( +\w{3} \d+ \w{3} \d{4}){2} \d\d:\d\d +\w{3} \d+ \w{3} \d{4} +[\da-f]{32}\n/,
  )
  const revoked = await certs("revoke", "hana", "--reason", "lost laptop")
  expect(revoked).toMatchObject({ exitCode: 0, stderr: "" })
  expect(revoked.stdout).toContain("connections closed: 1")
  expect(await hana.exitCode()).toBe(5)
  await hana.shows(/your certificate was revoked: lost laptop/)
  const again = await chat(["connect"], { home, stdin: "hi\n" })
  expect(again.exitCode).toBe(5)
  expect(again.stderr).toContain("your certificate was revoked: lost laptop")
  // It holds after a restart, and a new invitation lets her in again.
  await server.stop()
  await server.start()
  expect((await chat(["connect"], { home, stdin: "hi\n" })).exitCode).toBe(5)
  const back = await linkFor("hana")
  expect((await chat(["join", back, "--replace"], { home, stdin: "back\n" })).exitCode).toBe(0)
  expect((await certs("revoke", "nobody")).exitCode).toBe(8)
})
