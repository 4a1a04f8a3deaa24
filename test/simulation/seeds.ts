// Many seeds, one after the other: for the test, and by hand as many as one likes.

import { simulate } from "./simulation.ts"
import { NOTHING, type Tally } from "./tally.ts"

const REPORT_EVERY_MS = 60_000

/** Plays `count` seeds from `first` on and adds up what happened; throws at the first that fails, and names it. */
export function playSeeds(first: number, count: number, onSeed = (_played: number) => {}): Tally {
  const total: Tally = { ...NOTHING }
  for (let seed = first; seed < first + count; seed++) {
    try {
      const tally = simulate(seed)
      for (const key of Object.keys(total) as (keyof Tally)[]) total[key] += tally[key]
    } catch (cause) {
      const why = cause instanceof Error ? cause.stack : String(cause)
      throw new Error(`again with CHAT_SEED=${seed} bun test test/simulation\n${why}`, { cause })
    }
    onSeed(seed - first + 1)
  }
  return total
}

/** `scripts/simulate [SEEDS] [FIRST]` */
if (import.meta.main) {
  const [count = 1_000_000, first = 1] = process.argv.slice(2).map(Number)
  const began = performance.now()
  const rate = (played: number) => `${(played / ((performance.now() - began) / 1000)).toFixed(1)} seeds/s`
  let saidAt = began
  const total = playSeeds(first, count, (played) => {
    if (performance.now() - saidAt < REPORT_EVERY_MS) return
    saidAt = performance.now()
    console.log(`${played} seeds from ${first}, no defect, ${rate(played)}`)
  })
  console.log(`${count} seeds from ${first}, no defect, ${rate(count)}\n${JSON.stringify(total)}`)
}
