// Accounts through the whole shell: real hashes, real proofs, real TLS, and what nobody may ever read.

import { afterAll, beforeAll, expect, test } from "bun:test"
import { openMemoryLog } from "../../src/storage/memory-log.ts"
import type { Row } from "../../src/core/seams.ts"
import type { Irc } from "../support/irc.ts"
import { exported, scram } from "../support/scram.ts"
import { serving, type Serving } from "./serving.ts"

const COST = "password_memory_kib = 8\nscram_iterations = 4096\nregistrations_per_hour = 4\n"
const TOML = `[server]\naccess = "open"\n[accounts]\n${COST}`
const PASSWORD = "canary-9f2c-sesame"

let server: Serving
const rows: Row[] = []
beforeAll(async () => {
  const log = openMemoryLog()
  const append = log.append.bind(log)
  log.append = (more, done) => {
    rows.push(...more)
    append(more, done)
  }
  server = await serving(TOML, log)
  const alice = await server.register("alice", "draft/account-registration")
  alice.send(`REGISTER * * ${PASSWORD}`)
  await alice.expect(/REGISTER SUCCESS alice /)
  alice.send("QUIT")
  await alice.closed
})
afterAll(() => server[Symbol.asyncDispose]())

const base64 = (text: string) => Buffer.from(text).toString("base64")
const plain = (name: string, password: string) => `AUTHENTICATE ${base64(`\0${name}\0${password}`)}`

async function asking(one: Serving = server): Promise<Irc> {
  const irc = await one.connect()
  irc.send("CAP LS 302", "CAP REQ sasl")
  await irc.expect(/ ACK /)
  return irc
}

test("PLAIN: lines that come while the password is checked wait in their order", async () => {
  const irc = await asking()
  irc.send("NICK alice", "USER alice 0 * :Alice", "AUTHENTICATE PLAIN", plain("alice", PASSWORD), "CAP END")
  await irc.expect(/ 900 alice alice!alice@\S+ alice /)
  await irc.expect(/ 903 /)
  await irc.expect(/ 001 alice /)
  irc.send("QUIT")
  await irc.closed
})

test("PLAIN: a wrong password and an account that there is not get one answer", async () => {
  const answers: string[] = []
  for (const name of ["alice", "nobody"]) {
    const irc = await asking()
    irc.send("AUTHENTICATE PLAIN", plain(name, "wrong"))
    answers.push(await irc.expect(/ 90\d /))
    irc.send("QUIT")
  }
  expect(answers[0]).toEndWith(" 904 * :SASL authentication failed")
  expect(answers[1]).toBe(answers[0]!)
})

const PLUS = "p=tls-exporter,,"

test.each([
  ["SCRAM-SHA-256", "n,,", PASSWORD, undefined, " 900 "],
  ["SCRAM-SHA-256", "n,,", "wrong", undefined, " 904 "],
  ["SCRAM-SHA-256", "y,,", PASSWORD, undefined, " 904 "],
  ["SCRAM-SHA-256-PLUS", PLUS, PASSWORD, exported, " 900 "],
  ["SCRAM-SHA-256-PLUS", PLUS, PASSWORD, () => Buffer.alloc(32), " 904 "],
  ["SCRAM-SHA-256-PLUS", PLUS, PASSWORD, undefined, " 904 "],
])("%s %s with %s", async (mechanism, gs2, password, bind, code) => {
  expect(await scram(server, { name: "alice", mechanism, gs2, password, bind })).toContain(code)
})

test("EXTERNAL takes the certificate's account, and whoever holds one is never slowed down", async () => {
  const certificate = await server.authority.issueClient("carol")
  for (let i = 0; i < 10; i++) {
    const irc = await server.connect(certificate)
    irc.send("CAP REQ sasl", "AUTHENTICATE EXTERNAL", "AUTHENTICATE +")
    await irc.expect(/ 900 \* \S+ carol /)
    irc.send("QUIT")
    await irc.closed
  }
})

