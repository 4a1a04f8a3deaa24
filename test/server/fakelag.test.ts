// The token bucket for lines, by itself: ten at once, then two a second, and of a batch the bytes.

import { expect, test } from "bun:test"
import { Fakelag } from "../../src/server/fakelag.ts"

/** How many of these lines pass at one moment. */
function passing(lines: readonly string[], mayBatch: boolean): number {
  const fakelag = new Fakelag()
  const allowed = { delayedBytesMax: 100_000, mayBatch }
  const passed = lines.filter((line) => fakelag.pass(line, 0, allowed, () => {}) === "now")
  fakelag.stop()
  return passed.length
}

test("ten lines pass at once", () => {
  expect(passing(Array<string>(40).fill("PRIVMSG #den :hello"), true)).toBe(10)
})

test("a batch of many short lines passes at once", () => {
  const lines = Array<string>(32).fill("@batch=1;draft/multiline-concat PRIVMSG #den :hello")
  expect(passing(["BATCH +1 draft/multiline #den", ...lines, "BATCH -1"], true)).toBe(34)
})

test("a batch's bytes count, and a line has a least price", () => {
  const long = `@batch=1 PRIVMSG #den :${"x".repeat(489)}`
  expect(passing(Array<string>(40).fill(long), true)).toBe(10)
  expect(passing(Array<string>(1000).fill("@batch=1 A"), true)).toBe(145)
})

test("the tag alone makes no line cheaper", () => {
  expect(passing(Array<string>(40).fill("@batch=1 PRIVMSG #den :hello"), false)).toBe(10)
})
