// Operators through the whole shell: passwords compared off the loop, a configuration read again by REHASH, and what is logged.

import { expect, test } from "bun:test"
import { serving } from "./serving.ts"

const TOML =
  '[server]\naccess = "open"\n[[oper]]\nname = "root"\npassword = "plain:sesame"\ncertificate = false\n'

test("OPER, and REHASH with a configuration that can be read and one that cannot", async () => {
  await using one = await serving(TOML)
  const alice = await one.register("alice")
  alice.send("OPER root wrong")
  await alice.expect(/ 464 alice /)
  // Lines that come while the password is compared wait in their order.
  alice.send("OPER root sesame")
  alice.send("REHASH")
  await alice.expect(/ 381 alice /)
  await alice.expect(/ 382 alice /)
  const next = await one.authority.issueServer()
  one.server.onRehash(async () => one.reload(next, TOML.replace("sesame", "other")))
  alice.send("REHASH")
  await alice.expect(/ 382 alice /)
  const bob = await one.register("bob")
  bob.send("OPER root sesame")
  await bob.expect(/ 464 bob /)
  bob.send("OPER root other")
  await bob.expect(/ 381 bob /)
  one.server.onRehash(() => Promise.reject(new Error("unreadable")))
  bob.send("REHASH")
  await bob.expect(/RELOAD_FAILED/)
  bob.send("KILL alice :Enough")
  await alice.expect(/^ERROR :KICKED Killed \(bob \(Enough\)\)/)
  const said = one.entries.map(({ what }) => what)
  expect(said).toContain("a wrong operator's password was given")
  expect(said).toContain("reload failed")
  expect(one.broken).toEqual([])
})

test("who guesses an operator's password waits as who guesses an account's", async () => {
  await using one = await serving(TOML)
  const eve = await one.register("eve")
  const begun = performance.now()
  for (let i = 0; i < 5; i++) eve.send(`OPER root wrong-${i}`)
  for (let i = 0; i < 5; i++) await eve.expect(/ 464 eve /)
  expect(performance.now() - begun).toBeGreaterThan(1000)
})

test("a password alone makes nobody an operator, unless the configuration says so", async () => {
  await using one = await serving(TOML.replace("certificate = false\n", ""))
  const guest = await one.register("eve")
  guest.send("OPER root sesame")
  await guest.expect(/ 491 eve :Your connection has shown no certificate of your account/)
  const ann = await one.connect(await one.authority.issueClient("ann"))
  ann.send("NICK ann", "USER ann 0 * :Ann")
  await ann.expect(/ 001 ann /)
  ann.send("OPER root sesame")
  await ann.expect(/ 381 ann /)
})
