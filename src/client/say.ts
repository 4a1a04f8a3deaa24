// What a person or a program says, as messages that fit the wire: one of several lines, or of a long one, where the server
// knows of them (https://ircv3.net/specs/extensions/multiline.html), else one for each line.

import { byteLength } from "../protocol/names.ts"
import type { Said } from "./outbox.ts"
import { multilinePieces, sendableLines, splitText, textBytesMax, type Piece } from "./split.ts"
import type { View } from "./view.ts"

export function said(
  view: View,
  type: "message" | "notice" | "action",
  target: string,
  text: string,
  tags: string,
): Said[] {
  const command = type === "notice" ? "NOTICE" : "PRIVMSG"
  const wrapping = type === "action" ? "\x01ACTION \x01".length : 0
  const bytesMax = textBytesMax(view.nick, view.source, command, target) - wrapping
  const lines = sendableLines(text)
  const limits = multilineLimits(view)
  const all = limits && type !== "action" ? multilinePieces(lines, bytesMax) : []
  // A line that is too long for one is a message of several, too.
  if (limits && all.length > 1)
    return grouped(all, limits).map((pieces) => ({ command, target, pieces, tags }))
  return lines.flatMap((line) =>
    splitText(line, bytesMax).map((piece) => {
      const wire = type === "action" ? `\x01ACTION ${piece}\x01` : piece
      return { command, target, pieces: [{ text: wire, concat: false }], tags }
    }),
  )
}

interface Limits {
  readonly bytes: number
  readonly lines: number
}

/** `max-bytes=4096,max-lines=32`; undefined where messages have one line. */
function multilineLimits({ capabilities, capabilityValues }: View): Limits | undefined {
  if (!capabilities.has("draft/multiline") || !capabilities.has("batch")) return undefined
  const value = capabilityValues.get("draft/multiline") ?? ""
  const bytes = Number(/(?:^|,)max-bytes=(\d+)/.exec(value)?.[1] ?? 0)
  const lines = Number(/(?:^|,)max-lines=(\d+)/.exec(value)?.[1] ?? Infinity)
  return bytes > 0 && lines > 1 ? { bytes, lines } : undefined
}

/** As many pieces to a message as the server takes; a message of blank lines alone is none. */
function grouped(pieces: readonly Piece[], limits: Limits): Piece[][] {
  const groups: Piece[][] = []
  let bytes = Infinity
  for (const piece of pieces) {
    const size = byteLength(piece.text) + 1
    const group = groups.at(-1)
    if (group && group.length < limits.lines && bytes + size <= limits.bytes) {
      group.push(piece)
      bytes += size
    } else {
      groups.push([{ text: piece.text, concat: false }])
      bytes = size
    }
  }
  return groups.filter((group) => group.some(({ text }) => text !== ""))
}
