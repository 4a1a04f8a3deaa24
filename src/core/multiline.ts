// The text of several lines: https://ircv3.net/specs/extensions/multiline.html. It is kept as one, "joined by a single line
// feed"; where a line was cut that would have been too long, a number remembers the place.

import { truncated } from "../protocol/names.ts"

/** "The `draft/multiline-concat` message tag, which has no value". */
export const CONCAT_TAG = "draft/multiline-concat"

/** `concat`: "that line's message is directly joined with the previous line's message with no separation". */
export interface TextLine {
  readonly text: string
  readonly concat: boolean
}

/** The combined text and, ascending, the places in it at which a line begins without a line feed before it. */
export interface Combined {
  readonly text: string
  readonly cuts: readonly number[]
}

export function combined(lines: readonly TextLine[]): Combined {
  let text = ""
  const cuts: number[] = []
  for (const [i, line] of lines.entries()) {
    if (i > 0 && line.concat) cuts.push(text.length)
    else if (i > 0) text += "\n"
    text += line.text
  }
  return { text, cuts }
}

/** The lines as they were sent. */
export function linesOf({ text, cuts }: Combined): TextLine[] {
  const lines: TextLine[] = []
  let start = 0
  for (const part of text.split("\n")) {
    const end = start + part.length
    const starts = [start, ...cuts.filter((cut) => cut >= start && cut < end)]
    for (const [i, from] of starts.entries())
      lines.push({ text: text.slice(from, starts[i + 1] ?? end), concat: i > 0 })
    start = end + 1
  }
  return lines
}

/** The line in as many as it takes when none may have more bytes than these. */
export function split({ text, concat }: TextLine, bytesMax: number): TextLine[] {
  const first = truncated(text, bytesMax)
  if (first === "" || first === text) return [{ text, concat }]
  return [{ text: first, concat }, ...split({ text: text.slice(first.length), concat: true }, bytesMax)]
}
