// `scripts/soak [ROUNDS]`: the rounds of crash.test.ts, as many as one likes, each of them reported.

import { playCrashRounds, type RoundReport, ROUNDS_CONFIG } from "../support/crash-rounds.ts"
import { startServer } from "../support/server.ts"

const rounds = Number(process.argv[2] ?? 200)
const reports: RoundReport[] = []
await using server = await startServer({ config: ROUNDS_CONFIG })
await playCrashRounds(server, {
  rounds,
  messagesMax: 4000,
  onRound(report) {
    reports.push(report)
    const { round, shown, redacted, changes, acts, restartMs } = report
    const said = `${shown} shown, ${redacted} taken back, ${changes} changes of modes, ${acts} acts of the staff`
    console.log(`round ${round}: ${said}, up again in ${restartMs.toFixed(0)} ms`)
  },
})
const sum = (key: "shown" | "redacted" | "changes" | "acts") =>
  reports.reduce((total, report) => total + report[key], 0)
const slowest = Math.max(...reports.map(({ restartMs }) => restartMs))
console.log(`${rounds} rounds: ${sum("shown")} messages shown, ${sum("redacted")} taken back,`)
console.log(
  `${sum("changes")} changes of modes, ${sum("acts")} acts of the staff; none lost, repeated or reordered`,
)
console.log(`slowest start ${slowest.toFixed(0)} ms`)
