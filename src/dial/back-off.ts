// How long to wait before trying again: exponential with full jitter, so that a thousand clients of a server that
// came back do not all knock at once. https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/

const FIRST_MS = 200
const LONGEST_MS = 30_000

/** ms before attempt `attempt` (from 0); `chance` gives a number from 0 up to 1. */
export function backOffMs(attempt: number, chance: () => number): number {
  return Math.round(chance() * Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 20)))
}
