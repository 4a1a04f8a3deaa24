// The threads of the log and where their code is. A compiled build must be given both files as further entry points
// beside `src/main.ts`; it then holds them under paths relative to the folder that all entry points share, `src/`.

import type { FromReader, FromWriter, ToReader, ToWriter } from "./messages.ts"

const ENTRY = {
  writer: { compiled: "./storage/writer.worker.ts", source: "./writer.worker.ts" },
  reader: { compiled: "./storage/reader.worker.ts", source: "./reader.worker.ts" },
} as const

export function startThread(name: keyof typeof ENTRY): Worker {
  const entry = ENTRY[name]
  return new Worker(Bun.isStandaloneExecutable ? entry.compiled : new URL(entry.source, import.meta.url), {
    name,
  })
}

/** Asks a thread to close its database and end, and waits until it has. */
export function endThread(thread: Worker): Promise<void> {
  return new Promise((resolve) => {
    thread.addEventListener("close", () => resolve(), { once: true })
    post(thread, { close: true })
  })
}

/** Posts to a thread, or within it to the one that started it. */
export function post(thread: Worker, message: ToWriter | FromWriter | ToReader | FromReader): void {
  thread.postMessage(message)
}
