// A whole life of a site, in which every secret is one that nobody else would write: then everything that was written is searched
// for them. What is found has to be one of the places that a secret is for.

import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { createHash, createPrivateKey } from "node:crypto"
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { connect } from "node:tls"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { makeKeyPair } from "../../src/authority/keys.ts"
import { makeRequest } from "../../src/authority/request.ts"
import { askAdmin } from "../../src/server/admin-client.ts"
import { Canaries, type Finding } from "../support/canaries.ts"
import { Irc, type Target } from "../support/irc.ts"
import { CHAT, chat, type Ended, environment } from "../support/program.ts"
import { scram } from "../support/scram.ts"
import { leash } from "../support/server.ts"
import { until } from "../support/until.ts"

const canaries = new Canaries()
const folder = mkdtempSync(join(tmpdir(), "chat-canaries-"))
/** What people were given, and hand over: everything else below `folder` was written by the program. */
const given = mkdtempSync(join(tmpdir(), "chat-given-"))
const data = join(folder, "data")
const config = join(given, "chat.toml")
const target = { port: 0, authority: { caPem: "" } } as { port: number; authority: Target["authority"] }
let link = { id: "", secret: "" }

beforeAll(async () => {
  await live()
  findings = canaries.under(folder)
}, 240_000)
afterAll(() => [folder, given].forEach((each) => rmSync(each, { recursive: true, force: true })))

/** Secrets by their name, and where each may be: below `folder`. */
const PLACES: readonly [canary: string, places: readonly RegExp[]][] = [
  [
    "what was said",
    [/^data\/log\.db/, /^backup\.tar$/, /^restored\/log\.db/, /^said\/(serve|connect|history|search|export)/],
  ],
  // Members read it, and a start has to know it.
  ["the key of a channel", [/^data\/(log\.db|snapshot)/, /^backup\.tar$/, /^restored\/(log\.db|snapshot)/]],
  ["the secret of an invitation", [/^said\/invite /]],
  ["the key of ann", [/^homes\/ann\/.*\/me\.key$/]],
  [
    "the key of bob",
    [
      /^data\/authority\/clients\/bob\.key$/,
      /^restored\/authority\/clients\/bob\.key$/,
      /^backup\.tar$/,
      /^homes\/host\/bob-with-key\.pem$/,
    ],
  ],
  ["the key of the server", [/^(data|restored)\/authority\/server\.key$/, /^backup\.tar$/]],
]

let findings: Finding[] = []

describe("the search finds a secret", () => {
  const some = new Canaries()
  const secret = Buffer.from(some.password("it"))
  const inBase64 = (before: string) =>
    Buffer.concat([Buffer.from(before), secret, Buffer.from("after")]).toString("base64")
  test.each([
    ["as it is", `PASS ${secret}`],
    ["cut in half", `id ${secret.subarray(0, 16)}`],
    ["in base64 behind nothing", inBase64("")],
    ["in base64 behind a letter", inBase64("a")],
    ["in base64 behind two", inBase64("\0a")],
    ["in base64 in lines", inBase64("\0a\0").replace(/.{9}/g, "$&\n")],
    ["in base64 in lines in JSON", JSON.stringify(inBase64("").replace(/.{9}/g, "$&\r\n"))],
    ["in base64 for addresses", secret.toString("base64url")],
    ["in hexadecimal", secret.toString("hex")],
    ["in UTF-16", Buffer.from(secret.toString(), "utf16le")],
    ["as a quick hash", createHash("sha256").update(secret).digest("hex")],
    ["as the bytes of one", createHash("sha1").update(secret).digest()],
  ])("%s", (_, text) => {
    expect(some.in(Buffer.from(text as string))).toEqual(["it"])
  })

  test("and none where there is none", () => {
    expect(some.in(Buffer.from(`Canary${"0".repeat(16)} ${"Canary".repeat(9)}`))).toEqual([])
  })
})

