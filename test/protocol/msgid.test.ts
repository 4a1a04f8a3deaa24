import { expect, test } from "bun:test"
import * as fc from "fast-check"
import { msgidOf, parseMsgid } from "../../src/protocol/msgid.ts"

const epoch = fc.integer({ min: 0, max: 32 ** 4 - 1 })
const seq = fc.integer({ min: 0, max: 32 ** 10 - 1 })

test("there and back", () => {
  fc.assert(
    fc.property(epoch, seq, (e, s) => expect(parseMsgid(msgidOf(e, s))).toEqual({ epoch: e, seq: s })),
  )
})

test("ids sort as their places do", () => {
  fc.assert(
    fc.property(epoch, seq, epoch, seq, (e1, s1, e2, s2) => {
      const before = e1 - e2 || s1 - s2
      const [a, b] = [msgidOf(e1, s1), msgidOf(e2, s2)]
      expect(a < b ? -1 : a > b ? 1 : 0).toBe(Math.sign(before))
    }),
  )
})

test("nothing else is an id", () => {
  for (const text of [
    "",
    "0",
    msgidOf(1, 1).toUpperCase().replace(/0/g, "O"),
    `${msgidOf(1, 1)}0`,
    "0001000000000i",
    "é",
  ]) {
    expect(parseMsgid(text)).toBeUndefined()
  }
})
