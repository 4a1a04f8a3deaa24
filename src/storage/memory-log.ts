// A log without a disk, for tests and for servers that are meant to forget. It is also the plainest statement of what
// a log does: `sqlite-log.ts` must answer every query as this one does.

import type { Log, Row } from "../core/seams.ts"
import { erased, found } from "./plain-reading.ts"

export interface MemoryLogOptions {
  /** What an earlier run left behind. */
  readonly rows?: readonly Row[]
  readonly epoch?: number
  readonly cloakSecret?: string
  /** Types of events that `replay` leaves out, since they change no state. */
  readonly stateless?: readonly string[]
  /** When an append counts as durable; the default is at the end of the running task. */
  readonly later?: (done: () => void) => void
}

export interface MemoryLog extends Log {
  /** Everything in the log, acknowledged or not. */
  readonly rows: readonly Row[]
}

export function openMemoryLog(options: MemoryLogOptions = {}): MemoryLog {
  const rows = [...(options.rows ?? [])]
  const later = options.later ?? queueMicrotask
  const stateless = new Set(options.stateless)
  return {
    rows,
    epoch: options.epoch ?? 1,
    nextSeq: (rows.at(-1)?.seq ?? 0) + 1,
    lastAt: rows.at(-1)?.at ?? 0,
    cloakSecret: options.cloakSecret ?? "0".repeat(64),
    replay: () => rows.filter((row) => !stateless.has(row.type)),
    append(more, done) {
      rows.push(...more)
      for (const { erases } of more) if (erases) rows.splice(0, rows.length, ...erased(rows, erases))
      later(done)
    },
    read: (query) => Promise.resolve(found(rows, query)),
    search: (query) => Promise.resolve({ rows: found(rows, query) }),
    onReadOnly: () => {},
    onBroken: () => {},
    close: () => Promise.resolve(),
  }
}
