// The thread for what takes long and is not to stall the server: one chore, then it ends. An entry point of its own in a
// compiled build; `chores.ts` starts it.

import { STATELESS } from "../core/commands/index.ts"
import { Network } from "../core/network.ts"
import { replay } from "../core/replay.ts"
import { snapshot } from "../core/snapshot.ts"
import { backUp } from "../storage/backup.ts"
import { checkLog } from "../storage/check-log.ts"
import { dataDirectory } from "../storage/data-directory.ts"
import { renewSnapshot } from "../storage/snapshot-file.ts"
import { UserError } from "../user-error.ts"
import type { Chore, Outcome, Results } from "./chores.ts"
import { PROGRAM } from "./version.ts"

declare const self: Worker

self.addEventListener("message", ({ data }: MessageEvent<Chore | { do: "end" }>) => {
  // Ended from within: to be terminated with a database open has crashed Bun (#29275).
  if (data.do === "end") process.exit(0)
  else self.postMessage(outcomeOf(data))
})

function outcomeOf(chore: Chore): Outcome {
  try {
    return { done: perform(chore) }
  } catch (error) {
    if (error instanceof UserError) {
      const { message: failed, hint, exitCode } = error
      return { failed, hint, exitCode }
    }
    return { failed: error instanceof Error ? error.message : String(error) }
  }
}

function perform(chore: Chore): Results[keyof Results] {
  const directory = dataDirectory(chore.data)
  if (chore.do === "check") return checkLog(directory)
  if (chore.do === "backup") return backUp(directory, chore.file, PROGRAM)
  return renewSnapshot(directory, {
    program: PROGRAM,
    stateless: STATELESS,
    fold(from, rows) {
      const net = new Network(chore.settings)
      if (from) net.restore(from)
      replay(net, rows)
      return snapshot(net)
    },
  })
}
