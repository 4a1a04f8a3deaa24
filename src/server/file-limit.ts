// How many files this process may have open: each connection is one, and running out of them refuses everybody.

import { readFileSync } from "node:fs"

const WANTED = 1024

/** What to warn of, or undefined. Linux says in /proc; elsewhere nothing is known. */
export function fileLimitWarning(limits = readLimits()): string | undefined {
  const soft = /^Max open files\s+(\d+)/m.exec(limits)?.[1]
  if (soft === undefined || Number(soft) >= WANTED) return undefined
  return `only ${soft} files may be open, so about ${Math.max(0, Number(soft) - 50)} people fit; raise it: ulimit -n 65536`
}

function readLimits(): string {
  return process.platform === "linux" ? readFileSync("/proc/self/limits", "utf8") : ""
}
