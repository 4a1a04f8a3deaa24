// What a peer wrote, made harmless for a terminal or a log: formatting of
// https://modern.ircdocs.horse/formatting.html, escape sequences (ECMA-48), C0 and C1 controls, and the characters that
// turn the direction of text (UAX #9) or hide it are taken out.

// CSI, then OSC and other strings to their end (or to the end of the text), then any other escape.
const ESCAPE_SEQUENCE =
  /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?|\x1b[ -/]*[0-~]?/g
// Colours carry parameters that would be left behind as digits.
const COLOUR = /\x03(?:\d{1,2}(?:,\d{1,2})?)?|\x04(?:[0-9A-Fa-f]{6}(?:,[0-9A-Fa-f]{6})?)?/g
const HIDDEN =
  /[\0-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu

/** `text` with everything invisible or active taken out; a tab becomes a space. */
export function printable(text: string): string {
  if (!SUSPECT.test(text)) return text
  return text.replace(/\t/g, " ").replace(ESCAPE_SEQUENCE, "").replace(COLOUR, "").replace(HIDDEN, "")
}

// The usual text has none of it: one scan and no copy.
const SUSPECT =
  /[\0-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/u

/** A value as one line of JSON that means the same and is inert: what `printable` takes out stands there as an escape. */
export function inertJson(value: unknown): string {
  return JSON.stringify(value).replace(HIDDEN, (hidden) =>
    hidden.replace(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`),
  )
}
