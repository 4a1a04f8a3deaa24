// CHAT_SEED=n plays one seed again, CHAT_SEEDS=n so many; CHAT_TEST_ALL=1 plays 5,000, most of a minute.

import { expect, test } from "bun:test"
import { NOTHING, simulate, type Tally } from "./simulation.ts"

const count = Number(process.env.CHAT_SEEDS ?? (process.env.CHAT_TEST_ALL === "1" ? 5000 : 200))
const seeds = process.env.CHAT_SEED
  ? [Number(process.env.CHAT_SEED)]
  : Array.from({ length: count }, (_, i) => i + 1)

test(`${seeds.length} simulations`, () => {
  const total: Tally = { ...NOTHING }
  for (const seed of seeds) {
    try {
      const tally = simulate(seed)
      for (const key of Object.keys(total) as (keyof Tally)[]) total[key] += tally[key]
    } catch (cause) {
      const why = cause instanceof Error ? cause.stack : String(cause)
      throw new Error(`again with CHAT_SEED=${seed} bun test test/simulation\n${why}`, { cause })
    }
  }
  console.log(JSON.stringify(total))
  // The simulation is worth something only while much happens in it.
  expect(total.rows).toBeGreaterThan(seeds.length * 50)
  expect(total.heard).toBeGreaterThan(seeds.length * 20)
  expect(total.multiline).toBeGreaterThan(seeds.length)
  expect(total.erased).toBeGreaterThan(seeds.length / 10)
}, 600_000)
