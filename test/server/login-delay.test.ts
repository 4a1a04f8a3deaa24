// How long who fails to log in has to wait. The clock goes on when nobody has anything else to do.

import { expect, test } from "bun:test"
import { LoginDelay, type Outcome } from "../../src/server/login-delay.ts"

class FakeTime {
  now = 0
  #sleepers: { at: number; wake: () => void }[] = []

  nowMs(): number {
    return this.now
  }

  sleep(ms: number): Promise<void> {
    return new Promise((wake) => this.#sleepers.push({ at: this.now + ms, wake }))
  }

  /** Lets time pass until everything is done. */
  async all<T>(promises: Promise<T>[]): Promise<T[]> {
    const all = Promise.all(promises)
    for (;;) {
      const nothing = Symbol("nothing yet")
      for (let i = 0; i < 50; i++) await Promise.resolve()
      if ((await Promise.race([all, Promise.resolve(nothing)])) !== nothing) return all
      const [next, ...rest] = this.#sleepers.toSorted((one, other) => one.at - other.at)
      if (!next) continue
      this.#sleepers = rest
      this.now = next.at
      next.wake()
    }
  }
}

function place() {
  const time = new FakeTime()
  const delay = new LoginDelay(time)
  /** When the attempt was checked; undefined if it was not. */
  const attempt = async (address: string, account: string, outcome: Outcome): Promise<number | undefined> => {
    const end = await delay.begin(address, account)
    const at = time.now
    end?.(outcome)
    return end && at
  }
  return { time, delay, attempt }
}

const FROM_ONE = [0, 0, 0, 0, 1000, 3000, 7000, 15_000]
const TO_ONE = [0, 0, 0, 0, 1000, 3000, 7000, 11_000, 15_000, 19_000]

test.each([
  ["one address at one account", () => "a", () => "alice", FROM_ONE],
  ["one address at many accounts", () => "a", (i: number) => `${i}`, FROM_ONE],
  ["many addresses at one account", (i: number) => `${i}`, () => "alice", TO_ONE],
])("a hundred guesses at once, %s", async (_, address, account, expected) => {
  const { time, attempt } = place()
  const checked = await time.all(
    Array.from({ length: 100 }, (__, i) => attempt(address(i), account(i), "wrong")),
  )
  expect(checked.filter((at) => at !== undefined)).toEqual(expected)
})

// Who guesses comes again as soon as there is an answer, whatever it is.
test.each([
  ["one address", 60, () => "a", 40, 271_000],
  ["a hundred addresses", 100, (worker: number) => `${worker}`, 55, 199_000],
])("a thousand guesses at one account from %s", async (_, workers, address, expected, tookMs) => {
  const { time, attempt } = place()
  let [guesses, compared] = [0, 0]
  const guess = async (worker: number) => {
    while (guesses < 1000) {
      guesses++
      if ((await attempt(address(worker), "alice", "wrong")) !== undefined) compared++
    }
  }
  await time.all(Array.from({ length: workers }, (__, worker) => guess(worker)))
  expect([guesses, compared, time.now]).toEqual([1000, expected, tookMs])
})

test("whoever is right never waits, however many come at once", async () => {
  const { time, attempt } = place()
  const checked = await time.all(Array.from({ length: 500 }, (_, i) => attempt("school", `${i}`, "right")))
  expect(checked).toEqual(Array.from({ length: 500 }, () => 0))
})

test("from where somebody has logged in before, nobody else's guesses keep him out", async () => {
  const { time, attempt } = place()
  await time.all([attempt("home", "alice", "right")])
  await time.all(Array.from({ length: 20 }, (_, i) => attempt("home", `${i}`, "wrong")))
  await time.all(Array.from({ length: 1000 }, (_, i) => attempt(`${i % 100}`, "alice", "wrong")))
  const now = time.now
  expect(await time.all([attempt("home", "alice", "right")])).toEqual([now])
  const [elsewhere] = await time.all([attempt("elsewhere", "alice", "right")])
  expect(elsewhere).toBeGreaterThan(now)
})

test("what could not be checked is nobody's fault, and what is long past is forgotten", async () => {
  const { time, delay, attempt } = place()
  await time.all(Array.from({ length: 50 }, () => attempt("a", "alice", "unchecked")))
  expect(time.now).toBe(0)
  await time.all(Array.from({ length: 50 }, () => attempt("a", "alice", "wrong")))
  time.now += 3_600_000
  delay.tick()
  const later = await time.all(Array.from({ length: 4 }, () => attempt("a", "alice", "wrong")))
  expect(later).toEqual([time.now, time.now, time.now, time.now])
})
