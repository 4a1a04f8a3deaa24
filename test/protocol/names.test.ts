import { expect, test } from "bun:test"
import * as fc from "fast-check"
import { byteLength, folded, parseChannelName, parseNick, truncated } from "../../src/protocol/names.ts"

const NICKS: [text: string, right: boolean][] = [
  ["alice", true],
  ["A-1", true],
  ["[x]\\`_^{|}", true],
  ["1st", false],
  ["-x", false],
  ["", false],
  ["a b", false],
  ["a!b", false],
  ["a@b", false],
  ["#a", false],
  [":a", false],
  ["a.b", false],
  ["é", false],
  ["x".repeat(10), true],
  ["x".repeat(11), false],
]

test.each(NICKS)("nick %j", (text, right) => {
  expect(parseNick(text, 10) !== undefined).toBe(right)
})

const CHANNELS: [text: string, right: boolean][] = [
  ["#den", true],
  ["##", true],
  ["#ç😀", true],
  ["#a:b", true],
  ["#", false],
  ["den", false],
  ["&den", false],
  ["#a b", false],
  ["#a,b", false],
  ["#a\x07", false],
  ["#a\x1b[0m", false],
  ["#a\u202eb", false],
  ["#a\u200bb", false],
  ["#a\u0085", false],
  [`#${"x".repeat(9)}`, true],
  [`#${"x".repeat(10)}`, false],
  [`#${"é".repeat(5)}`, false],
]

test.each(CHANNELS)("channel %j", (text, right) => {
  expect(parseChannelName(text, 10) !== undefined).toBe(right)
})

test("case is folded in ASCII and nowhere else", () => {
  expect(folded("ALICE[]^~")).toBe("alice[]^~")
  expect(folded("#ÇA")).toBe("#Ça")
  expect(folded("İ")).toBe("İ")
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(folded(folded(text))).toBe(folded(text))
      expect(folded(text)).toBe(text.replace(/[A-Z]/g, (letter) => letter.toLowerCase()))
    }),
  )
})

const anyText = fc.string({ unit: "binary" })

test("bytes are counted as UTF-8 has them", () => {
  fc.assert(fc.property(anyText, (text) => expect(byteLength(text)).toBe(Buffer.byteLength(text))))
})

test("a text is cut between characters, and no sooner than it must be", () => {
  fc.assert(
    fc.property(anyText, fc.integer({ min: 0, max: 40 }), (text, bytesMax) => {
      const cut = truncated(text, bytesMax)
      expect(text.startsWith(cut)).toBe(true)
      expect(byteLength(cut)).toBeLessThanOrEqual(bytesMax)
      expect([...text].slice(0, [...cut].length).join("")).toBe(cut)
      const next = [...text][[...cut].length]
      if (next !== undefined) expect(byteLength(cut + next)).toBeGreaterThan(bytesMax)
    }),
  )
})
