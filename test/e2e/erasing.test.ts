// What is taken back, or erased on request, is in no file of the data directory any more, and does not come back after a crash.

import { expect, test } from "bun:test"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { Irc } from "../support/irc.ts"
import { startServer, type TestServer } from "../support/server.ts"

function filesWith(server: TestServer, text: string): string[] {
  const files = readdirSync(server.data, { recursive: true, withFileTypes: true }).filter((file) =>
    file.isFile(),
  )
  const paths = files.map((file) => join(file.parentPath, file.name))
  return paths.filter((path) => readFileSync(path).includes(text))
}

const CAPABILITIES =
  "message-tags echo-message batch draft/multiline draft/message-redaction draft/chathistory"

test("redacted and erased text is gone from the disk, and the rest is not", async () => {
  await using server = await startServer()
  const irc = await Irc.register(server, "gwen", ...CAPABILITIES.split(" "))
  irc.send("REGISTER * * sesame-sesame", "JOIN #den", "PRIVMSG #den :a-slip-of-the-keys")
  const echo = await irc.expect(/a-slip-of-the-keys$/)
  const msgid = /msgid=(\w+)/.exec(echo)?.[1]
  irc.send(
    "BATCH +1 draft/multiline #den",
    "@batch=1 PRIVMSG #den :kept-to-be-erased",
    "@batch=1 PRIVMSG #den :and-more",
  )
  irc.send("BATCH -1", `REDACT #den ${msgid} :oops`)
  await irc.expect(/ REDACT #den /)
  expect(filesWith(server, "kept-to-be-erased")).not.toEqual([])
  await server.kill()
  await server.start()
  const again = await Irc.register(server, "hugo", ...CAPABILITIES.split(" "))
  again.send("JOIN #den", "CHATHISTORY LATEST #den * 10")
  const history = (await again.settled()).join("\n")
  expect(history).not.toContain("a-slip-of-the-keys")
  expect(history).toContain("and-more")
  expect((await server.admin("erase", "gwen")).exitCode).toBe(2)
  expect((await server.admin("erase", "nobody", "--yes")).exitCode).toBe(8)
  expect((await server.admin("erase", "gwen", "--yes")).stdout).toBe("what gwen said is being erased\n")
  const gone = async () => {
    again.send("CHATHISTORY LATEST #den * 10")
    return !(await again.settled()).join("\n").includes("and-more")
  }
  for (let tries = 0; tries < 100 && !(await gone()); tries++) await Bun.sleep(20)
  expect(await gone()).toBe(true)
  await server.stop()
  expect(filesWith(server, "a-slip-of-the-keys")).toEqual([])
  expect(filesWith(server, "and-more")).toEqual([])
})
