// What a connection costs that only stands there: the server's memory with many of them, less that with few.
import { processTree, rssKib } from "../proc.ts"
import { crowd } from "./client.ts"
import { noDefects } from "./ledger.ts"
import type { Outcome, Settings } from "./settings.ts"

/** The first connections bring code and pools into memory that are no later connection's cost. */
const FIRST_CONNECTIONS = 100
const SETTLE_LOOK_MS = 500
const SETTLE_LOOKS_MAX = 20

export async function idle(settings: Settings): Promise<Outcome> {
  const { pid, target, members, capabilities } = settings
  if (pid === undefined) throw new Error("idle measures the memory of a process: --pid is missing")
  const first = await crowd(target, FIRST_CONNECTIONS, capabilities)
  const before = await settledRssKib(pid)
  const rest = await crowd(target, members, capabilities, FIRST_CONNECTIONS)
  const after = await settledRssKib(pid)
  for (const client of [...first, ...rest]) client.drop()
  const figures = { kibPerConnection: (after - before) / members, beforeKib: before, afterKib: after }
  return { figures, defects: noDefects() }
}

/** Memory once it stands still: collectors give some back after a burst, in their own time. */
async function settledRssKib(pid: number): Promise<number> {
  const read = () => processTree(pid).reduce((sum, each) => sum + rssKib(each), 0)
  let steady = 0
  let last = read()
  for (let look = 0; look < SETTLE_LOOKS_MAX && steady < 4; look++) {
    await Bun.sleep(SETTLE_LOOK_MS)
    const now = read()
    steady = Math.abs(now - last) < last * 0.002 ? steady + 1 : 0
    last = now
  }
  return last
}
