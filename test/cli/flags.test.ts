// Flags are read strictly, and a slip is answered with what was meant.

import { describe, expect, test } from "bun:test"
import { parseFlags } from "../../src/cli/flags.ts"
import { nearest } from "../../src/nearest.ts"

const FLAGS = {
  host: { type: "string", repeatable: true, description: "" },
  out: { type: "string", alias: "o", description: "" },
  force: { type: "boolean", description: "" },
} as const

test.each([
  [[], { host: [], out: undefined, force: undefined }, []],
  [["--host", "a", "--host=b", "--force"], { host: ["a", "b"], out: undefined, force: true }, []],
  [["-o", "x", "y", "--", "--force"], { host: [], out: "x", force: undefined }, ["y", "--force"]],
])("%j", (args, flags, positionals) => {
  expect(parseFlags(FLAGS, args)).toEqual({ flags, positionals })
})

test.each([
  [["--hots", "a"], "unknown flag --hots", "did you mean --host?"],
  [["--verbose"], "unknown flag --verbose", undefined],
  [["-x"], "unknown flag -x", undefined],
  [["--out"], "--out needs a value", undefined],
  [["--out", "--force"], "--out needs a value", undefined],
  [["--force=yes"], "--force takes no value", undefined],
  [["--out", "a", "--out", "b"], "--out was given more than once", undefined],
  [["--no-force"], expect.stringContaining("unknown flag --no-force"), undefined],
])("%j is refused: %s", (args, message, hint) => {
  expect(() => parseFlags(FLAGS, args)).toThrow(expect.objectContaining({ message, hint, exitCode: 2 }))
})

describe("the nearest word", () => {
  const known = ["serve", "connect", "send", "tail", "certs", "admin"]

  test.each([
    ["srve", "serve"],
    ["conect", "connect"],
    ["sned", "send"],
    ["cert", "certs"],
    ["sevrer", "serve"],
    ["help", undefined],
    ["x", undefined],
    ["", undefined],
  ])("to %p is %p", (word, meant) => {
    expect(nearest(word, known)).toBe(meant)
  })
})