describe("what every writer was given is found where it is for, so that the search can be believed", () => {
  test.each([
    [
      "what was said",
      ["data/log.db", "backup.tar", "restored/log.db", "said/serve json", "said/serve pretty", "said/export"],
    ],
    ["the key of a channel", ["data/log.db", "backup.tar", "restored/log.db"]],
    ["the secret of an invitation", ["said/invite ann"]],
    ["the key of bob", ["data/authority/clients/bob.key", "backup.tar", "homes/host/bob-with-key.pem"]],
  ])("%s", (canary, files) => {
    const found = findings.flatMap((one) => (one.canary === canary ? [one.file] : []))
    for (const file of files) expect(found.join("\n")).toContain(file)
  })
})

test("and nowhere else", () => {
  const allowed = new Map(PLACES)
  const leaks = findings
    .filter(({ canary, file }) => !allowed.get(canary)?.some((place) => place.test(file)))
    .map(({ canary, file }) => `${canary} in ${file}`)
  expect(leaks).toEqual([])
})

/** From the first start to the last. */
async function live() {
  for (const name of ["said", "homes"]) mkdirSync(join(folder, name))
  const passphrase = handed("passphrase", canaries.password("the authority's passphrase"))
  const oper = canaries.password("an operator's password")
  const gateway = canaries.password("a gateway's password")
  const network = canaries.password("the server's password")
  const settings = (more = "") =>
    writeFileSync(
      config,
      `[server]\naccess = "open"\npassphrase_file = "${passphrase}"\n${more}[accounts]\nest_basic = true\nregistrations_per_hour = 0\n` +
        "password_memory_kib = 8\nscram_iterations = 4096\n" +
        '[throttling]\nfakelag = false\nexempt = ["127.0.0.0/8"]\n' +
        `[[oper]]\nname = "root"\npassword = "plain:${oper}"\ncertificate = false\n` +
        `[[webirc]]\nname = "web"\nfrom = ["127.0.0.1"]\npassword = "plain:${gateway}"\n`,
    )
  settings()
  const first = await serve("serve json", "--log-format", "json")
  keys()
  await accounts()
  await guesses(oper, gateway)
  await channels()
  await invitations(passphrase)
  await administration()
  await brokenConfiguration(settings)
  first.kill("SIGKILL")
  await first.exited

  settings(`password = "${network}"\n`)
  const second = await serve("serve pretty", "--log-format", "pretty")
  const irc = await Irc.connect(target)
  irc.send(`PASS ${canaries.password("a wrong PASS")}`, "NICK eve", "USER eve 0 * :Eve")
  await irc.closed
  const right = await Irc.connect(target)
  right.send(`PASS ${network}`, "NICK eve", "USER eve 0 * :Eve", "JOIN #den")
  await right.expect(/ 366 /)
  right.send(`PASS ${network}`, `PRIVMSG #den :${said}`)
  await right.settled()
  await run("export", "export", "--all", "--data", data)
  await run("backup", "backup", join(folder, "backup.tar"), "--data", data)
  second.kill("SIGTERM")
  await second.exited
  await run("restore", "restore", join(folder, "backup.tar"), "--data", join(folder, "restored"))
}

const said = "Canary" + "7".repeat(20)

function handed(name: string, secret: string): string {
  const path = join(given, name)
  writeFileSync(path, `${secret}\n`, { mode: 0o600 })
  return path
}

/** Runs `chat`; what it says is a file among the others. */
async function run(name: string, ...args: string[]): Promise<Ended> {
  return runAs("host", "", name, ...args)
}

async function runAs(who: string, stdin: string, name: string, ...args: string[]): Promise<Ended> {
  const home = join(folder, "homes", who)
  mkdirSync(home, { recursive: true })
  const ended = await chat(args, { home, stdin })
  writeFileSync(join(folder, "said", name), `${ended.exitCode}\n${ended.stdout}\n${ended.stderr}`)
  return ended
}

