// A log without a disk, for tests and for servers that are meant to forget. It is also the plainest statement of what
// a log does: `sqlite-log.ts` must answer every query as this one does.

import type { HistoryQuery, Log, Reference, Row } from "../core/seams.ts"

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
      later(done)
    },
    history: (query) => Promise.resolve(pageOf(rows, query)),
    onReadOnly: () => {},
    onBroken: () => {},
    close: () => Promise.resolve(),
  }
}

function pageOf(rows: readonly Row[], query: HistoryQuery): Row[] {
  const wanted = rows.filter(
    (row) =>
      row.channelId === query.channelId &&
      query.types.includes(row.type) &&
      isAfter(row, query.reference, query.direction),
  )
  return query.direction === "after"
    ? wanted.slice(0, query.limit)
    : wanted.slice(Math.max(0, wanted.length - query.limit))
}

// Nothing bounds the newest page from below; nothing comes after the newest row.
function isAfter(row: Row, reference: Reference, direction: HistoryQuery["direction"]): boolean {
  if (reference.kind === "seq") return row.seq > reference.seq
  if (reference.kind === "at") return row.at > reference.at
  return direction === "latest"
}
