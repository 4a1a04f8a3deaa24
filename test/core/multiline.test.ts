import { expect, test } from "bun:test"
import * as fc from "fast-check"
import { combined, linesOf } from "../../src/core/multiline.ts"
import { Outgoing } from "../../src/core/narrow.ts"
import { BATCH, ECHO_MESSAGE, MESSAGE_TAGS, MULTILINE } from "../../src/protocol/capabilities.ts"

const line = fc.oneof(
  fc.record({ text: fc.constantFrom("", "a", " ", "é", "😀 b"), concat: fc.constant(false) }),
  fc.record({ text: fc.constantFrom("a", " ", "é", "😀 b"), concat: fc.boolean() }),
)

test("lines come apart as they were put together, but for what a first line would be joined to", () => {
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 8 }), ([first, ...rest]) => {
      const lines = [{ text: first!.text, concat: false }, ...rest]
      expect(linesOf(combined(lines))).toEqual(lines)
    }),
  )
})

test("the combined text is that of the specification's example", () => {
  const lines = ["hello", "", "how is "].map((text) => ({ text, concat: false }))
  const { text, cuts } = combined([...lines, { text: "everyone?", concat: true }])
  expect(text).toBe("hello\n\nhow is everyone?")
  expect(cuts).toEqual([14])
})

test("it is rendered once for each way of looking, and one line alike with and without multiline", () => {
  const said = { source: "a!a@h", command: "PRIVMSG", params: ["#den"] }
  const lines = [
    { text: "one", concat: false },
    { text: "two", concat: false },
  ]
  const several = new Outgoing({ ...said, multiline: { reference: "1", lines } })
  const able = several.line(MULTILINE | BATCH | MESSAGE_TAGS)
  expect(several.line(MULTILINE | BATCH | MESSAGE_TAGS | ECHO_MESSAGE)).toBe(able)
  expect(able.text.split("\r\n")).toEqual([
    ":a!a@h BATCH +1 draft/multiline #den",
    "@batch=1 :a!a@h PRIVMSG #den :one",
    "@batch=1 :a!a@h PRIVMSG #den :two",
    ":a!a@h BATCH -1",
  ])
  // Without batches it cannot be a batch.
  expect(several.line(MULTILINE).text).toBe(":a!a@h PRIVMSG #den :one\r\n:a!a@h PRIVMSG #den :two")
  const single = new Outgoing({ ...said, text: "one" })
  expect(single.line(MULTILINE | BATCH | MESSAGE_TAGS)).toBe(single.line(MESSAGE_TAGS))
})