async function serve(name: string, ...flags: string[]) {
  const path = join(folder, "said", name)
  const own = [
    "--listen",
    "127.0.0.1:0",
    "--data",
    data,
    "--config",
    config,
    "--no-console",
    "--log-messages",
  ]
  const home = join(folder, "homes", "host")
  mkdirSync(home, { recursive: true })
  const output = Bun.file(path)
  writeFileSync(path, "")
  const child = leash(
    Bun.spawn([CHAT, "serve", ...own, ...flags], {
      cwd: home,
      env: environment(home),
      stdin: "ignore",
      stdout: output,
      stderr: output,
    }),
  )
  const port = await until(
    () =>
      /"port":(\d+)/.exec(readFileSync(path, "utf8"))?.[1] ??
      /127\.0\.0\.1:(\d+)/.exec(readFileSync(path, "utf8"))?.[1],
    () => `the server to start; it said ${readFileSync(path, "utf8")}`,
  )
  target.port = Number(port)
  target.authority = { caPem: readFileSync(join(data, "authority", "ca.pem"), "utf8") } as Target["authority"]
  return child
}

/** The number that a private key is. */
function keySecret(name: string, pem: string, passphrase?: string) {
  const { d = "" } = createPrivateKey({
    key: pem,
    ...(passphrase === undefined ? {} : { passphrase }),
  }).export({ format: "jwk" })
  canaries.secret(name, Buffer.from(String(d), "base64url"))
}

function keys() {
  const read = (name: string) => readFileSync(join(data, "authority", name), "utf8")
  keySecret("the authority's key", read("ca.key"), readFileSync(join(given, "passphrase"), "utf8").trim())
  keySecret("the key of the server", read("server.key"))
}

async function accounts() {
  canaries.secret("what was said", Buffer.from(said))
  const [former, now] = [canaries.password("a former password"), canaries.password("alice's password")]
  await runAs("host", `${former}\n`, "register alice", "admin", "register", "alice", "--data", data)
  await runAs("host", `${now}\n`, "password alice", "admin", "password", "alice", "--data", data)
  const ca = ["--ca", join(data, "authority", "ca.pem")]
  const at = ["connect", `127.0.0.1:${target.port}`, ...ca, "--sasl", "alice", "--join", "#den"]
  const connected = await runAs(
    "alice",
    `${said}\n`,
    "connect alice",
    ...at,
    "--password-file",
    handed("alice", now),
  )
  expect(connected).toMatchObject({ exitCode: 0 })
  const wrong = handed("wrong", canaries.password("a wrong password of chat connect"))
  expect(await runAs("alice", "", "connect wrong", ...at, "--password-file", wrong)).toMatchObject({
    exitCode: 5,
  })
  const asAlice = ["--host", `127.0.0.1:${target.port}`, ...ca, "--sasl", "alice"]
  for (const [name, what] of [
    ["history", "#den"],
    ["search", said],
  ] as const) {
    const ended = await runAs("alice", `${now}\n`, name, name, what, ...asAlice, "--password-file", "-")
    expect(ended).toMatchObject({ exitCode: 0 })
  }

  const bea = await Irc.register(target, "bea", "draft/account-registration")
  const [ofRegister, ofPasswd] = [
    canaries.password("a password of REGISTER"),
    canaries.password("a password of PASSWD"),
  ]
  bea.send(`REGISTER * bea@example.org ${ofRegister}`)
  await bea.expect(/REGISTER SUCCESS/)
  bea.send(`NS PASSWD ${canaries.password("a wrong former password")} ${ofPasswd}`)
  bea.send(`NS PASSWD ${ofRegister} ${ofPasswd}`)
  await bea.expect(/Your password is changed/)
  bea.send(`PRIVMSG NickServ :SET PASSWORD ${ofPasswd} ${canaries.password("a password of SET PASSWORD")}`)
  await bea.expect(/Your password is changed/)
  bea.send(`NS GHOST alice ${canaries.password("a wrong password of GHOST")}`, `NS GHOST alice ${now}`)
  const cleo = await Irc.register(target, "cleo")
  cleo.send(`PRIVMSG NickServ :REGISTER ${canaries.password("a password that NickServ was told")}`)
  await cleo.expect(/ 900 /)
  cleo.send(
    `NS IDENTIFY alice ${now}`,
    `PRIVMSG NickServ :IDENTIFY alice ${canaries.password("a wrong one that NickServ was told")}`,
  )
  await cleo.settled()
  for (const irc of [bea, cleo]) await irc.quit()
  const login = { name: "alice", mechanism: "SCRAM-SHA-256", gs2: "n,,", password: now }
  expect(await scram(target, login)).toContain(" 900 ")
  const short = canaries.password("one that is too long") + "x".repeat(400)
  await runAs("host", `${short}\n`, "register long", "admin", "register", "dan", "--data", data)
}

