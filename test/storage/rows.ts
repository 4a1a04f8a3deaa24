// What the tests of the log share: rows to append, an append to await, a page to ask for.

import type { PageQuery, Log, Row } from "../../src/core/seams.ts"

export function row(seq: number, more: Partial<Row> = {}): Row {
  return {
    seq,
    at: 1_000_000 + seq,
    type: "messageSent",
    channelId: 1,
    accountId: null,
    peerId: null,
    body: "{}",
    text: textOf(seq),
    ...more,
  }
}

/** A text that tells whether it came back to its own row. */
export function textOf(seq: number): string {
  return `the text of ${seq}`
}

export function rowsFrom(seq: number, count: number): Row[] {
  return Array.from({ length: count }, (_, i) => row(seq + i))
}

/** Appends one turn; rejects when the log breaks. */
export function append(log: Log, rows: readonly Row[]): Promise<void> {
  return new Promise((resolve, reject) => {
    log.onBroken = reject
    log.append(rows, resolve)
  })
}

export function query(more: Partial<PageQuery> = {}): PageQuery {
  return {
    kind: "page",
    of: { channelId: 1 },
    keep: "newest",
    limit: 100,
    types: ["messageSent"],
    ...more,
  }
}
