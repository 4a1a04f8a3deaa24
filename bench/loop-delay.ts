// Says how long the loop of a program did not run: `bun --preload ./bench/loop-delay.ts src/main.ts serve …` writes the longest
// delay since the last time, in ms, to the file LOOP_DELAY names whenever SIGUSR2 comes; and, of use on a busy machine too, the most
// time of the processor that its thread took between two looks.
import { writeFileSync } from "node:fs"
import { monitorEventLoopDelay } from "node:perf_hooks"

const path = process.env["LOOP_DELAY"]
if (path !== undefined && Bun.isMainThread) {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  let takenMs = cpuMs()
  let maxCpuMs = 0
  setInterval(() => {
    const now = cpuMs()
    maxCpuMs = Math.max(maxCpuMs, now - takenMs)
    takenMs = now
  }, 1).unref()
  process.on("SIGUSR2", () => {
    writeFileSync(
      path,
      JSON.stringify({ maxMs: delay.max / 1e6, p99Ms: delay.percentile(99) / 1e6, maxCpuMs }),
    )
    delay.reset()
    maxCpuMs = 0
  })
}

function cpuMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}
