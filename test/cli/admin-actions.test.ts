// A reason, and how long: the same in words at the end as after their flags.

import { expect, test } from "bun:test"
import { type ActionFlags, ACTIONS } from "../../src/cli/admin-actions.ts"

const NONE: ActionFlags = { for: undefined, reason: undefined, yes: undefined }

function request(line: string, flags: Partial<ActionFlags> = {}) {
  const [name, ...words] = line.split(" ")
  return ACTIONS.find((action) => action.name === name)?.request(words, { ...NONE, ...flags })
}

const BAN = { do: "ban", target: "bob" } as const
const LOUD = { reason: "too loud" }
const LASTING = { lastsMs: 600_000 }

test.each([
  ["ban bob", {}, BAN],
  ["ban bob too loud", {}, { ...BAN, ...LOUD }],
  ["ban bob", LOUD, { ...BAN, ...LOUD }],
  ["ban bob 10m", {}, { ...BAN, ...LASTING }],
  ["ban bob 10m too loud", {}, { ...BAN, ...LOUD, ...LASTING }],
  ["ban bob 10m", LOUD, { ...BAN, ...LOUD, ...LASTING }],
  ["ban bob too loud", { for: "10m" }, { ...BAN, ...LOUD, ...LASTING }],
  ["ban bob 7d of it", { for: "10m" }, { ...BAN, reason: "7d of it", ...LASTING }],
  ["kick bob too loud", {}, { do: "kick", words: ["bob", "too", "loud"] }],
  ["kick bob", LOUD, { do: "kick", words: ["bob"], ...LOUD }],
  ["kick den bob", LOUD, { do: "kick", words: ["den", "bob"], ...LOUD }],
])("chat admin %s with %j", (line, flags, expected) => {
  expect(request(line, flags)).toEqual(expected as ReturnType<typeof request>)
})

test.each(["ban bob loud", "ban bob 10m loud", "kick den bob loud"])(
  "%s and a --reason as well is refused",
  (line) => expect(() => request(line, LOUD)).toThrow("the reason is given twice"),
)
