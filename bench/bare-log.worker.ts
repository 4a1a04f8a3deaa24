// The thread of `bare-log.ts`.

import { Database } from "bun:sqlite"

declare const self: Worker

let append: ((turn: string) => void) | undefined

self.addEventListener("message", ({ data }: MessageEvent<string | { path: string }>) => {
  if (typeof data !== "string") return void (append = open(data.path))
  append?.(data)
  self.postMessage(0)
})

function open(path: string): (turn: string) => void {
  const db = new Database(path, { create: true, readwrite: true })
  for (const setting of ["journal_mode = wal", "synchronous = full"]) db.run(`pragma ${setting}`)
  db.run("create table events (seq integer primary key, event text)")
  const insert = db.prepare("insert into events (event) values (?)")
  return db.transaction((turn: string) => {
    for (const event of turn.split("\0")) insert.run(event)
  })
}
