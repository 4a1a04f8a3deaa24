// Lies about what one client received, to prove that the books notice.
import type { Hear } from "./lines.ts"
import { TEXT_BYTES } from "./message.ts"

export const LIES = ["lose", "double", "swap", "corrupt"] as const
export type Lie = (typeof LIES)[number]

/** One message in so many is lied about, and so often in all: the books must show this number exactly. */
const LIE_EVERY = 25
export const LIES_MAX = 5

/** Stands between a client and the books, and tampers with every 25th message, five times. */
export function liar(lie: Lie, hear: Hear): Hear {
  let heard = 0
  let held: Buffer | undefined
  return (bytes, start, end) => {
    const lying = ++heard % LIE_EVERY === 0 && heard <= LIE_EVERY * LIES_MAX
    if (!lying || lie === "double") hear(bytes, start, end)
    if (held) hear(held, 0, held.length)
    held = undefined
    if (!lying || lie === "lose") return
    const line = Buffer.from(bytes.subarray(start, end))
    if (lie === "swap") held = line
    if (lie === "double") hear(line, 0, line.length)
    if (lie === "corrupt") hear(bent(line), 0, line.length)
  }
}

/** Changes one bit in the middle of the text. */
function bent(line: Buffer): Buffer {
  const at = line.length - TEXT_BYTES / 2
  line.writeUInt8(line.readUInt8(at) ^ 1, at)
  return line
}
