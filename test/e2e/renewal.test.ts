// Certificates that are renewed while somebody chats, and the server's, which others renew.

import { afterAll, beforeAll, expect, test } from "bun:test"
import { X509Certificate } from "node:crypto"
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { createAuthority, DAY_MS } from "../../src/authority/authority.ts"
import { Irc } from "../support/irc.ts"
import { chat, CHAT, environment, testWith } from "../support/program.ts"
import { leash, startServer, type TestServer } from "../support/server.ts"
import { Tmux } from "../support/tmux.ts"
import { until } from "../support/until.ts"

let server: TestServer
beforeAll(async () => {
  server = await startServer({
    flags: ["--access", "members"],
    config: "[accounts]\ncertificate_days = 2\n",
  })
})
afterAll(() => server[Symbol.asyncDispose]())

/** A home whose profile has a certificate with five of its thirty days left; its folder. */
async function veteran(name: string): Promise<{ home: string; profile: string }> {
  const [notBefore, notAfter] = [-25, 5].map((days) => new Date(Date.now() + days * DAY_MS))
  const { certPath } = await server.authority.issueClient(name, {
    notBefore: notBefore!,
    notAfter: notAfter!,
  })
  const home = server.home(name)
  const flags = ["--ca", server.authority.caPath, "--cert", certPath]
  const ended = await chat(["connect", `localhost:${server.port}`, ...flags], { home, stdin: "hello\n" })
  expect(ended).toMatchObject({ exitCode: 0 })
  const servers = join(home, ".local", "share", "chat", "servers")
  return { home, profile: join(servers, readdirSync(servers)[0]!) }
}

function daysLeft(profile: string, file: string): number {
  const { validToDate } = new X509Certificate(readFileSync(join(profile, file)))
  return (validToDate.getTime() - Date.now()) / DAY_MS
}

test("send renews without a word, and what comes next uses the new pair", async () => {
  const { home, profile } = await veteran("alice")
  const first = await chat(["send", "#general", "one"], { home })
  expect(first).toMatchObject({ exitCode: 0, stdout: "", stderr: "" })
  expect(daysLeft(profile, "me.pem")).toBeCloseTo(5, 1)
  expect(daysLeft(profile, "next.pem")).toBeCloseTo(2, 1)
  const second = await chat(["send", "#general", "two"], { home })
  expect(second).toMatchObject({ exitCode: 0, stdout: "", stderr: "" })
  expect(daysLeft(profile, "me.pem")).toBeCloseTo(2, 1)
  expect(readdirSync(profile)).not.toContain("next.pem")
  const certs = await chat(["certs", "devices", "alice", "--data", server.data], { home })
  expect(certs.stdout.match(/\b[\da-f]{32}\b/g)).toHaveLength(1)
})

testWith("tmux")("a chat says so in one line, goes on, and comes back with the new pair", async () => {
  using tmux = new Tmux()
  const { home, profile } = await veteran("bob")
  const bob = tmux.open([CHAT, "connect"], { home })
  await bob.shows(/your certificate was renewed, valid until /)
  bob.say("still here")
  await bob.shows(/bob still here/)
  expect(daysLeft(profile, "me.pem")).toBeCloseTo(5, 1)
  await server.stop()
  await server.start()
  await until(() => !readdirSync(profile).includes("next.pem"), "the new pair to be confirmed", 30_000)
  expect(daysLeft(profile, "me.pem")).toBeCloseTo(2, 1)
  bob.say("and again")
  await bob.shows(/bob and again/)
  bob.say("/quit")
  expect(await bob.exitCode()).toBe(0)
  expect(bob.text().match(/was renewed/g)).toHaveLength(1)
})

test("an authority whose certificate was renewed is known to who knew the former, who is given the new one with theirs", async () => {
  const { home, profile } = await veteran("carol")
  const { folder } = server.authority
  const known = readFileSync(join(profile, "ca.pem"), "utf8")
  const renewed = await chat(["certs", "renew-ca", "--out", folder], { home: server.home("server") })
  expect(renewed).toMatchObject({ exitCode: 0, stderr: "" })
  expect(await server.admin("reload")).toMatchObject({ exitCode: 0 })
  const ca = readFileSync(join(folder, "ca.pem"), "utf8")
  expect(ca).not.toBe(known)
  expect(await chat(["send", "#general", "one"], { home })).toMatchObject({ exitCode: 0, stderr: "" })
  expect(readFileSync(join(profile, "ca.pem"), "utf8")).toBe(ca)
  expect(await chat(["send", "#general", "two"], { home })).toMatchObject({ exitCode: 0, stderr: "" })
  expect(readFileSync(join(profile, "ca.pem"), "utf8")).toBe(ca)
  const pinned = ["connect", `localhost:${server.port}`, "--pin", server.authority.words]
  const { certPath } = await server.authority.issueClient("dora")
  const flags = [...pinned, "--cert", certPath]
  expect(await chat(flags, { home: server.home("dora"), stdin: "hello\n" })).toMatchObject({ exitCode: 0 })
})

test("an authority that ends within a year is said to at the start of its server", async () => {
  const [home, folder] = [server.home("old"), join(server.folder, "old")]
  const { pem, keys } = await createAuthority({ now: new Date(Date.now() - 3400 * DAY_MS) })
  mkdirSync(folder, { mode: 0o700 })
  writeFileSync(join(folder, "ca.pem"), pem)
  writeFileSync(join(folder, "ca.key"), keys.pem, { mode: 0o600 })
  expect(await chat(["certs", "server", "localhost", "--out", folder], { home })).toMatchObject({
    exitCode: 0,
  })
  const serve = ["serve", "--cert", join(folder, "server.pem"), "--listen", "127.0.0.1:0"]
  const said = async () => {
    const data = ["--data", join(server.folder, "old-data"), "--log-format", "json"]
    const child = Bun.spawn([CHAT, ...serve, ...data], {
      env: environment(home),
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    })
    leash(child)
    let text = ""
    for await (const bytes of child.stdout) {
      text += new TextDecoder().decode(bytes)
      // The warnings are written in the same turn.
      if (text.includes("listening")) child.kill("SIGTERM")
    }
    return text + (await new Response(child.stderr).text())
  }
  expect(await said()).toMatch(/ca\.pem ends in 25\d days: chat certs renew-ca --out /)
  expect(await chat(["certs", "renew-ca", "--out", folder], { home })).toMatchObject({ exitCode: 0 })
  expect(await said()).not.toContain("renew-ca")
})

test("files that change under a server are taken when they fit, and who is connected stays", async () => {
  await using other = await startServer()
  const { certPath, keyPath } = await other.authority.issueServer()
  const alice = await Irc.register(other, "alice")
  const { certPem, keyPem } = await other.authority.issueServer(undefined, { file: "another" })
  writeFileSync(keyPath, keyPem)
  await until(() => /reload failed.*does not belong to/.test(other.said), "a word in the log", 15_000)
  const bob = await Irc.register(other, "bob")
  writeFileSync(certPath, certPem)
  await until(() => other.said.includes("were read again"), "the new files", 15_000)
  const carol = await Irc.register(other, "carol")
  for (const one of [alice, bob, carol]) {
    one.send("PING :there")
    await one.expect(/ PONG .*there/)
  }
  expect(other.said.match(/reload failed/g)).toHaveLength(1)
})
