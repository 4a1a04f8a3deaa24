// Names in every script: https://www.rfc-editor.org/rfc/rfc8265#section-3.3, https://www.unicode.org/reports/tr39/

import { expect, test } from "bun:test"
import * as fc from "fast-check"
import { CASEMAPPINGS } from "../../src/protocol/casemapping.ts"

const { ascii, precis } = CASEMAPPINGS

const NICKS: [text: string, right: boolean][] = [
  ["alice", true],
  ["Işıl", true],
  ["日本", true],
  ["ｗｉｄｅ", true],
  ["e\u0301", true],
  ["שלום", true],
  ["نام١", true],
  ["1é", false],
  ["１é", false],
  ["-é", false],
  ["é.é", false],
  ["é＠é", false],
  ["é\u200d", false],
  ["é\u202e", false],
  ["é ", false],
  ["é\u00a0", false],
  ["\u0301e", false],
  ["\u0301", false],
  ["ﬁ", false],
  ["𝐚", false],
  ["①", false],
  ["🎉", false],
  ["é\u0640", false],
  ["ᄀ", false],
  ["\u0378", false],
  ["\ud800", false],
  ["שלוםa", false],
  ["aשלום", false],
  ["١٢", false],
  ["ن١۱", false],
  ["é".repeat(8), true],
  ["é".repeat(8) + "x", false],
]

test.each(NICKS)("nick %j", (text, right) => {
  expect(precis.parseNick(text, 16) !== undefined).toBe(right)
})

const SAME: [one: string, other: string, same: boolean][] = [
  ["Élodie", "élodie", true],
  ["e\u0301", "É", true],
  ["ＡＢ", "ab", true],
  ["ΣΑΣ", "σασ", true],
  ["straße", "STRASSE", false],
  ["ı", "i", false],
]

test.each(SAME)("%j and %j are the same: %j", (one, other, same) => {
  expect(precis.folded(one) === precis.folded(other)).toBe(same)
})

const ALIKE: [one: string, other: string, alike: boolean][] = [
  ["evan", "еvan", true],
  ["Bill", "BiIl", true],
  ["O", "0", true],
  ["paypal", "раураӏ", true],
  ["modern", "rnodern", false],
  ["evan", "ivan", false],
]

test.each(ALIKE)("%j and %j look alike: %j", (one, other, alike) => {
  expect(precis.skeleton?.(one) === precis.skeleton?.(other)).toBe(alike)
})

const letters = fc.string({
  unit: fc.oneof(
    fc.constantFrom(..."aZ1_-|İßΣςｄ１éȩ\u0301\u0345שא١"),
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 }),
  ),
  minLength: 1,
  maxLength: 6,
})

test("a name that is right is right folded too, and folds to itself", () => {
  fc.assert(
    fc.property(letters, (text) => {
      if (precis.parseNick(text, 99) === undefined) return
      const folded = precis.folded(text)
      expect(precis.folded(folded)).toBe(folded)
      expect(precis.parseNick(folded, 99) as string).toBe(folded)
    }),
    { numRuns: 20_000 },
  )
})

test("a nick of ASCII is what it is under both", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme-ascii", maxLength: 8 }), (text) => {
      expect(precis.parseNick(text, 16)).toEqual(ascii.parseNick(text, 16))
      expect(precis.folded(text)).toBe(ascii.folded(text))
    }),
  )
})
