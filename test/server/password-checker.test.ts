// Passwords of the server and of its operators.

import { expect, test } from "bun:test"
import { HashingQueue } from "../../src/server/hashing-queue.ts"
import { PasswordChecker } from "../../src/server/password-checker.ts"

const HASH = await Bun.password.hash("open sesame", { algorithm: "argon2id", memoryCost: 8, timeCost: 1 })

const checker = new PasswordChecker(
  undefined,
  [
    { name: "root", password: "plain:sesame", certificate: true, rights: ["kill", "rehash"] },
    { name: "crier", password: HASH, certificate: true, rights: ["wallops"] },
  ],
  new HashingQueue(),
)

test("what cannot be checked just now is not wrong", async () => {
  const queue = new HashingQueue(1)
  const { promise, resolve } = Promise.withResolvers<void>()
  const waiting = Array.from({ length: 257 }, () => queue.run(() => promise))
  const busy = new PasswordChecker(HASH, checker.operators, queue)
  expect(await busy.check("open sesame")).toBe("busy")
  expect(await busy.rightsOf("crier", "open sesame")).toBe("busy")
  expect(await busy.rightsOf("root", "sesame")).toEqual(["kill", "rehash"])
  resolve()
  await Promise.all(waiting)
  expect(await busy.check("open sesame")).toBe(true)
})

test.each([
  ["root", "sesame", ["kill", "rehash"]],
  ["root", "plain:sesame", undefined],
  ["root", "", undefined],
  ["crier", "open sesame", ["wallops"]],
  ["crier", "sesame", undefined],
  ["crier", HASH, undefined],
  ["Root", "sesame", undefined],
  ["nobody", "sesame", undefined],
])("%s with %j", async (name, given, rights) => {
  expect(await checker.rightsOf(name, given)).toEqual(rights as never)
})

test("by the time that it takes nobody learns which operators there are", async () => {
  const queue = new HashingQueue(1)
  const { promise, resolve } = Promise.withResolvers<void>()
  const waiting = Array.from({ length: 257 }, () => queue.run(() => promise))
  const [, crier] = checker.operators
  const busy = new PasswordChecker(undefined, [crier!], queue)
  expect(await busy.rightsOf("crier", "sesame")).toBe("busy")
  expect(await busy.rightsOf("nobody", "sesame")).toBe("busy")
  resolve()
  await Promise.all(waiting)
  // Nor is an operator's password that of a name that is none's.
  expect(await busy.rightsOf("nobody", "open sesame")).toBeUndefined()
})
