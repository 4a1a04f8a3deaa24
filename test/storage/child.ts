// Runs `append-forever.ts`, or another program that speaks like it, and listens to what it says.

import type { Subprocess } from "bun"
import { join } from "node:path"

export class Child {
  readonly process: Subprocess<"ignore", "pipe", "pipe">
  readonly lines: string[] = []
  readonly #ended: Promise<void>
  readonly #watchers = new Set<() => void>()

  constructor(args: readonly string[], before: readonly string[] = [], program = "append-forever.ts") {
    const path = join(import.meta.dir, program)
    this.process = Bun.spawn([...before, process.execPath, path, ...args], {
      stdout: "pipe",
      stderr: "pipe",
    })
    this.#ended = this.#listen()
  }

  /** Resolves with the first line that fits, said already or later; rejects when the child ends without. */
  async says(pattern: RegExp): Promise<string> {
    for (;;) {
      const line = this.lines.find((one) => pattern.test(one))
      if (line !== undefined) return line
      const more = new Promise<void>((resolve) => this.#watchers.add(resolve))
      const ended = await Promise.race([more, this.#ended.then(() => "ended" as const)])
      if (ended === undefined || this.lines.some((one) => pattern.test(one))) continue
      throw new Error(`the child ended: ${await new Response(this.process.stderr).text()}`)
    }
  }

  /** Resolves when so many turns were acknowledged. */
  async acknowledges(turns: number): Promise<void> {
    while (this.acknowledged().length < turns) {
      const more = new Promise<void>((resolve) => this.#watchers.add(resolve))
      await Promise.race([more, this.#ended.then(() => Promise.reject(new Error("the child ended")))])
    }
  }

  acknowledged(): number[] {
    return this.lines.filter((line) => line.startsWith("ack ")).map((line) => Number(line.slice(4)))
  }

  /** Kills the child as a crash would, and reads what it had still said. */
  async kill(): Promise<void> {
    this.process.kill("SIGKILL")
    await this.#ended
    await this.process.exited
  }

  async #listen(): Promise<void> {
    let rest = ""
    const decoder = new TextDecoder()
    for await (const bytes of this.process.stdout) {
      const parts = (rest + decoder.decode(bytes, { stream: true })).split("\n")
      rest = parts.pop() ?? ""
      this.lines.push(...parts)
      const watchers = [...this.#watchers]
      this.#watchers.clear()
      for (const watcher of watchers) watcher()
    }
  }
}
