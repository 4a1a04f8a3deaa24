import { expect, test } from "bun:test"
import * as fc from "fast-check"
import { LineReader, type LineLimits, type Unreadable } from "../../src/protocol/line-reader.ts"

const LIMITS: LineLimits = { tagBytesMax: 20, lineBytesMax: 32, unfinishedBytesMax: 100 }

type Read = { lines: (string | Unreadable)[]; open: boolean }

/** What comes of `chunks`, up to the one that closed the stream. */
function read(chunks: readonly Uint8Array[]): Read {
  const reader = new LineReader(LIMITS)
  const lines: (string | Unreadable)[] = []
  const open = chunks.every((chunk) => reader.push(chunk, (line) => lines.push(line)))
  return { lines, open }
}

const bytes = (text: string) => new TextEncoder().encode(text)

const READ: [input: string, lines: (string | Unreadable)[]][] = [
  ["PING x\r\n", ["PING x"]],
  ["PING x\nPING y\r\n", ["PING x", "PING y"]],
  ["\r\n\n\r\nPING x\r\n", ["PING x"]],
  ["PING x", []],
  ["a\rb\n", [{ defect: "control", text: "a\uFFFDb" }]],
  ["a\0b\n", [{ defect: "control", text: "a\uFFFDb" }]],
  ["a\r\r\n", [{ defect: "control", text: "a\uFFFD" }]],
  [`${"x".repeat(30)}\r\n`, ["x".repeat(30)]],
  [`${"x".repeat(31)}\r\n`, [{ defect: "tooLong", text: "x".repeat(31) }]],
  // A bare line feed is no licence for a longer line.
  [`${"x".repeat(31)}\n`, [{ defect: "tooLong", text: "x".repeat(31) }]],
  [`${"é".repeat(15)}\r\n`, ["é".repeat(15)]],
  [`${"é".repeat(16)}\r\n`, [{ defect: "tooLong", text: "é".repeat(16) }]],
  [`@${"t".repeat(18)} ${"x".repeat(30)}\r\n`, [`@${"t".repeat(18)} ${"x".repeat(30)}`]],
  [`@${"t".repeat(19)} x\r\n`, [{ defect: "tooLong", text: `@${"t".repeat(19)} x` }]],
  [`@${"t".repeat(30)}\r\n`, [{ defect: "tooLong", text: `@${"t".repeat(30)}` }]],
  ["\uFEFFPING\r\n", ["\uFEFFPING"]],
]

test.each(READ)("reads %j", (input, lines) => {
  expect(read([bytes(input)])).toEqual({ lines, open: true })
})

test("what is not UTF-8 is no line", () => {
  for (const bad of [[0xff], [0xc3], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80]]) {
    const { lines } = read([Uint8Array.from([65, ...bad, 10, 66, 10])])
    expect(lines).toEqual([{ defect: "invalidUtf8", text: expect.stringContaining("\uFFFD") }, "B"])
  }
})

test("a stream whose line does not end is closed", () => {
  expect(read([bytes("x".repeat(100))]).open).toBe(true)
  expect(read([bytes("x".repeat(101))]).open).toBe(false)
  expect(read([bytes("x".repeat(60)), bytes("x".repeat(60))]).open).toBe(false)
  expect(read([bytes(`${"x".repeat(101)}\r\n`)]).open).toBe(false)
})

// Bytes that mean something come up often enough to meet.
const stream = fc
  .array(
    fc.oneof(
      fc.constantFrom(...[..."\r\n\0@ :;é😀"].map((character) => [...bytes(character)])),
      fc.integer({ min: 0, max: 255 }).map((byte) => [byte]),
      fc.constant([...bytes("PRIVMSG #den hi\r\n")]),
    ),
    { maxLength: 60 },
  )
  .map((parts) => Uint8Array.from(parts.flat()))

test("however a stream is cut, it is the same lines, and none that can break out", () => {
  fc.assert(
    fc.property(stream, (whole) => {
      const at_once = read([whole])
      for (const line of at_once.lines) {
        expect(typeof line === "string" ? line : line.text).not.toMatch(/[\0\r\n]/)
        expect(
          typeof line === "string" && /[\uD800-\uDFFF]/.test(line.replace(/[\u{10000}-\u{10FFFF}]/gu, "")),
        ).toBe(false)
      }
      for (let cut = 0; cut <= whole.length; cut++) {
        expect(read([whole.subarray(0, cut), whole.subarray(cut)])).toEqual(at_once)
      }
      expect(read([...whole].map((byte) => Uint8Array.of(byte)))).toEqual(at_once)
    }),
  )
})