/** What does not log in, in every field that a secret may be put into by mistake. */
async function guesses(oper: string, gateway: string) {
  const wrong = (what: string) => canaries.password(`a wrong ${what}`)
  const plain = (...parts: string[]) => `AUTHENTICATE ${btoa(parts.join("\0"))}`
  const irc = await Irc.connect(target)
  irc.send("CAP REQ sasl", "NICK gus", "USER gus 0 * :Gus")
  const exchanges = [
    plain("", "alice", wrong("password of PLAIN")),
    plain("", wrong("account that is a password"), "x"),
    plain(wrong("authzid that is a password"), "alice", "x"),
    plain(wrong("PLAIN of one part")),
    `AUTHENTICATE ${wrong("response that is no base64")}!`,
    `AUTHENTICATE ${wrong("response that is too long")}${"x".repeat(400)}`,
  ]
  for (const exchange of exchanges) {
    irc.send("AUTHENTICATE PLAIN", exchange)
    await irc.expect(/ 90[45] /)
  }
  irc.send(`AUTHENTICATE ${wrong("mechanism")}`, `PASS ${wrong("PASS where there is none")}`, "CAP END")
  await irc.expect(/ 001 /)
  irc.send(
    "OPER root " + wrong("password of OPER"),
    `OPER ${wrong("name of OPER")} root`,
    `OPER ${wrong("OPER of one part")}`,
  )
  irc.send(
    `OPER ${oper} root`,
    `OPER root ${oper}`,
    `IDENTIFY ${wrong("command")}`,
    `PASS ${wrong("late PASS")}`,
  )
  irc.send(
    `NS SAREGISTER dan ${wrong("password of SAREGISTER")}`,
    `NS SAREGISTER ${wrong("SAREGISTER of one part")}`,
  )
  irc.send(
    `NS IDENTIFY ${wrong("IDENTIFY of one part")}`,
    `NS ${wrong("command of NickServ")} x`,
    "STATS u",
    "STATS o",
  )
  irc.write(
    Buffer.concat([
      Buffer.from(`OPER root ${wrong("password in bytes that are no text")}`),
      Buffer.of(0xff, 13, 10),
    ]),
  )
  irc.send(`OPER root ${wrong("password in a line that is too long")}${"x".repeat(1000)}`)
  irc.send(`@label=${wrong("label")} OPER root ${wrong("password with a label")}`)
  await irc.settled()
  irc.send(`JOIN ${wrong("channel")}`, `AUTHENTICATE PLAIN`, "AUTHENTICATE *")
  await irc.quit()
  for (const line of [
    `WEBIRC ${wrong("password of WEBIRC")} web h 192.0.2.1`,
    `WEBIRC ${gateway} web h nowhere`,
  ]) {
    const one = await Irc.connect(target)
    one.send(line, "NICK web", "USER web 0 * :Web")
    await one.closed
  }
  const through = await Irc.connect(target)
  through.send(`WEBIRC ${gateway} web h 192.0.2.1`, "NICK web", "USER web 0 * :Web")
  await through.expect(/ 001 /)
  await through.quit()
  await scram(target, {
    name: "alice",
    mechanism: "SCRAM-SHA-256",
    gs2: "n,,",
    password: wrong("password of SCRAM"),
  })
}

