// Waiting for something, with a deadline: no test sleeps for a fixed time.

const EVERY_MS = 10
export const WITHIN_MS = 10_000

/** Resolves with the first answer of `probe` that is not falsy; rejects with `what` (said late, so that it may show why). */
export async function until<T>(
  probe: () => T | Promise<T>,
  what: string | (() => string),
  withinMs = WITHIN_MS,
): Promise<Exclude<T, false | undefined | null | 0 | "">> {
  const deadline = performance.now() + withinMs
  for (;;) {
    const answer = await probe()
    if (answer) return answer as Exclude<T, false | undefined | null | 0 | "">
    if (performance.now() > deadline)
      throw new Error(`waited ${withinMs} ms for ${typeof what === "string" ? what : what()}`)
    await Bun.sleep(EVERY_MS)
  }
}
