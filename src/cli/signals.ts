// What the system's signals mean to a server.

import { closeSync, openSync } from "node:fs"
import { EXIT } from "../user-error.ts"

/** SIGTERM and SIGINT stop, and the second time at once. SIGHUP reads everything again, unless it says that our terminal is gone. */
export function onSignals(actions: { stop: () => void; reload: () => void }): () => void {
  let isStopping = false
  const stop = () => {
    if (isStopping) process.exit(EXIT.interrupted)
    isStopping = true
    actions.stop()
  }
  const hasTerminal = process.stdin.isTTY
  const hangUp = () => (hasTerminal && !isTerminalThere() ? stop() : actions.reload())
  process.on("SIGTERM", stop).on("SIGINT", stop).on("SIGHUP", hangUp)
  return () => void process.off("SIGTERM", stop).off("SIGINT", stop).off("SIGHUP", hangUp)
}

/** Whether the terminal that this was started from still exists. */
function isTerminalThere(): boolean {
  try {
    closeSync(openSync("/dev/tty", "r"))
    return true
  } catch {
    // ENXIO: no terminal.
    return false
  }
}
