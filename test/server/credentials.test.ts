// What is kept in place of a password, and how much work it is to be told no.

import { expect, spyOn, test } from "bun:test"
import { Credentials } from "../../src/server/credentials.ts"
import { HashingQueue } from "../../src/server/hashing-queue.ts"

const COST = { passwordMemoryKib: 19_456, scramIterations: 4096 }
const credentials = new Credentials(COST, new HashingQueue(), "secret")
const made = (await credentials.make("ｓesame é", "ann@example.org"))!

test("the password is not in it, and the address is", () => {
  expect(JSON.parse(made)).toEqual({
    v: 1,
    argon2id: expect.stringMatching(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/),
    scram: {
      salt: expect.any(String),
      iterations: 4096,
      storedKey: expect.any(String),
      serverKey: expect.any(String),
    },
    email: "ann@example.org",
  })
  expect(made).not.toContain("sesame")
})

test.each([
  ["ｓesame é", true],
  // As another keyboard writes it.
  ["sesame e\u0301", true],
  ["sesame e", false],
  ["", false],
])("%j", async (password, right) => {
  expect(await credentials.isRight(made, password)).toBe(right)
})

/** What each password is compared with, as argon2 writes it. */
async function comparedWith(action: () => Promise<unknown>): Promise<string[]> {
  using verify = spyOn(Bun.password, "verify")
  await action()
  return verify.mock.calls.map(([, hash]) => String(hash))
}

/** Everything that decides how long a comparison takes: algorithm, version, costs, and how long salt and hash are. */
function workOf(hash: string) {
  const [, algorithm, version, costs, ...parts] = hash.split("$")
  return [algorithm, version, costs, ...parts.map((part) => Buffer.from(part, "base64").length)]
}

test("an account that there is not is as much work, and is challenged alike each time", async () => {
  const known = await comparedWith(() => credentials.isRight(made, "wrong"))
  const unknown = await comparedWith(() => credentials.isRight(undefined, "wrong"))
  expect(known.map(workOf)).toEqual([["argon2id", "v=19", "m=19456,t=2,p=1", 32, 32]])
  expect(unknown.map(workOf)).toEqual(known.map(workOf))
  const challenge = credentials.scramKeys("nobody", undefined)
  expect(challenge).toEqual(credentials.scramKeys("nobody", undefined))
  expect(challenge.salt).toHaveLength(credentials.scramKeys("alice", made).salt.length)
  expect(challenge.salt).not.toBe(credentials.scramKeys("somebody", undefined).salt)
})

test("credentials that are broken are not repeated in the error", async () => {
  const error = await credentials.isRight('{"argon2id": sesame', "x").catch(String)
  expect(error).toBe("Error: the credentials of an account cannot be read")
})

test("two at a time, in order; those that are too many are told at once", async () => {
  const queue = new HashingQueue(2)
  const doors: (() => void)[] = []
  let most = 0
  let running = 0
  const order: number[] = []
  const work = (i: number) =>
    queue.run(async () => {
      most = Math.max(most, ++running)
      order.push(i)
      await new Promise<void>((resolve) => doors.push(resolve))
      running--
      return i
    })
  const all = Array.from({ length: 260 }, (_, i) => work(i))
  expect(await Promise.all(all.slice(258))).toEqual([undefined, undefined])
  for (let i = 0; i < 2000; i++) {
    doors.shift()?.()
    await Promise.resolve()
  }
  expect((await Promise.all(all)).slice(0, 258)).toEqual(order)
  expect([most, order]).toEqual([2, Array.from({ length: 258 }, (_, i) => i)])
})
