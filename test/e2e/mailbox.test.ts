// What was said to a member while nobody was there, over the deaths of a real server and of real connections.

import { afterAll, beforeAll, expect, test } from "bun:test"
import type { CertificateFiles } from "../support/certificates.ts"
import { Irc } from "../support/irc.ts"
import { chat } from "../support/program.ts"
import { startServer, type TestServer } from "../support/server.ts"

let server: TestServer
let alice: CertificateFiles
let bob: CertificateFiles
beforeAll(async () => {
  server = await startServer()
  alice = await server.authority.issueClient("alice")
  bob = await server.authority.issueClient("bob")
})
afterAll(() => server[Symbol.asyncDispose]())

/** What alice is shown of what came for her. */
async function mail(irc: Irc): Promise<string[]> {
  const lines = await irc.settled()
  return lines.flatMap((line) => / PRIVMSG alice :(.*)/.exec(line)?.[1] ?? [])
}

async function tell(...texts: string[]) {
  const irc = await Irc.member(server, "bob", bob)
  irc.send(...texts.map((text) => `PRIVMSG alice :${text}`))
  await irc.settled()
  await irc.quit()
}

test("it comes once, after kill -9 of the server too; again, where a connection was cut before it was answered", async () => {
  await (await Irc.member(server, "alice", alice)).quit()
  await tell("one", "two")
  await server.kill()
  await server.start()
  const first = await Irc.member(server, "alice", alice)
  expect(await mail(first)).toEqual(["one", "two"])
  await first.quit()
  await tell("three")

  // Nothing is answered: it may never have come.
  const cut = await Irc.member(server, "alice", alice)
  await cut.expect(/ PRIVMSG alice :three$/)
  cut.drop()
  await tell("four")
  const again = await Irc.member(server, "alice", alice)
  expect(await mail(again)).toEqual(["three", "four"])
  await again.quit()
  expect(await mail(await Irc.member(server, "alice", alice))).toEqual([])
})

test("chat send and chat history are nobody's presence: what came stays for who reads it", async () => {
  const home = server.home("alice")
  await (await Irc.member(server, "carol", await server.authority.issueClient("carol"))).quit()
  const as = ["--cert", alice.certPath, "--key", alice.keyPath, "--ca", server.authority.caPath]
  const host = ["--host", `localhost:${server.port}`]
  const run = (...args: string[]) => chat([...args, ...host, ...as], { home })
  // Nobody is there as alice but the connections of these two.
  await server.kill()
  await server.start()
  await tell("five")
  expect((await run("send", "carol", "hello")).exitCode).toBe(0)
  const read = await run("history", "bob")
  expect([read.exitCode, read.stdout]).toEqual([0, expect.stringContaining("five")])
  const irc = await Irc.member(server, "alice", alice)
  expect((await mail(irc)).at(-1)).toBe("five")
  await irc.quit()
})