async function channels() {
  const key = canaries.password("the key of a channel")
  const olga = await Irc.register(target, "olga")
  olga.send("JOIN #locked", `MODE #locked +k ${key}`)
  await olga.settled()
  const gus = await Irc.register(target, "gus")
  gus.send(`JOIN #locked ${canaries.password("a wrong key")}`)
  await gus.expect(/ 475 /)
  gus.send(`JOIN #locked ${key}`)
  await gus.expect(/ 366 /)
  for (const irc of [olga, gus]) await irc.quit()
}

async function invitations(passphrase: string) {
  const invited = await run("invite ann", "invite", "ann", "--data", data)
  const [line = "", id = "", secret = ""] =
    /chat:\/\/\S+#v1\.[^.]+\.([\w-]{11})\.([\w-]{22})/.exec(invited.stdout) ?? []
  link = { id, secret }
  canaries.secret("the secret of an invitation", Buffer.from(secret))
  canaries.secret("the secret of an invitation", Buffer.from(secret, "base64url"))
  const { request } = { request: await makeRequest(await makeKeyPair()) }
  for (const [name, password] of [
    [link.id, canaries.password("a wrong secret of an invitation")],
    // The wrong way round.
    [link.secret, link.id],
    ["alice", canaries.password("a password shown to EST")],
  ] as const)
    expect(await enrolByBasic(`${name}:${password}`, request)).toStartWith("HTTP/1.1 401 ")
  await slips(line)
  expect(await runAs("ann", "hello\n", "join", "join", line)).toMatchObject({ exitCode: 0 })
  expect(await runAs("thief", "", "join again", "join", line)).toMatchObject({ exitCode: 10 })
  expect(await runAs("thief", "", "join half", "join", line.slice(0, -1))).toMatchObject({ exitCode: 2 })
  const profiles = join(folder, "homes", "ann", ".local", "share", "chat", "servers")
  keySecret("the key of ann", readFileSync(join(profiles, readdirSync(profiles)[0]!, "me.key"), "utf8"))
  const authority = ["--out", join(data, "authority"), "--passphrase-file"]
  await run("certs client", "certs", "client", "bob", ...authority, passphrase)
  const wrong = handed("wrong passphrase", canaries.password("a wrong passphrase"))
  expect((await run("certs client wrong", "certs", "client", "eve", ...authority, wrong)).exitCode).not.toBe(
    0,
  )
  const bob = join(data, "authority", "clients", "bob")
  keySecret("the key of bob", readFileSync(`${bob}.key`, "utf8"))
  // It takes them from the folder `certs` of where it is.
  const home = join(folder, "homes", "host")
  symlinkSync(join(data, "authority"), join(home, "certs"))
  const p12 = `${canaries.password("the password of a PKCS#12 file")}\n`
  for (const [kind, stdin] of [
    ["--p12", p12],
    ["--pem", ""],
  ] as const) {
    const ended = await runAs("host", stdin, `certs export${kind}`, "certs", "export", "bob", kind)
    expect(ended).toMatchObject({ exitCode: 0 })
  }
  rmSync(join(home, "certs"))
  await run("certs show", "certs", "show", `${bob}.pem`)
  await run("certs revoke", "certs", "revoke", "ann", "--reason", "lost", "--data", data)
}

function enrolByBasic(userAndPassword: string, der: Uint8Array): Promise<string> {
  const body = Buffer.from(der).toString("base64")
  const { promise, resolve } = Promise.withResolvers<string>()
  const ca = target.authority.caPem
  const socket = connect({ port: target.port, host: "127.0.0.1", ca, ALPNProtocols: ["http/1.1"] })
  let answer = ""
  socket.on("secureConnect", () =>
    socket.write(
      `POST /.well-known/est/simpleenroll HTTP/1.1\r\nHost: h\r\nContent-Type: application/pkcs10\r\nContent-Length: ${body.length}\r\n` +
        `Authorization: Basic ${btoa(userAndPassword)}\r\n\r\n${body}`,
    ),
  )
  socket.on("data", (chunk) => (answer += chunk.toString("latin1")))
  socket.on("error", () => {}).on("close", () => resolve(answer))
  return promise
}

