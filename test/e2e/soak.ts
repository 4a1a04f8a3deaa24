// `scripts/soak [ROUNDS]`: the rounds of crash.test.ts, as many as one likes, each of them reported.

import { playCrashRounds, type RoundReport } from "../support/crash-rounds.ts"
import { NO_THROTTLING, startServer } from "../support/server.ts"

const rounds = Number(process.argv[2] ?? 200)
const reports: RoundReport[] = []
await using server = await startServer({ config: NO_THROTTLING })
await playCrashRounds(server, {
  rounds,
  messagesMax: 4000,
  onRound(report) {
    reports.push(report)
    const { round, shown, redacted, restartMs } = report
    console.log(
      `round ${round}: ${shown} shown, ${redacted} taken back, up again in ${restartMs.toFixed(0)} ms`,
    )
  },
})
const sum = (key: "shown" | "redacted") => reports.reduce((total, report) => total + report[key], 0)
const slowest = Math.max(...reports.map(({ restartMs }) => restartMs))
console.log(
  `${rounds} rounds: ${sum("shown")} messages shown, ${sum("redacted")} taken back; none lost, repeated or reordered`,
)
console.log(`slowest start ${slowest.toFixed(0)} ms`)
