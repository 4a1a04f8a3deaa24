// The least that a log can be whose turns are on disk: SQLite in a thread of its own, a row a message, a flushed commit a turn.
// It can be read by nobody: no columns, no index, no erasure, no reserve. What stands beside it is what our log costs above
// that; what stands below it no log in SQLite reaches.

import type { Log } from "../src/core/seams.ts"

/** Keeps its rows in the file `path`. */
export function bareLog(path: string): Log {
  const thread = new Worker(new URL("./bare-log.worker.ts", import.meta.url))
  let done: (() => void) | undefined
  thread.addEventListener("message", () => done?.())
  thread.postMessage({ path })
  return {
    ...nothing,
    append(rows, acknowledged) {
      done = acknowledged
      thread.postMessage(rows.map(({ body, text }) => `${body}\t${text ?? ""}`).join("\0"))
    },
  }
}

/** Keeps nothing. */
export const nothing: Log = {
  epoch: 1,
  nextSeq: 1,
  lastAt: 0,
  cloakSecret: "0".repeat(64),
  replay: () => [],
  append: (_rows, done) => queueMicrotask(done),
  read: () => Promise.resolve([]),
  search: () => Promise.resolve({ rows: [] }),
  onReadOnly() {},
  onBroken() {},
  close: () => Promise.resolve(),
}
