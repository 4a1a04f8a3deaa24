// What must be true of a log after anything has happened to it.

import { Database } from "bun:sqlite"
import { expect } from "bun:test"
import { join } from "node:path"
import { textOf } from "./rows.ts"

/** Checks that the file is sound and holds every row up to `acknowledged`, each with its own text. Returns the last seq. */
export function checkLog(directory: string, acknowledged: number): number {
  const db = new Database(join(directory, "log.db"), { readwrite: true })
  try {
    expect(db.query("pragma integrity_check").values()).toEqual([["ok"]])
    const rows = db
      .query<{ seq: number; text: string }, []>("select seq, text from events order by seq")
      .all()
    expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, i) => i + 1))
    expect(rows.filter(({ seq, text }) => text.replace(/\.+$/, "") !== textOf(seq))).toEqual([])
    expect(rows.length).toBeGreaterThanOrEqual(acknowledged)
    return rows.length
  } finally {
    db.close()
  }
}
