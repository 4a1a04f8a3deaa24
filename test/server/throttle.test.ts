import { expect, test } from "bun:test"
import { countedAs, isWithin, normaliseAddress, readRange } from "../../src/server/address.ts"
import { cloak } from "../../src/server/cloak.ts"
import { Fakelag } from "../../src/server/fakelag.ts"
import { Throttle, type Throttling } from "../../src/server/throttle.ts"

const limits: Throttling = { fakelag: true, connectionsPerAddress: 2, newConnectionsPerMinute: 5, exempt: [] }

test("an address has one spelling, and an IPv6 address is counted by its /64", () => {
  expect(normaliseAddress("::ffff:192.0.2.1")).toBe("192.0.2.1")
  expect(normaliseAddress("fe80::1%eth0")).toBe("fe80::1")
  expect(countedAs("192.0.2.1")).toBe("192.0.2.1")
  expect(countedAs("2001:db8:1:2:3::4")).toBe(countedAs("2001:db8:1:2:ffff::1"))
  expect(countedAs("2001:db8:1:3::4")).not.toBe(countedAs("2001:db8:1:2::4"))
})

test("connections that have not registered are limited by address, and places come free", () => {
  const throttle = new Throttle(limits)
  expect([1, 2, 3].map(() => throttle.admit("192.0.2.1", 0))).toEqual([true, true, false])
  expect(throttle.admit("192.0.2.2", 0)).toBe(true)
  throttle.settled("192.0.2.1")
  expect(throttle.admit("192.0.2.1", 0)).toBe(true)
})

test("new connections are limited by the minute, and an address that is quiet is forgotten", () => {
  const throttle = new Throttle(limits)
  const connect = (at: number) => {
    const admitted = throttle.admit("2001:db8::1", at)
    if (admitted) throttle.settled("2001:db8::1")
    return admitted
  }
  expect([0, 0, 0, 0, 0, 0, 59_999].map(connect)).toEqual([true, true, true, true, true, false, false])
  expect(connect(60_000)).toBe(true)
  throttle.tick(200_000)
  expect(throttle.size).toBe(0)
})

test("exempt ranges are exempt; 0 is no limit", () => {
  const exempt = [readRange("192.0.2.0/24")!, readRange("::1")!]
  const throttle = new Throttle({ ...limits, exempt })
  for (let i = 0; i < 20; i++) expect(throttle.admit("192.0.2.9", 0)).toBe(true)
  const unlimited = new Throttle({ ...limits, connectionsPerAddress: 0, newConnectionsPerMinute: 0 })
  for (let i = 0; i < 1000; i++) expect(unlimited.admit("198.51.100.1", 0)).toBe(true)
  expect(isWithin("192.0.3.1", exempt)).toBe(false)
  expect(isWithin("::1", exempt)).toBe(true)
})

test("ten lines at once, then two a second", () => {
  const fakelag = new Fakelag()
  const pass = (at: number) => fakelag.pass("x", at, { delayedBytesMax: 1000, mayBatch: false }, () => {})
  expect(Array.from({ length: 10 }, () => pass(1_000_000))).toEqual(Array.from({ length: 10 }, () => "now"))
  expect(pass(1_000_499)).toBe("later")
  fakelag.stop()
  expect([1_000_500, 1_000_500, 1_001_000].map(pass)).toEqual(["now", "later", "later"])
  fakelag.stop()
})

test("lines wait in order, and too many or too long a wait is too much", () => {
  const fakelag = new Fakelag()
  const pass = (line: string) => fakelag.pass(line, 0, { delayedBytesMax: 1000, mayBatch: false }, () => {})
  for (let i = 0; i < 10; i++) pass("x")
  expect(pass("y".repeat(1000))).toBe("later")
  expect(pass("z")).toBe("tooMuch")
  fakelag.stop()
  expect(Array.from({ length: 201 }, () => pass("")).at(-1)).toBe("tooMuch")
  fakelag.stop()
})

test("a guest's host is the same tomorrow, elsewhere another, and says nothing; members share one", () => {
  expect(cloak("secret", "192.0.2.1", false)).toBe(cloak("secret", "192.0.2.1", false))
  expect(cloak("secret", "192.0.2.1", false)).not.toBe(cloak("other", "192.0.2.1", false))
  expect(cloak("secret", "192.0.2.1", false)).not.toBe(cloak("secret", "192.0.2.2", false))
  expect(cloak("secret", "192.0.2.1", false)).toMatch(/^[0-9a-z]{10}\.guest$/)
  expect(cloak("secret", "192.0.2.1", true)).toBe("member")
})
