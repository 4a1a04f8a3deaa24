import { expect, test } from "bun:test"
import * as fc from "fast-check"
import { inertJson, printable } from "../../src/protocol/printable.ts"

const SHOWN: [text: string, shown: string][] = [
  ["plain é 😀", "plain é 😀"],
  ["a\tb", "a b"],
  ["\x02bold\x02 \x1ditalic\x0f", "bold italic"],
  ["\x0304,12red\x03 plain", "red plain"],
  ["\x04ff0000red", "red"],
  ["\x1b[31mred\x1b[0m", "red"],
  ["\x1b]0;title\x07text", "text"],
  ["\x1b]8;;https://example.org\x1b\\link\x1b]8;;\x1b\\", "link"],
  ["\x9b2Jgone", "gone"],
  ["\x1bc", ""],
  ["\u202eevil\u202c", "evil"],
  ["zero\u200bwidth\ufeff", "zerowidth"],
  ["a\r\nb\0c", "abc"],
  ["tag\u{e0041}s", "tags"],
]

test.each(SHOWN)("%j", (text, shown) => {
  expect(printable(text)).toBe(shown)
})

const ACTIVE =
  /[\0-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/u
const piece = fc.oneof(
  fc.string({ unit: "binary", maxLength: 5 }),
  fc.constantFrom(
    "\x1b",
    "\x1b[",
    "\x1b]",
    "\x9b",
    "\x07",
    "\x1b\\",
    "\x03",
    "\x04",
    "12,3",
    "m",
    "\u202e",
    "\u2066",
    "ab",
  ),
)
const hostile = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(""))

test("nothing active or hidden is left, whatever it was put together from", () => {
  fc.assert(
    fc.property(hostile, (text) => {
      expect(printable(text)).not.toMatch(ACTIVE)
      expect(printable(printable(text))).toBe(printable(text))
    }),
    { numRuns: 2000 },
  )
})

test("as JSON nothing is lost and nothing acts", () => {
  const acting = "a\x1b]52;c;x\x07b\x9b31m\u202ec\u{e0041}\ufeff é 😀"
  const line = inertJson({ text: acting })
  expect(JSON.parse(line)).toEqual({ text: acting })
  expect(printable(line)).toBe(line)
})
