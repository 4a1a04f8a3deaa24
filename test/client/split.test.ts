import { expect, test } from "bun:test"
import * as fc from "fast-check"
import { splitText, textBytesMax } from "../../src/client/split.ts"
import { byteLength } from "../../src/protocol/names.ts"

const bytes = (text: string) => Buffer.byteLength(text)

test.each([
  ["", 10, []],
  ["short", 10, ["short"]],
  ["one two three", 8, ["one two", "three"]],
  ["one two three", 7, ["one two", "three"]],
  ["abcdefghij", 4, ["abcd", "efgh", "ij"]],
  ["ééééé", 4, ["éé", "éé", "é"]],
  ["👩👩", 5, ["👩", "👩"]],
] as const)("%j in %d bytes", (text, max, pieces) => {
  const split = splitText(text, max)
  expect(split).toEqual([...pieces])
})

test("every piece fits, no character is cut, and nothing but spaces at the cuts is lost", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "grapheme", maxLength: 600 }),
      fc.integer({ min: 4, max: 400 }),
      (text, max) => {
        const pieces = splitText(text, max)
        for (const piece of pieces) {
          expect(bytes(piece)).toBeLessThanOrEqual(max)
          expect(piece.isWellFormed()).toBe(true)
        }
        expect(pieces.join("").replaceAll(" ", "")).toBe(text.replaceAll(" ", ""))
      },
    ),
  )
})

test("the relayed line is at most 512 bytes", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", minLength: 1, maxLength: 2000 }), (text) => {
      const source = "alice!alice@some.host.example"
      for (const piece of splitText(text, textBytesMax("alice", source, "PRIVMSG", "#den")))
        expect(byteLength(`:${source} PRIVMSG #den :${piece}\r\n`)).toBeLessThanOrEqual(512)
    }),
  )
})
