// How a server takes leave: everybody is told, and what is queued is written, but nobody is waited for too long.

import { monotonicMs } from "./clock.ts"
import type { Shell } from "./shell.ts"
import type { Turns } from "./turns.ts"

const STOP_WITHIN_MS = 4000

export async function sendEverybodyAway(shell: Shell, turns: Turns) {
  for (const session of shell.engine.sessions) shell.engine.end(session, "SHUTDOWN")
  turns.wake()
  for (const connection of shell.connections) if (!connection.isSecured) connection.terminate()
  const deadlineMs = monotonicMs() + STOP_WITHIN_MS
  // Who has left already will not close anything more.
  const isAnybodyThere = () => shell.connections.values().some((connection) => !connection.hasEnded)
  while (isAnybodyThere() && monotonicMs() < deadlineMs) await Bun.sleep(10)
  for (const connection of shell.connections) connection.terminate()
  // A disk that hangs must not keep the process; what it did not take was told to nobody.
  const { promise: late, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, Math.max(500, deadlineMs - monotonicMs()))
  await Promise.race([turns.idle(), late])
  clearTimeout(timer)
}