/** In a flag or an operand, where everybody on the computer reads it: it is refused, and not said again. */
async function slips(line: string) {
  const wrong = (what: string) => canaries.password(`a password after chat ${what}`)
  const host = `127.0.0.1:${target.port}`
  const authority = ["--ca", join(data, "authority", "ca.pem")]
  const atHost = ["connect", host, ...authority]
  for (const [name, ...args] of [
    ["password twice", "admin", "password", "alice", wrong("admin password"), "--data", data],
    ["register twice", "admin", "register", "dan", wrong("admin register"), "--data", data],
    ["a flag", "connect", host, "--password", wrong("connect --password")],
    ["a flag with =", "connect", host, `--password=${wrong("connect --password=")}`],
    ["a password file", ...atHost, "--sasl", "alice", "--password-file", wrong("connect --password-file")],
    [
      "a passphrase",
      "certs",
      "client",
      "eve",
      "--out",
      join(data, "authority"),
      "--passphrase-file",
      wrong("certs --passphrase-file"),
    ],
    [
      "an account and password",
      ...atHost,
      "--password-file",
      join(given, "alice"),
      "--sasl",
      `alice:${wrong("connect --sasl")}`,
    ],
    ["an invitation", "connect", line],
    ["an unlock", "certs", "unlock", wrong("certs unlock"), "--data", data],
  ] as const)
    expect([name, (await runAs("slip", "", `slip ${name}`, ...args)).exitCode]).not.toEqual([name, 0])
}

async function administration() {
  for (const [name, ...args] of [
    ["status", "admin", "status", "--json"],
    ["list", "admin", "list", "--json"],
    ["bans", "admin", "bans", "--json"],
    ["devices", "certs", "devices", "--json"],
    ["invitations", "invite", "list", "--json"],
  ] as const)
    expect(await run(name, ...args, "--data", data)).toMatchObject({ exitCode: 0 })
}

/** Errors quote what is wrong, and beside it stand secrets. */
async function brokenConfiguration(settings: (more?: string) => void) {
  const wrong = (what: string) => canaries.password(`a password in a ${what}`)
  const texts = [
    `[[oper]]\nname = "root"\npassword = "${wrong("value that is refused")}"\n`,
    `[[oper]]\nname = "root"\npassword = plain:${wrong("line that is no TOML")}\n`,
    `[[oper]]\nname = "root"\npassword = "plain:${wrong("text that does not end")}\n`,
    `[[oper]]\nname = "root"\npasword = "plain:${wrong("key that is misspelt")}"\n`,
    `[server]\npassword = 5\nmotd = "${wrong("file that is not there")}"\n`,
    `[[webirc]]\nname = "web"\nfrom = ["${wrong("range")}"]\npassword = "plain:x"\n`,
    `password = "${wrong("section that is missing")}"\n`,
    `[server]\npassword = ["${wrong("list")}"]\n`,
    `[server]\npassword = ${wrong("value without quotes")}\n`,
    `[server]\npassword = ["plain:x", ${wrong("list without quotes")}]\n`,
    `[server]\n${wrong("line of its own")}\n`,
    `[server]\npassword = $argon2id$${wrong("hash without quotes")}\n`,
    `[server]\naccess = "${wrong("word of another key")}"\n`,
  ]
  for (const [i, text] of texts.entries()) {
    writeFileSync(config, text)
    const answer = await askAdmin(join(data, "admin.sock"), { do: "reload" })
    expect(answer.ok).toBe(false)
    writeFileSync(join(folder, "said", `reload ${i}`), JSON.stringify(answer))
  }
  writeFileSync(
    config,
    texts.find((text) => /password = Canary/.test(text))!,
  )
  expect(await run("check", "serve", "--check", "--config", config, "--data", data)).toMatchObject({
    exitCode: 78,
  })
  settings()
  expect(await run("reload", "admin", "reload", "--data", data)).toMatchObject({ exitCode: 0 })
}
