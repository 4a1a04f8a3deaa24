// Starts the thread for what takes long (`chore.worker.ts`) and waits for what it says.

import type { Settings } from "../core/seams.ts"

/** A new snapshot of the network, from the log. */
export interface Chore {
  readonly do: "snapshot"
  /** The data directory. */
  readonly data: string
  readonly settings: Settings
}

export type Outcome = { readonly done: true } | { readonly failed: string }

/** Rejects with the words of whatever went wrong. */
export async function doInThread(chore: Chore): Promise<void> {
  const thread = new Worker(
    Bun.isStandaloneExecutable ? "./cli/chore.worker.ts" : new URL("./chore.worker.ts", import.meta.url),
    { name: chore.do },
  )
  const { promise, resolve, reject } = Promise.withResolvers<Outcome>()
  thread.addEventListener("message", ({ data }: MessageEvent<Outcome>) => resolve(data))
  thread.addEventListener("error", (event) => reject(new Error(event.message)))
  thread.postMessage(chore)
  const outcome = await promise
  const ended = new Promise((gone) => thread.addEventListener("close", gone, { once: true }))
  thread.postMessage({ do: "end" })
  await ended
  if ("failed" in outcome) throw new Error(outcome.failed)
}
