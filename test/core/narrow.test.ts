// A line that has to be cut is still a line: https://modern.ircdocs.horse/#message-format

import { expect, test } from "bun:test"
import { render } from "../../src/core/narrow.ts"
import { LINE_BYTES_MAX } from "../../src/protocol/limits.ts"

const BYTES_MAX = LINE_BYTES_MAX - 2

test("wherever the cut falls, no line ends in a space or a colon that begins nothing", () => {
  for (let length = 470; length < 510; length++) {
    const line = render({ command: "401", params: ["x".repeat(length)], text: "No such nick" }, 0, "")
    expect(line.length).toBeLessThanOrEqual(BYTES_MAX)
    expect(line).not.toMatch(/ :?$/)
  }
})

test("what fits is left as it is, an empty text at its end too", () => {
  const params = ["x".repeat(BYTES_MAX - "TOPIC  :".length)]
  const line = render({ command: "TOPIC", params, text: "" }, 0, "")
  expect(line).toBe(`TOPIC ${params[0]} :`)
  expect(line.length).toBe(BYTES_MAX)
})
