// The beat of the server, over a log whose commits end when the test says so.

import { expect, test } from "bun:test"
import type { Engine } from "../../src/core/engine.ts"
import type { Log, Row } from "../../src/core/seams.ts"
import { Turns } from "../../src/server/turns.ts"

/** Facts happen by hand, kept or not. */
function beat() {
  let seq = 0
  let rows: { seq: number }[] = []
  const commits: (() => void)[] = []
  const engine = {
    get lastSeq() {
      return seq
    },
    take() {
      const turn = rows.length === 0 ? undefined : { rows, deliveries: [], requests: [] }
      rows = []
      return turn
    },
  } as unknown as Engine
  const log = {
    nextSeq: 1,
    append: (_: readonly Row[], done: () => void) => commits.push(done),
  } as unknown as Log
  const turns = new Turns({ engine, log, perform() {}, onRows: undefined })
  const happens = (kept: boolean) => {
    seq++
    if (kept) rows.push({ seq })
    turns.wake()
  }
  return { turns, happens, commits, seq: () => seq }
}

const isDone = (promise: Promise<void>) =>
  Promise.race([promise.then(() => true), new Promise((resolve) => setTimeout(resolve, 20, false))])

test("what is kept is durable when its commit has ended, and not before", async () => {
  const { turns, happens, commits, seq } = beat()
  happens(true)
  const first = turns.durable(seq())
  expect(await isDone(first)).toBe(false)
  happens(true)
  const second = turns.durable(seq())
  commits[0]?.()
  expect(await isDone(first)).toBe(true)
  expect(await isDone(second)).toBe(false)
  expect(turns.lastSeq).toBe(1)
  commits[1]?.()
  expect(await isDone(second)).toBe(true)
})

test("what is not kept holds up nobody who waits for what came before it", async () => {
  const { turns, happens, commits, seq } = beat()
  happens(false)
  expect(await isDone(turns.durable(seq()))).toBe(true)
  happens(true)
  happens(false)
  const all = turns.durable(seq())
  expect(await isDone(all)).toBe(false)
  happens(false)
  const later = turns.durable(seq())
  commits[0]?.()
  expect(await isDone(all)).toBe(true)
  expect(await isDone(later)).toBe(true)
  expect(turns.lastSeq).toBe(2)
})
