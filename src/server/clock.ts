// The one place that asks what time it is; everything else is handed the answer.

/** ms since 1970. The core never lets it run backwards in the log. */
export function now(): number {
  return Date.now()
}

/** ms since an arbitrary start, for measuring spans: a clock that is set does not change it. */
export function monotonicMs(): number {
  return performance.now()
}
