import { expect, test } from "bun:test"
import * as fc from "fast-check"
import { banMask, means } from "../../src/protocol/ban-masks.ts"
import { fullMask, matches } from "../../src/protocol/masks.ts"

/** The definition, one character at a time. */
function naive(mask: string, text: string): boolean {
  if (mask === "") return text === ""
  if (mask[0] === "*") return naive(mask.slice(1), text) || (text !== "" && naive(mask, text.slice(1)))
  return text !== "" && (mask[0] === "?" || mask[0] === text[0]) && naive(mask.slice(1), text.slice(1))
}

const MATCHES: [mask: string, text: string, result: boolean][] = [
  ["", "", true],
  ["", "a", false],
  ["*", "", true],
  ["?", "", false],
  ["a*c", "abc", true],
  ["a*c", "ac", true],
  ["a*c", "abcd", false],
  ["*a*b*", "xxaxxbxx", true],
  ["a?c", "abc", true],
  ["a?c", "ac", false],
  ["**a", "a", true],
  ["a.c", "abc", false],
  ["alice!*@*", "alice!user@host", true],
  ["*!*@*.example", "bob!user@elsewhere.example", true],
]

test.each(MATCHES)("%j against %j", (mask, text, result) => {
  expect(matches(mask, text)).toBe(result)
})

test("the matcher is its definition", () => {
  const few = (characters: string) => fc.string({ unit: fc.constantFrom(...characters), maxLength: 9 })
  fc.assert(
    fc.property(few("ab*?"), few("ab"), (mask, text) => {
      expect(matches(mask, text)).toBe(naive(mask, text))
    }),
    { numRuns: 5000 },
  )
})

const HOSTILE: [mask: string, text: string][] = [
  ["*a".repeat(50), "a".repeat(500)],
  [`${"*a".repeat(50)}b`, "a".repeat(500)],
  [`${"*a".repeat(50)}b`, "ab".repeat(250) + "a"],
]

test.each(HOSTILE)("a hostile mask costs less than 100 us (%#)", (mask, text) => {
  const times: number[] = []
  for (let i = 0; i < 501; i++) {
    const began = performance.now()
    for (let j = 0; j < 10; j++) matches(mask, text)
    times.push((performance.now() - began) / 10)
  }
  // The fastest is what it costs when the machine does nothing else.
  expect(Math.min(...times)).toBeLessThan(0.1)
})

const FULL: [mask: string, full: string][] = [
  ["alice", "alice!*@*"],
  ["*", "*!*@*"],
  ["", "*!*@*"],
  ["@host", "*!*@host"],
  ["user@host", "*!user@host"],
  ["alice!user", "alice!user@*"],
  ["alice!user@host", "alice!user@host"],
  ["!", "*!*@*"],
  ["!@", "*!*@*"],
  ["alice!@", "alice!*@*"],
  ["a@b!c", "*!a@b!c"],
]

test.each(FULL)("%j in full", (mask, full) => {
  expect(fullMask(mask)).toBe(full)
})

test("a full mask stays as it is", () => {
  const part = fc.stringMatching(/^[a-z*?]{1,6}$/)
  fc.assert(
    fc.property(part, part, part, (nick, user, host) => {
      const mask = `${nick}!${user}@${host}`
      expect(fullMask(mask)).toBe(mask)
    }),
  )
})

const BANS: [mask: string, kept: string | undefined][] = [
  ["alice", "alice!*@*"],
  ["a:alice", "a:alice"],
  ["A:alice*", "a:alice*"],
  ["m:alice", "m:alice!*@*"],
  ["M:*@host", "m:*!*@host"],
  ["m:a:alice", "m:a:alice"],
  ["m:m:alice", undefined],
  ["m:", undefined],
  ["a:", undefined],
  ["m:a:", undefined],
  ["x:alice", "x:alice!*@*"],
]

test.each(BANS)("the ban mask %j is kept as %j", (mask, kept) => {
  expect(banMask(mask)).toBe(kept)
})

const MEANT: [mask: string, account: string | undefined, result: boolean][] = [
  ["bob!*@*", undefined, true],
  ["m:bob!*@*", undefined, true],
  ["a:bob", undefined, false],
  ["a:bob", "bob", true],
  ["a:*", undefined, false],
  ["m:a:b*", "bob", true],
  ["m:a:b*", "robert", false],
]

test.each(MEANT)("%j with account %j", (mask, account, result) => {
  expect(means(mask, "bob!user@host", account)).toBe(result)
})
