// `scripts/race [ROUNDS]`: the race of invitation-race.test.ts, as often as one likes.

import { raceForInvitations, RACE_TOML, RUNNERS } from "../support/invitation-race.ts"
import { serving } from "./serving.ts"

const rounds = Number(process.argv[2] ?? 1000)
await using serve = await serving(RACE_TOML)
const tookMs: number[] = []
await raceForInvitations(serve, rounds, (round) => {
  tookMs.push(round.tookMs)
  if (round.round % 100 === 0) console.log(`${round.round} rounds, each with one winner`)
})
const sorted = tookMs.toSorted((a, b) => a - b)
const at = (share: number) => (sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(0)
console.log(
  `${rounds} rounds of ${RUNNERS}: one winner in each; a round took ${at(0.5)} ms (median), ${at(0.99)} ms (p99)`,
)
