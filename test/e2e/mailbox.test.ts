// What was said to a member while nobody was there, over the deaths of a real server and of real connections.

import { afterAll, beforeAll, expect, test } from "bun:test"
import type { CertificateFiles } from "../support/certificates.ts"
import { Irc } from "../support/irc.ts"
import { chat, CHAT, environment } from "../support/program.ts"
import { leash, startServer, type TestServer } from "../support/server.ts"

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

function asAlice(): string[] {
  const own = ["--cert", alice.certPath, "--key", alice.keyPath, "--ca", server.authority.caPath]
  return ["--host", `localhost:${server.port}`, ...own]
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

  // The PING after it is not answered: it may never have come.
  const cut = await Irc.connect(server, alice)
  cut.answersPings = false
  cut.send("NICK alice", "USER alice 0 * :alice", "JOIN #den")
  await cut.expect(/ PRIVMSG alice :three$/)
  cut.drop()
  await tell("four")
  const again = await Irc.member(server, "alice", alice)
  expect(await mail(again)).toEqual(["three", "four"])
  await again.quit()
  expect(await mail(await Irc.member(server, "alice", alice))).toEqual([])
})

test("chat send and chat history are nobody's presence: what came stays for who reads it", async () => {
  await (await Irc.member(server, "carol", await server.authority.issueClient("carol"))).quit()
  const run = (...args: string[]) => chat([...args, ...asAlice()], { home: server.home("alice") })
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

test("chat tail shows nothing of it, and takes nothing", async () => {
  const writer = await Irc.member(server, "bob", bob)
  writer.send("JOIN #den")
  const tail = leash(
    Bun.spawn([CHAT, "tail", "den", ...asAlice()], {
      env: environment(server.home("alice")),
      stdin: "ignore",
      stdout: "ignore",
      stderr: "ignore",
    }),
  )
  await writer.expect(/^:alice!\S+ JOIN #den/)
  writer.send("PRIVMSG alice :six")
  await writer.settled()
  await writer.quit()
  const irc = await Irc.member(server, "alice", alice)
  expect((await mail(irc)).at(-1)).toBe("six")
  await irc.quit()
  tail.kill("SIGTERM")
  await tail.exited
})