test("who has guessed four times waits a second for the fifth answer", async () => {
  await using one = await serving(TOML)
  const begun = Bun.nanoseconds()
  const guesses = Array.from({ length: 5 }, async () => {
    const irc = await asking(one)
    irc.send("AUTHENTICATE PLAIN", plain("alice", "guess"))
    await irc.expect(/ 904 \* :SASL authentication failed$/)
    return (Bun.nanoseconds() - begun) / 1e6
  })
  const ms = (await Promise.all(guesses)).toSorted((a, b) => a - b)
  expect(ms[4]).toBeGreaterThan(1000)
})

test("an address registers so many accounts in an hour", async () => {
  await using one = await serving(TOML)
  const answers: string[] = []
  for (const nick of ["a1", "a2", "a3", "a4", "a5"]) {
    const irc = await one.register(nick)
    irc.send(`REGISTER * * ${PASSWORD}`)
    answers.push(await irc.expect(/REGISTER/))
  }
  expect(answers.map((line) => line.split(" ")[2])).toEqual([
    "SUCCESS",
    "SUCCESS",
    "SUCCESS",
    "SUCCESS",
    "REGISTER",
  ])
  expect(answers[4]).toContain("FAIL REGISTER TEMPORARILY_UNAVAILABLE a5 :Too many accounts")
})

test("what is offered follows the configuration, and who asked to hears of it", async () => {
  await using one = await serving(TOML)
  const irc = await one.connect()
  irc.send("CAP LS 302", "CAP REQ draft/account-registration", "NICK ann", "USER ann 0 * :Ann", "CAP END")
  await irc.expect(/ 422 /)
  const offered = irc.lines.filter((line) => line.includes(" LS ")).join(" ")
  expect(offered).toContain("draft/account-registration=before-connect ")
  expect(offered).toContain("sasl=EXTERNAL,SCRAM-SHA-256-PLUS,SCRAM-SHA-256,PLAIN ")
  const certificate = await one.authority.issueServer()
  one.reload(
    certificate,
    '[server]\naccess = "open"\nclient_certs = "off"\n[accounts]\nregistration = false\n',
  )
  expect(await irc.expect(/ CAP /)).toEndWith(" CAP ann DEL :draft/account-registration soju.im/client-cert")
  expect(await irc.expect(/ CAP /)).toEndWith(" CAP ann NEW :sasl=SCRAM-SHA-256-PLUS,SCRAM-SHA-256,PLAIN")
  irc.send("CAP LIST")
  expect(await irc.expect(/ LIST /)).toEndWith(":cap-notify")
  one.reload(certificate, TOML)
  expect(await irc.expect(/ CAP /)).toContain(
    " NEW :draft/account-registration=before-connect sasl=EXTERNAL,",
  )
})

test("neither a password nor a hash is ever logged, said or kept in the open", async () => {
  const irc = await asking()
  irc.send("NICK bob", "USER bob 0 * :Bob", "AUTHENTICATE PLAIN", plain(PASSWORD, PASSWORD), "CAP END")
  await irc.expect(/ 904 /)
  await irc.expect(/ 001 /)
  irc.send(`REGISTER * * ${PASSWORD} extra`, `REGISTER * * ${PASSWORD}`, "WHOIS alice", "WHOIS bob")
  await irc.expect(/ 318 bob bob /)
  const kept = rows.filter(({ type }) => type === "accountRegistered")
  expect(kept.map(({ text }) => text)).toEqual(
    kept.map(() => expect.stringMatching(/^\{"v":1,"argon2id":"\$argon2id\$.*"storedKey":/)),
  )
  const secrets = kept.flatMap(({ text }) => {
    const { argon2id, scram: keys } = JSON.parse(text!) as Record<string, Record<string, string>>
    return [String(argon2id), keys!["storedKey"]!, keys!["serverKey"]!]
  })
  const everything = JSON.stringify([
    server.entries,
    irc.lines,
    server.server.administration.people.list(),
    await server.server.administration.status(),
    rows.map(({ body }) => body),
  ])
  for (const secret of [PASSWORD, ...secrets]) expect(everything).not.toContain(secret)
  expect(rows.some(({ text }) => text?.includes(PASSWORD))).toBe(false)
  expect(server.entries).toContainEqual(expect.objectContaining({ what: "failed login", account: "alice" }))
  expect(server.broken).toEqual([])
})
