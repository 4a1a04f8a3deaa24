// Keeps on disk, from outside, what SQLite writes to a file in one go: else it would gather in memory, and a commit of the
// log that is flushed meanwhile would have to wait for all of it.

import { open } from "node:fs/promises"

const REST_MS = 5

/** Flushes what another thread writes to `path`, as soon as it is there, again and again; the answer ends it. */
export function keepFlushed(path: string): () => void {
  const writing = { isDone: false }
  void (async () => {
    while (!writing.isDone) {
      // Not there yet, or no longer. Of a failed disk hears who writes it, when the whole is flushed.
      await flush(path).catch(() => undefined)
      await Bun.sleep(REST_MS)
    }
  })()
  return () => void (writing.isDone = true)
}

async function flush(path: string): Promise<void> {
  await using file = await open(path)
  await file.datasync()
}
