// Read markers of one account: https://ircv3.net/specs/extensions/read-marker.html

import { expect, test } from "bun:test"
import { move } from "../../src/core/read-markers.ts"
import { READ_MARKERS_MAX } from "../../src/protocol/limits.ts"

test("the marker that was moved longest ago makes room for another", () => {
  const markers = new Map<number, number>()
  for (let id = 1; id <= READ_MARKERS_MAX; id++) move(markers, id, id)
  move(markers, 1, 5000)
  expect(markers.size).toBe(READ_MARKERS_MAX)
  move(markers, READ_MARKERS_MAX + 1, 5001)
  expect(markers.size).toBe(READ_MARKERS_MAX)
  expect(markers.get(1)).toBe(5000)
  expect(markers.has(2)).toBe(false)
  expect(markers.has(3)).toBe(true)
})
