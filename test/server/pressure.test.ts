// Many who log in by password at once, and who guesses: what they may take of the server, counted and not timed. How long it takes
// is what bench/logins.ts says, and how many guesses are compared in the long run login-delay.test.ts. Comparing a password takes here as long as the test lets it.

import { afterEach, beforeEach, expect, type Mock, spyOn, test } from "bun:test"
import type { Irc } from "../support/irc.ts"
import { until } from "../support/until.ts"
import { type Serving, serving } from "./serving.ts"

const CHEAP = "[accounts]\npassword_memory_kib = 8\nscram_iterations = 4096\n"
const OPEN = `[server]\naccess = "open"\n${CHEAP}[throttling]\nconnections_per_address = 0\nnew_connections_per_minute = 0\n`
/** As if each came from an address of their own: an address has a few checked at a time. */
const FROM_EVERYWHERE = `${OPEN}exempt = ["127.0.0.0/8"]\n`
const PASSWORD = "sesame, open"
const WAITING_MAX = 256

let verify: Mock<typeof Bun.password.verify>
let [running, most, compared] = [0, 0, 0]
let door = Promise.withResolvers<void>()

beforeEach(() => {
  ;[running, most, compared] = [0, 0, 0]
  door = Promise.withResolvers()
  const real = Bun.password.verify.bind(Bun.password)
  verify = spyOn(Bun.password, "verify").mockImplementation(async (password, hash) => {
    compared++
    most = Math.max(most, ++running)
    await door.promise
    running--
    return real(password, hash)
  })
})
afterEach(() => verify.mockRestore())

async function site(toml: string): Promise<Serving> {
  const server = await serving(toml)
  expect(await server.server.administration.accounts.register("alice", PASSWORD)).toHaveProperty("done")
  return server
}

async function attempts(server: Serving, count: number, name: string, password: string): Promise<Irc[]> {
  const response = `AUTHENTICATE ${btoa(`\0${name}\0${password}`)}`
  const all: Irc[] = []
  for (let i = 0; i < count; i++) {
    const irc = await server.connect()
    irc.send("CAP REQ sasl", "AUTHENTICATE PLAIN", response)
    all.push(irc)
  }
  return all
}

const answered = (all: readonly Irc[], pattern: RegExp) =>
  all.filter(({ lines }) => lines.some((line) => pattern.test(line))).length

test("of three hundred who log in at once the queue takes what it has room for, the rest are told, and who chats is heard", async () => {
  await using server = await site(FROM_EVERYWHERE)
  const [bob, carol] = [await server.register("bob", "echo-message"), await server.register("carol")]
  for (const irc of [bob, carol]) irc.send("JOIN #den")
  await bob.expect(/ 366 /)
  await carol.expect(/ 366 /)
  const all = await attempts(server, 300, "alice", PASSWORD)
  const busy = / 904 \* :Too many log in just now: try again in a moment$/
  const atOnce = navigator.hardwareConcurrency > 2 ? 2 : 1
  await until(
    () => answered(all, busy) === 300 - WAITING_MAX - atOnce,
    "the answers of those who are too many",
  )
  bob.send("PRIVMSG #den :while they wait")
  await bob.expect(/:bob!\S+ PRIVMSG #den :while they wait$/)
  await carol.expect(/:bob!\S+ PRIVMSG #den :while they wait$/)
  expect([running, most, compared]).toEqual([atOnce, atOnce, atOnce])
  door.resolve()
  await until(() => answered(all, / 903 /) === WAITING_MAX + atOnce, "the others to be in")
  expect([most, compared]).toEqual([atOnce, WAITING_MAX + atOnce])
}, 60_000)

test("of fifty guesses from one address three are compared at most before one is known to be wrong, and the account's certificate does not wait", async () => {
  await using server = await site(OPEN)
  const own = await server.authority.issueClient("dora")
  // Her account has both.
  const dora = await server.connect(own)
  dora.send("NICK dora", "USER dora 0 * :Dora")
  await dora.expect(/ 001 /)
  await dora.quit()
  expect(await server.server.administration.accounts.changePassword("dora", PASSWORD)).toHaveProperty("done")
  const guesses = await attempts(server, 50, "dora", "a guess")
  await until(() => running > 0, "the first guess")
  for (let i = 0; i < 3; i++) {
    const again = await server.connect(own)
    again.send(
      "CAP REQ sasl",
      "AUTHENTICATE EXTERNAL",
      "AUTHENTICATE +",
      "NICK dora",
      "USER dora 0 * :Dora",
      "CAP END",
    )
    await again.expect(/ 001 dora /)
    await again.quit()
  }
  expect(compared).toBeLessThanOrEqual(3)
  expect(answered(guesses, / 90[34] /)).toBe(0)
  door.resolve()
  await until(() => answered(guesses, / 904 /) >= 4, "those that cost nothing")
  for (const guess of guesses) guess.drop()
}, 60_000)

test("of who does not wait for their turn nothing is compared", async () => {
  await using server = await site(OPEN)
  const all = await attempts(server, 50, "alice", PASSWORD)
  await until(() => running > 0, "the first")
  for (const irc of all) irc.drop()
  const status = () => server.server.administration.status()
  await until(async () => (await status()).connections === 0, "all to be gone")
  door.resolve()
  const last = await attempts(server, 1, "alice", PASSWORD)
  await until(() => answered(last, / 903 /) === 1, "who came after them")
  expect(compared).toBeLessThanOrEqual(3 + 1)
}, 60_000)
