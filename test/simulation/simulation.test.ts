// CHAT_SEED=n plays one seed again, CHAT_SEEDS=n so many; CHAT_TEST_ALL=1 plays 10,000, some minutes. scripts/simulate
// plays any number of them.

import { expect, test } from "bun:test"
import { playSeeds } from "./seeds.ts"

const ONE = process.env.CHAT_SEED
const COUNT = Number(process.env.CHAT_SEEDS ?? (process.env.CHAT_TEST_ALL === "1" ? 10_000 : 1000))

test(`${ONE ? `simulation ${ONE}` : `${COUNT} simulations`}`, () => {
  const total = ONE ? playSeeds(Number(ONE), 1) : playSeeds(1, COUNT)
  console.log(JSON.stringify(total))
  if (total.steps < 10_000) return
  // The simulation is worth something only while much happens in it.
  expect(total.rows).toBeGreaterThan(total.steps / 5)
  expect(total.heard).toBeGreaterThan(total.steps / 15)
  expect(total.multiline).toBeGreaterThan(total.steps / 300)
  expect(total.erased).toBeGreaterThan(total.steps / 3000)
  expect(total.lifted).toBeGreaterThan(total.steps / 20_000)
  expect(total.enrolled).toBeGreaterThan(total.steps / 6000)
  expect(total.approved).toBeGreaterThan(0)
  expect(total.mail).toBeGreaterThan(total.steps / 10_000)
  expect(total.acts).toBeGreaterThan(total.steps / 300)
}, 1_800_000)
