// A link as a QR code (ISO/IEC 18004), for a telephone to read off a terminal or a printed page.

import { encode, renderSVG } from "uqr"

/** Modules of light round it, as its standard asks for. */
const QUIET = 4
/** Black on white from the fixed part of 256 colours: themes repaint the first sixteen, and many have light on dark. */
const [BLACK_ON_WHITE, AS_BEFORE] = ["\x1b[38;5;16;48;5;231m", "\x1b[0m"]
/** The upper module and the lower one, where 1 is dark. */
const HALVES: Readonly<Record<string, string>> = { "00": " ", "01": "▄", "10": "▀", "11": "█" }

/** What a terminal can show. */
export interface Screen {
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
  readonly rows?: number | undefined
}

/** Lines for this terminal, two modules a character; or why it cannot show them. */
export function qrFor(
  text: string,
  { isTTY, columns = 80, rows = 24 }: Screen,
  { NO_COLOR = "", TERM }: NodeJS.ProcessEnv,
): { readonly lines: readonly string[] } | { readonly lacks: string } {
  if (isTTY !== true) return { lacks: "a QR code is for a terminal, and the output is none" }
  if (TERM === "dumb" || NO_COLOR !== "") return { lacks: "a QR code needs colours, and there are none" }
  const { data, size } = encode(text, { border: QUIET })
  const height = Math.ceil(size / 2)
  // What is dark has to be seen at once; the light above and below may be scrolled away.
  if (columns < size || rows < height - QUIET)
    return {
      lacks: `the terminal is too small for a QR code: ${size} columns and ${height} lines are needed`,
    }
  const lines = Array.from({ length: height }, (_, row) => {
    const [upper = [], lower = []] = [data[2 * row], data[2 * row + 1]]
    const halves = upper.map((dark, column) => HALVES[`${Number(dark)}${Number(lower[column] ?? false)}`])
    return `${BLACK_ON_WHITE}${halves.join("")}${AS_BEFORE}`
  })
  return { lines }
}

/** For a page of HTML. */
export function qrImage(text: string): string {
  return renderSVG(text, { border: QUIET, pixelSize: 1 })
}
