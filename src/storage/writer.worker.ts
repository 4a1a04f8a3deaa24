// The writer's thread; `sqlite-log.ts` starts it. An entry point of its own in a compiled build.

import type { FromWriter, ToWriter } from "./messages.ts"
import { post } from "./threads.ts"
import { brokenBy, Writer } from "./writer.ts"

declare const self: Worker

let writer: Writer | undefined

self.addEventListener("message", ({ data }: MessageEvent<ToWriter>) => {
  if (typeof data === "string") writer?.append(data)
  else if ("open" in data) open(data.open)
  else if ("retain" in data) writer?.retain(data.retain)
  else leave()
})

function open(options: ConstructorParameters<typeof Writer>[0]): void {
  try {
    writer = new Writer(options, tell)
  } catch (error) {
    tell(brokenBy(error))
  }
}

function tell(message: FromWriter): void {
  post(self, message)
}

// The thread ends itself after its databases are closed: to be terminated with one open has crashed Bun (#29275).
function leave(): void {
  writer?.close()
  process.exit(0)
}
