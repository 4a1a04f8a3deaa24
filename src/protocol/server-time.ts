// The `time` tag: https://ircv3.net/specs/extensions/server-time.html, `YYYY-MM-DDThh:mm:ss.sssZ`.

/** `at` in ms since 1970. Calling it again for the same ms costs nothing, which is the usual case in a turn. */
export function serverTime(at: number): string {
  if (at !== lastAt) {
    lastAt = at
    lastText = new Date(at).toISOString()
  }
  return lastText
}

let lastAt = 0
let lastText = "1970-01-01T00:00:00.000Z"

const SHAPE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/

/** ms since 1970, or undefined. */
export function parseServerTime(text: string): number | undefined {
  const at = SHAPE.test(text) ? Date.parse(text) : NaN
  return Number.isNaN(at) ? undefined : at
}
