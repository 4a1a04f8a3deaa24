// What is said while somebody has to approve who joins.

import { duration } from "../terminal/clock.ts"

const TICK_MS = 1000

export interface Patience {
  /** Waits so long, and says so. */
  wait(ms: number): Promise<void>
  /** It is over, however it ended. */
  end(): void
}

/** `words` are those of the key that is to be approved. */
export function patience(words: string, { stderr }: Pick<NodeJS.Process, "stderr">): Patience {
  let begunMs: number | undefined
  const begin = () => {
    stderr.write(
      `  waiting for approval. Whoever invited you may ask for the words of your key:\n\n` +
        `      ${words.replaceAll("-", " ")}\n\n` +
        `  Ctrl+C stops; the same line on this computer goes on waiting\n`,
    )
    return performance.now()
  }
  return {
    async wait(ms) {
      begunMs ??= begin()
      const untilMs = performance.now() + ms
      for (let left = ms; left > 0; left = untilMs - performance.now()) {
        if (stderr.isTTY) stderr.write(`\r  still waiting after ${duration(performance.now() - begunMs)} `)
        await Bun.sleep(Math.min(left, TICK_MS))
      }
    },
    end() {
      if (begunMs !== undefined && stderr.isTTY) stderr.write("\n")
    },
  }
}
