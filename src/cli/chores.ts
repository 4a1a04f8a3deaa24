// Starts the thread for what takes long (`chore.worker.ts`) and waits for what it says.

import type { Settings } from "../core/seams.ts"
import { copyUnderWay, type Manifest } from "../storage/backup.ts"
import { keepFlushed } from "../storage/flushing.ts"
import { type ExitCode, UserError } from "../user-error.ts"

/** `data` is the data directory. */
export type Chore =
  /** A new snapshot of the network, from the log. */
  | { readonly do: "snapshot"; readonly data: string; readonly settings: Settings }
  /** A backup into a new file. */
  | { readonly do: "backup"; readonly data: string; readonly file: string }
  /** A look at every page of the log; rejects when it is damaged, and the next start is refused then. */
  | { readonly do: "check"; readonly data: string }

export interface Results {
  readonly snapshot: undefined
  readonly backup: Manifest
  readonly check: undefined
}

export type Outcome =
  | { readonly done: Results[keyof Results] }
  | { readonly failed: string; readonly hint?: string | undefined; readonly exitCode?: ExitCode }

/** Rejects with what went wrong: a UserError where it was one. */
export async function doInThread<C extends Chore>(chore: C): Promise<Results[C["do"]]> {
  const thread = new Worker(
    Bun.isStandaloneExecutable ? "./cli/chore.worker.ts" : new URL("./chore.worker.ts", import.meta.url),
    { name: chore.do },
  )
  const { promise, resolve, reject } = Promise.withResolvers<Outcome>()
  thread.addEventListener("message", ({ data }: MessageEvent<Outcome>) => resolve(data))
  thread.addEventListener("error", (event) => reject(new Error(event.message)))
  thread.postMessage(chore)
  const stopFlushing = chore.do === "backup" ? keepFlushed(copyUnderWay(chore.file)) : () => {}
  const outcome = await promise.finally(stopFlushing)
  const ended = new Promise((gone) => thread.addEventListener("close", gone, { once: true }))
  thread.postMessage({ do: "end" })
  await ended
  if ("done" in outcome) return outcome.done as Results[C["do"]]
  const { failed, hint, exitCode } = outcome
  throw exitCode === undefined
    ? new Error(failed)
    : new UserError(failed, { exitCode, ...(hint === undefined ? {} : { hint }) })
}
