// How long who fails to log in has to wait.

import { expect, test } from "bun:test"
import { LoginDelay } from "../../src/server/login-delay.ts"

/** The wait before each of `times` attempts that fail, each made as soon as it may be. */
function waits(
  delay: LoginDelay,
  times: number,
  address: (i: number) => string,
  account: (i: number) => string,
) {
  let now = 0
  return Array.from({ length: times }, (_, i) => {
    const attempt = delay.begin(address(i), account(i), now)
    const waitMs = typeof attempt === "number" ? attempt : attempt.waitMs
    now += waitMs
    // Refused, it comes again when it may.
    if (typeof attempt === "number") delay.begin(address(i), account(i), now)
    return waitMs
  })
}

test.each([
  [
    "one address at one account",
    () => "a",
    () => "alice",
    [0, 0, 0, 0, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000],
  ],
  [
    "one address at many accounts",
    () => "a",
    (i: number) => `${i}`,
    [0, 0, 0, 0, 1000, 2000, 4000, 8000, 16_000],
  ],
  [
    "many addresses at one account",
    (i: number) => `${i}`,
    () => "alice",
    [0, 0, 0, 0, 1000, 2000, 4000, 4000, 4000],
  ],
])("%s", (_, address, account, expected) => {
  expect(waits(new LoginDelay(), expected.length, address, account)).toEqual(expected)
})

test("attempts at one time wait for each other, and what succeeds was never counted", () => {
  const delay = new LoginDelay()
  for (let i = 0; i < 20; i++) {
    const attempt = delay.begin("home", "alice", 0)
    if (typeof attempt === "number") throw new Error("it had to wait")
    attempt.succeed()
  }
  const many = Array.from({ length: 20 }, () => delay.begin("away", "bob", 0))
  expect(many.filter((attempt) => typeof attempt === "number").length).toBe(13)
})

test("from where somebody has logged in before, nobody else's guesses keep him out", () => {
  const delay = new LoginDelay()
  const first = delay.begin("home", "alice", 0)
  if (typeof first === "number") throw new Error("it had to wait")
  first.succeed()
  for (let i = 0; i < 1000; i++) delay.begin(`${i % 100}`, "alice", 0)
  for (let i = 0; i < 1000; i++) delay.begin("home", `${i}`, 0)
  expect(delay.begin("home", "alice", 0)).toMatchObject({ waitMs: 0 })
  expect(delay.begin("elsewhere", "alice", 0)).toBeGreaterThan(10_000)
})

test("what is long past is forgotten", () => {
  const delay = new LoginDelay()
  for (let i = 0; i < 20; i++) delay.begin("a", "alice", 0)
  delay.tick(3_600_000)
  expect(delay.begin("a", "alice", 3_600_000)).toMatchObject({ waitMs: 0 })
})
