// What the main thread encodes, the writer decodes.

import { expect, test } from "bun:test"
import * as fc from "fast-check"
import type { Row } from "../../src/core/seams.ts"
import { decodeRows, encodeRows } from "../../src/storage/row-codec.ts"
import { row } from "./rows.ts"

const id = fc.option(fc.nat())
const anyText = fc.string({ unit: "binary" }).map((any) => any.replaceAll("\0", ""))
const rows: fc.Arbitrary<Row[]> = fc.array(
  fc.record({
    seq: fc.integer({ min: 1, max: 2 ** 50 }),
    at: fc.integer({ min: 0, max: 2 ** 50 }),
    type: fc.constantFrom("messageSent", "userJoined"),
    channelId: id,
    accountId: id,
    peerId: id,
    body: fc.json(),
    text: fc.option(anyText),
  }),
  { minLength: 1, maxLength: 20 },
)

test("every turn comes back as it was", () => {
  fc.assert(
    fc.property(rows, (turn) => {
      const back: Row[] = []
      decodeRows(encodeRows(turn), ([seq, at, type, channelId, accountId, body, text, peerId], erases) => {
        expect(erases).toBeUndefined()
        back.push({ seq, at, type, channelId, accountId, peerId, body, text })
      })
      expect(back).toEqual(turn)
    }),
  )
})

test("an absent text is not an empty one", () => {
  const texts: (string | null)[] = []
  const turn = [row(1, { text: null }), row(2, { text: "" }), row(3, { text: "\t" })]
  decodeRows(encodeRows(turn), (columns) => {
    texts.push(columns[6])
  })
  expect(texts).toEqual([null, "", "\t"])
})

test("a NUL, which the wire cannot bring, is a bug", () => {
  expect(() => encodeRows([row(1, { text: "a\0b" })])).toThrow("the text of event 1 holds a NUL")
})

test("what a row erases goes with it", () => {
  const erasures: unknown[] = []
  const turn = [
    row(1, { erases: { seq: 7 } }),
    row(2),
    row(3, { erases: { accountId: 5, types: ["a", "b"] } }),
  ]
  decodeRows(encodeRows(turn), (_, erases) => {
    erasures.push(erases)
  })
  expect(erasures).toEqual([{ seq: 7 }, undefined, { accountId: 5, types: ["a", "b"] }])
})
