// STATS: https://modern.ircdocs.horse/#stats-message. `u` is how long the server runs; what other letters mean elsewhere is
// nobody's business here, and ends at once.

import { RPL_ENDOFSTATS, RPL_STATSUPTIME } from "../../protocol/numerics.ts"
import { command } from "../command.ts"
import { elsewhere } from "./facts.ts"

export const STATS = command({
  name: "STATS",
  syntax: "<u> [<server>]",
  help: "Tells how long the server has been running.",
  specification: "https://modern.ircdocs.horse/#stats-message",
  run({ net, now }, query: string, server?: string) {
    const absent = elsewhere(net, server)
    if (absent) return absent
    const letter = [...query][0] ?? "*"
    if (letter !== "u") return RPL_ENDOFSTATS(letter)
    return [RPL_STATSUPTIME(duration(now - net.startedAt)), RPL_ENDOFSTATS(letter)]
  },
})

/** `N days H:MM:SS` */
function duration(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  const two = (n: number) => String(n % 60).padStart(2, "0")
  const hours = Math.floor(seconds / 3600) % 24
  return `${Math.floor(seconds / 86_400)} days ${hours}:${two(Math.floor(seconds / 60))}:${two(seconds)}`
}
