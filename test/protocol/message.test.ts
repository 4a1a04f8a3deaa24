// Lines apart and together again: tables as the parser tests of other implementations have them, and properties.

import { expect, test } from "bun:test"
import * as fc from "fast-check"
import {
  escapeTag,
  format,
  formatTags,
  parse,
  parseTags,
  unescapeTag,
  type Message,
} from "../../src/protocol/message.ts"

type Whole = [tags: Record<string, string>, source: string | undefined, command: string, ...params: string[]]

const PARSED: [line: string, parts: Whole][] = [
  ["PING", [{}, undefined, "PING"]],
  ["ping x", [{}, undefined, "PING", "x"]],
  [":irc.example 001 alice :Welcome there", [{}, "irc.example", "001", "alice", "Welcome there"]],
  ["PRIVMSG #den :", [{}, undefined, "PRIVMSG", "#den", ""]],
  ["PRIVMSG #den ::)", [{}, undefined, "PRIVMSG", "#den", ":)"]],
  ["PRIVMSG #den :a  b ", [{}, undefined, "PRIVMSG", "#den", "a  b "]],
  ["PRIVMSG  #den   hi  ", [{}, undefined, "PRIVMSG", "#den", "hi"]],
  ["PRIVMSG #a:b hi", [{}, undefined, "PRIVMSG", "#a:b", "hi"]],
  ["  PING x", [{}, undefined, "PING", "x"]],
  ["@a=b PING", [{ a: "b" }, undefined, "PING"]],
  ["@a=b;c;d=;a=e  :s   PING  x", [{ a: "e", c: "", d: "" }, "s", "PING", "x"]],
  ["@+x/y=1\\:\\s\\\\\\r\\n PING", [{ "+x/y": "1; \\\r\n" }, undefined, "PING"]],
  ["@a=\\b;c=d\\ PING", [{ a: "b", c: "d" }, undefined, "PING"]],
  ["@a=b=c;; PING", [{ a: "b=c" }, undefined, "PING"]],
  ["@ PING", [{}, undefined, "PING"]],
  [": PING", [{}, "", "PING"]],
  [
    "A 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16",
    [{}, undefined, "A", ..."1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16".split(" ")],
  ],
]

test.each(PARSED)("parse %j", (line, [tags, source, command, ...params]) => {
  expect(parse(line)).toEqual({ tags: new Map(Object.entries(tags)), source, command, params })
})

const NO_COMMAND = ["", " ", ":", ":source", "@tag", "@tag ", "@tag :source ", "é"]

test.each(["12", "1234", "A1", "NO_SUCH", "PRIVMSG! x"])("a command that nobody knows in %j", (line) => {
  expect(parse(line)?.command).toBe(line.split(" ")[0]!)
})

test.each(NO_COMMAND)("no command in %j", (line) => {
  expect(parse(line)).toBeUndefined()
})

const ESCAPED: [value: string, wire: string][] = [
  ["plain", "plain"],
  ["a;b c\\d\r\n", "a\\:b\\sc\\\\d\\r\\n"],
  ["😀é=,:", "😀é=,:"],
  ["", ""],
]

test.each(ESCAPED)("tag value %j", (value, wire) => {
  expect(escapeTag(value)).toBe(wire)
  expect(unescapeTag(wire)).toBe(value)
})

test("a line may not break", () => {
  for (const character of ["\0", "\r", "\n"]) {
    expect(() => format({ command: "PRIVMSG", params: ["#den"], text: `a${character}b` })).toThrow()
    expect(() => format({ command: "PING", params: [] }, `a=${character}`)).toThrow()
  }
})

const word = fc.stringMatching(/^[^\0\r\n :][^\0\r\n ]{0,9}$/u)
const text = fc.stringMatching(/^[^\0\r\n]{0,20}$/u)
const command = fc.oneof(fc.stringMatching(/^[A-Z]{1,9}$/), fc.stringMatching(/^[0-9]{3}$/))
const source = fc.option(fc.stringMatching(/^[^\0\r\n ]{1,9}$/u), { nil: undefined })
const tags = fc.array(
  fc.tuple(
    fc.stringMatching(/^\+?([a-z.]{1,5}\/)?[A-Za-z0-9-]{1,9}$/),
    fc.string({ unit: "binary", maxLength: 9 }),
  ),
  { maxLength: 4 },
)
const withoutNul = (pairs: [string, string][]) =>
  pairs.map(([key, value]): [string, string] => [key, value.replaceAll("\0", "")])

const message: fc.Arbitrary<Message> = fc
  .record({
    tags: tags.map((pairs) => new Map(withoutNul(pairs))),
    source,
    command,
    words: fc.array(word),
    text,
  })
  .chain(({ words, text: last, ...rest }) =>
    fc.boolean().map((withText) => ({ ...rest, params: withText ? [...words, last] : words })),
  )

test("parse(format(m)) is m", () => {
  fc.assert(
    fc.property(message, (whole) => {
      expect(parse(format(whole, formatTags(whole.tags)))).toEqual(whole)
    }),
  )
})

// The grammar by hand, so that the writer is not its own judge.
const joined = (of: fc.Arbitrary<string>, min: number, max: number) =>
  fc.array(of, { minLength: min, maxLength: max }).map((parts) => parts.join(""))
const tagCharacter = fc.oneof(
  fc.constantFrom("\\:", "\\s", "\\\\", "\\r", "\\n", "=", ",", "é", "😀"),
  fc.stringMatching(/^[^\0\r\n; \\]$/u),
)
const tag = fc
  .tuple(fc.stringMatching(/^\+?([a-z.]{1,5}\/)?[A-Za-z0-9-]{1,9}$/), joined(tagCharacter, 0, 9))
  .map(([key, value]): [string, string] => [key, value === "" ? key : `${key}=${value}`])
const canonicalTags = fc
  .uniqueArray(tag, { selector: ([key]) => key, minLength: 1, maxLength: 4 })
  .map((pairs) => `@${pairs.map(([, written]) => written).join(";")} `)
const optional = (of: fc.Arbitrary<string>) => fc.oneof(fc.constant(""), of)
const last = fc.oneof(
  word.map((param) => ` ${param}`),
  text.filter((param) => /^$|^:| /.test(param)).map((param) => ` :${param}`),
)
const canonical = fc
  .tuple(
    optional(canonicalTags),
    optional(fc.stringMatching(/^:[^\0\r\n ]{1,9} $/u)),
    command,
    joined(
      word.map((param) => ` ${param}`),
      0,
      14,
    ),
    optional(last),
  )
  .map((parts) => parts.join(""))

test("format(parse(line)) is line, for every canonical line", () => {
  fc.assert(
    fc.property(canonical, (line) => {
      const whole = parse(line)!
      expect(format(whole, formatTags(whole.tags))).toBe(line)
    }),
    { numRuns: 2000 },
  )
})

test("whatever parses can be formatted, and then says the same", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[^\0\r\n]{0,60}$/u), (line) => {
      const whole = parse(line)
      if (!whole || whole.source === "" || whole.params.slice(0, -1).some((param) => param === "")) return
      expect(parse(format(whole, formatTags(whole.tags)))).toEqual(whole)
    }),
    { numRuns: 1000 },
  )
})

test("tag values survive", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (value) => {
      expect(unescapeTag(escapeTag(value))).toBe(value)
      expect(parseTags(formatTags([["key", value]])).get("key")).toBe(value)
    }),
  )
})
