import { expect, test } from "bun:test"
import { wrapped } from "../../src/terminal/wrap.ts"

test.each([
  ["short enough", 20, "short enough"],
  ["broken between its words", 12, "broken\n  between\n  its words"],
  ["  of a list in columns", 12, "  of a list\n  in columns"],
  ["see https://lab.example/plot.png there", 12, "see\n  https://lab.example/plot.png\n  there"],
  ["\x1b[2mescapes take no room\x1b[0m", 20, "\x1b[2mescapes take no room\x1b[0m"],
  ["and once: chat join 'chat://h:6697/#v1'", 16, "and once:\n  chat join 'chat://h:6697/#v1'"],
  ["", 10, ""],
  ["of several\n  lines each\n  by itself", 14, "of several\n  lines each\n  by itself"],
])("%p in %p columns", (text, columns, lines) => {
  expect(wrapped(text, columns, 2)).toBe(lines)
})
