// What Linux knows about processes: https://man7.org/linux/man-pages/man5/proc.5.html
import { readdirSync, readFileSync } from "node:fs"

/** USER_HZ, the unit of times in /proc, is 100 on every Linux that Bun runs on. */
const TICKS_PER_SECOND = 100

/** The process and all its descendants, since some servers fork. */
export function processTree(pid: number): number[] {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, "latin1").split(" ").filter(Boolean).map(Number),
  )
  return [pid, ...children.flatMap(processTree)]
}

/** CPU that a process has used, user and system, all threads, in seconds. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1")
  // The name of the program may hold spaces and brackets; the numbers begin after its last bracket.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}

/** Memory of a process that is in RAM, in KiB. */
export function rssKib(pid: number): number {
  const found = /^Rss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "latin1"))
  return Number(found?.[1])
}

/** Time of all cores since boot, in seconds: in all, and what the host gave to other guests meanwhile. */
export function hostSeconds(): { total: number; steal: number } {
  const [line = ""] = readFileSync("/proc/stat", "latin1").split("\n")
  // user nice system idle iowait irq softirq steal; what follows (guest) is already counted in user.
  const ticks = line.trim().split(/\s+/).slice(1, 9).map(Number)
  const total = ticks.reduce((sum, each) => sum + each, 0)
  return { total: total / TICKS_PER_SECOND, steal: (ticks[7] ?? 0) / TICKS_PER_SECOND }
}

export type Reading = { cpuSeconds: number; wallSeconds: number; stealPercent: number }

/** Starts to measure a server; the function returned reads what has been used since. Without a pid, CPU is NaN. */
export function startMeter(pid?: number): () => Reading {
  const pids = pid === undefined ? [] : processTree(pid)
  const cpu = () => (pids.length ? pids.reduce((sum, each) => sum + cpuSeconds(each), 0) : Number.NaN)
  const [cpu0, wall0, host0] = [cpu(), performance.now(), hostSeconds()]
  return () => {
    const host = hostSeconds()
    const hostTotal = host.total - host0.total
    return {
      cpuSeconds: cpu() - cpu0,
      wallSeconds: (performance.now() - wall0) / 1000,
      stealPercent: hostTotal > 0 ? (100 * (host.steal - host0.steal)) / hostTotal : 0,
    }
  }
}
