import { expect, test } from "bun:test"
import * as fc from "fast-check"
import { parseServerTime, serverTime } from "../../src/protocol/server-time.ts"

test("there and back", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) }), (at) => {
      expect(serverTime(at)).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
      expect(parseServerTime(serverTime(at))).toBe(at)
    }),
  )
})

test("what is no time is none", () => {
  for (const text of [
    "",
    "yesterday",
    "2026-13-01T00:00:00.000Z",
    "2026-01-01",
    "2026-01-01T00:00:00+01:00",
    "1767225600",
  ]) {
    expect(parseServerTime(text)).toBeUndefined()
  }
  expect(parseServerTime("2026-01-01T00:00:00Z")).toBe(Date.UTC(2026, 0, 1))
})
