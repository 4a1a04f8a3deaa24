// A stretch of time over which progress and the server's CPU are counted together.
import { type Reading, startMeter } from "../proc.ts"
import type { Limits, Settings } from "./settings.ts"

const LOOK_MS = 20

export type Phase = Reading & { count: number }

/** Lets the load run until the first limit, or until nothing has moved for `stallMs`. */
export async function phase(progress: () => number, limits: Limits, settings: Settings): Promise<Phase> {
  const read = startMeter(settings.pid)
  const before = progress()
  const stalled = stallWatch(progress, settings.stallMs)
  for (;;) {
    await Bun.sleep(LOOK_MS)
    const now = { ...read(), count: progress() - before }
    const over = now.wallSeconds >= limits.wallSeconds || now.count >= limits.count || stalled()
    if (over || now.cpuSeconds >= limits.cpuSeconds) return now
  }
}

/** Waits until `done`, or until nothing has moved for `stallMs`. */
export async function drain(done: () => boolean, progress: () => number, stallMs: number) {
  const stalled = stallWatch(progress, stallMs)
  while (!done() && !stalled()) await Bun.sleep(LOOK_MS)
}

function stallWatch(progress: () => number, stallMs: number): () => boolean {
  let [last, lastAt] = [progress(), performance.now()]
  return () => {
    const [now, nowAt] = [progress(), performance.now()]
    if (now !== last) [last, lastAt] = [now, nowAt]
    return nowAt - lastAt > stallMs
  }
}
