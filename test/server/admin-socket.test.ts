import { afterAll, expect, test } from "bun:test"
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs"
import { connect } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { askAdmin } from "../../src/server/admin-client.ts"
import { openAdminSocket } from "../../src/server/admin-socket.ts"
import { UserError } from "../../src/user-error.ts"
import { serving } from "./serving.ts"

const folder = mkdtempSync(join(tmpdir(), "chat-admin-"))
const path = join(folder, "admin.sock")
afterAll(() => rmSync(folder, { recursive: true }))

test("list, kick, status, reload and stop", async () => {
  await using serve = await serving()
  const done: string[] = []
  const close = await openAdminSocket(path, {
    administration: serve.server.administration,
    endpoints: serve.server.endpoints,
    reload: () => Promise.reject(new UserError("chat.toml is bad", { hint: "mend it" })),
    unlock: (passphrase) => Promise.reject(new UserError(`not ${passphrase.length} letters`)),
    stop: () => void done.push("stop"),
  })
  expect(statSync(path).mode & 0o777).toBe(0o600)
  const alice = await serve.register("Alice")
  const bob = await serve.register("bob")
  for (const irc of [alice, bob]) {
    irc.send("JOIN #den")
    await irc.expect(/ 366 /)
  }
  expect(await askAdmin(path, { do: "list" })).toMatchObject({
    people: [{ nick: "Alice", channels: ["#den"] }, { nick: "bob" }],
  })
  expect(await askAdmin(path, { do: "kick", words: ["den", "bob"] })).toMatchObject({
    done: "bob was kicked from #den",
  })
  await alice.expect(/^:chat\.local KICK #den bob :?by an administrator$/)
  bob.send("JOIN #den")
  await alice.expect(/ JOIN #den$/)
  expect(await askAdmin(path, { do: "kick", words: ["den", "bob"], reason: "too loud" })).toMatchObject({
    ok: true,
  })
  await alice.expect(/^:chat\.local KICK #den bob :too loud$/)
  // It is no channel: what follows is a reason already.
  expect(await askAdmin(path, { do: "kick", words: ["bob", "loud"], reason: "too loud" })).toMatchObject({
    error: "the reason is given twice",
  })
  expect(await askAdmin(path, { do: "kick", words: ["bob"], reason: "still loud" })).toMatchObject({
    ok: true,
  })
  await bob.expect(/^ERROR :KICKED still loud$/)
  expect(await askAdmin(path, { do: "kick", words: ["alice", "enough", "of", "it"] })).toMatchObject({
    ok: true,
  })
  await alice.expect(/^ERROR :KICKED enough of it$/)
  await alice.closed
  expect(await askAdmin(path, { do: "kick", words: ["nobody"] })).toMatchObject({
    ok: false,
    error: "nobody here is called nobody",
  })
  expect(await askAdmin(path, { do: "erase", name: "nobody" })).toMatchObject({
    ok: false,
    error: "there is no account nobody",
  })
  expect(await askAdmin(path, { do: "status" })).toMatchObject({ ok: true, users: 0, version: "chat-test" })
  expect(await askAdmin(path, { do: "reload" })).toMatchObject({
    ok: false,
    error: "chat.toml is bad",
    hint: "mend it",
  })
  expect(await askAdmin(path, { do: "unlock", passphrase: "secret" })).toEqual({
    v: 1,
    ok: false,
    error: "not 6 letters",
  })
  expect(await askAdmin(path, { do: "stop" })).toMatchObject({ ok: true })
  expect(done).toEqual(["stop"])
  expect(await raw("nonsense\n")).toMatchObject({ ok: false })
  expect(await raw('{"do":"kick"}\n')).toMatchObject({ ok: false, error: "unknown request" })
  close()
  expect(existsSync(path)).toBe(false)
})

test("what a killed server left behind is replaced; nobody there is said so", async () => {
  writeFileSync(path, "")
  expect(await askAdmin(path, { do: "list" }).catch((error: Error) => error.message)).toMatch(
    /no chat server answers/,
  )
  await using serve = await serving()
  const actions = {
    administration: serve.server.administration,
    endpoints: serve.server.endpoints,
    reload: () => Promise.resolve(),
    unlock: () => Promise.resolve(),
    stop() {},
  }
  const close = await openAdminSocket(path, actions)
  expect(await askAdmin(path, { do: "list" })).toMatchObject({ ok: true, people: [] })
  expect(await openAdminSocket(path, actions).catch((error: Error) => error.message)).toMatch(/in use/)
  close()
})

function raw(line: string): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>()
  const socket = connect(path, () => socket.write(line))
  socket.on("data", (data) => {
    socket.destroy()
    resolve(JSON.parse(data.toString()))
  })
  socket.on("error", reject)
  return promise
}
