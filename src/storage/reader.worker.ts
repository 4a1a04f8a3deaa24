// A thread that reads history; `history-reader.ts` starts it. An entry point of its own in a compiled build.

import type { Database } from "bun:sqlite"
import type { Query } from "../core/seams.ts"
import { openReadable } from "./database.ts"
import type { FromReader, ToReader } from "./messages.ts"
import { read } from "./reading.ts"
import { post } from "./threads.ts"

declare const self: Worker

let path = ""
let db: Database | undefined

self.addEventListener("message", ({ data }: MessageEvent<ToReader>) => {
  if ("open" in data) path = data.open.path
  else if ("query" in data) answer(data)
  else leave()
})

function answer({ id, query, timeMs }: Extract<ToReader, { query: Query }>): void {
  try {
    db ??= openReadable(path)
    tell({ id, found: JSON.stringify(read(db, query, timeMs)) })
  } catch (error) {
    tell({ id, failed: error instanceof Error ? error.message : String(error) })
  }
}

function tell(message: FromReader): void {
  post(self, message)
}

// The thread ends itself after its database is closed: to be terminated with one open has crashed Bun (#29275).
function leave(): void {
  db?.close()
  process.exit(0)
}
