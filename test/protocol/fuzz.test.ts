// Whatever bytes arrive, the engine answers well-formed lines, finds no defect in a command, and never breaks. CHAT_SEED=n plays
// one seed again; `scripts/fuzz` plays many more.

import { expect, test } from "bun:test"
import * as fc from "fast-check"
import { LineReader } from "../../src/protocol/line-reader.ts"
import { World } from "../support/engine.ts"
import { LINES_OF_A_SEED, play } from "./fuzz.ts"

const SEEDS = 20

const seeds = process.env.CHAT_SEED
  ? [Number(process.env.CHAT_SEED)]
  : Array.from({ length: SEEDS }, (_, i) => i + 1)

test(`${SEEDS * LINES_OF_A_SEED} lines of anything`, () => {
  const heard = new Map<string, number>()
  for (const seed of seeds) {
    try {
      play(seed, LINES_OF_A_SEED, heard)
    } catch (cause) {
      const why = cause instanceof Error ? cause.stack : String(cause)
      throw new Error(`again with CHAT_SEED=${seed} bun test test/protocol/fuzz.test.ts\n${why}`, { cause })
    }
  }
  // The noise gets somewhere: nearly every answer there is was given.
  if (seeds.length === SEEDS) expect(heard.size).toBeGreaterThan(80)
})

const withLineEnds = fc
  .array(fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.constant(Buffer.from("\r\n"))), { maxLength: 8 })
  .map((parts) => Buffer.concat([...parts, Buffer.from("\r\n")]))

test("any byte string: no crash, and no CR, LF or NUL in a line of the answer", () => {
  fc.assert(
    fc.property(withLineEnds, (bytes) => {
      const world = new World()
      const session = world.engine.connected({ address: "192.0.2.1", host: "host", tlsVersion: "TLSv1.3" }, 0)
      const reader = new LineReader({ tagBytesMax: 4096, lineBytesMax: 512, unfinishedBytesMax: 16_384 })
      for (const line of ["NICK alice", "USER u 0 * :U"]) world.engine.receive(session, line, 0)
      reader.push(bytes, (line) => world.engine.receive(session, line, 0))
      for (const { deliveries } of world.settle())
        for (const { output } of deliveries) expect(output.text).toMatch(/^(?:[^\0\r\n]+\r\n)*$/)
      expect(world.entries.filter((entry) => entry.level === "error")).toEqual([])
    }),
    { numRuns: 1000 },
  )
})
