// Asks a reader's thread for rows, one query at a time. The thread starts with the first: a server whose clients never read
// back does without it.

import type { Found, Query } from "../core/seams.ts"
import type { FromReader } from "./messages.ts"
import { shareOf } from "./search.ts"
import { endThread, post, startThread } from "./threads.ts"

export class HistoryReader {
  readonly #path: string
  readonly #waiting = new Map<number, { resolve: (found: Found) => void; reject: (error: Error) => void }>()
  #thread: Worker | undefined
  #lastId = 0

  constructor(path: string) {
    this.#path = path
  }

  ask(query: Query): Promise<Found> {
    return new Promise((resolve, reject) => {
      const id = ++this.#lastId
      this.#waiting.set(id, { resolve, reject })
      this.#thread ??= this.#start()
      post(this.#thread, { id, query, timeMs: shareOf(this.#waiting.size) })
    })
  }

  async close(): Promise<void> {
    const thread = this.#thread
    this.#thread = undefined
    if (thread !== undefined) await endThread(thread)
    this.#failAll("the log was closed")
  }

  #start(): Worker {
    const thread = startThread("reader")
    thread.addEventListener("message", ({ data }: MessageEvent<FromReader>) => this.#answered(data))
    // A thread that died takes its questions with it; the next one starts another.
    thread.addEventListener("error", (event) => this.#died(thread, event.message))
    post(thread, { open: { path: this.#path } })
    return thread
  }

  #answered(answer: FromReader): void {
    const asker = this.#waiting.get(answer.id)
    this.#waiting.delete(answer.id)
    if ("found" in answer) asker?.resolve(JSON.parse(answer.found) as Found)
    else asker?.reject(new Error(`history cannot be read: ${answer.failed}`))
  }

  #died(thread: Worker, message: string): void {
    if (this.#thread === thread) this.#thread = undefined
    this.#failAll(message)
  }

  #failAll(message: string): void {
    const askers = [...this.#waiting.values()]
    this.#waiting.clear()
    for (const asker of askers) asker.reject(new Error(`history cannot be read: ${message}`))
  }
}
