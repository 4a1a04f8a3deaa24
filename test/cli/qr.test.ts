// A QR code says the link, whatever the colours of the terminal are.

import { expect, test } from "bun:test"
import jsQR from "jsqr"
import { linkOf } from "../../src/authority/invitation.ts"
import { qrFor, qrImage } from "../../src/cli/qr.ts"

const LINK = linkOf({
  address: "chat.lab.internal:6697",
  pin: "5b".repeat(32),
  id: "k7qdm4w9tx8",
  secret: "Zt0w1Nf3c2sQ8mBvYH4o5A",
})
const TERMINAL = { isTTY: true, columns: 80, rows: 24 }
const SCALE = 4

/** What a reader makes of a picture, a module in `SCALE` pixels each way. */
function decoded(modules: readonly (readonly boolean[])[]): string | undefined {
  const [width, height] = [(modules[0]?.length ?? 0) * SCALE, modules.length * SCALE]
  const pixels = new Uint8ClampedArray(width * height * 4)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const dark = modules[Math.floor(y / SCALE)]?.[Math.floor(x / SCALE)] ?? false
      pixels.set(dark ? [0, 0, 0, 255] : [255, 255, 255, 255], (y * width + x) * 4)
    }
  return jsQR(pixels, width, height, { inversionAttempts: "dontInvert" })?.data
}

function modulesOf(lines: readonly string[]): boolean[][] {
  return lines.flatMap((line) => {
    const cells = [...Bun.stripANSI(line)]
    return [cells.map((cell) => "▀█".includes(cell)), cells.map((cell) => "▄█".includes(cell))]
  })
}

test("a terminal of 80 x 24 shows it, black on white by itself, and a reader reads the link", () => {
  const shown = qrFor(LINK, TERMINAL, { TERM: "xterm-256color" })
  const lines = "lines" in shown ? shown.lines : []
  for (const line of lines) expect(line).toMatch(/^\x1b\[38;5;16;48;5;231m[ ▀▄█]+\x1b\[0m$/)
  const modules = modulesOf(lines)
  expect(decoded(modules)).toBe(LINK)
  // Four modules of light on every side.
  for (const row of [...modules.slice(0, 4), ...modules.slice(-4)]) expect(row).not.toContain(true)
  for (const row of modules) expect([...row.slice(0, 4), ...row.slice(-4)]).not.toContain(true)
})

test("the picture of a page says the same", () => {
  const svg = qrImage(LINK)
  const size = Number(/viewBox="0 0 (\d+) \d+"/.exec(svg)?.[1])
  const modules = Array.from({ length: size }, () => Array.from({ length: size }, () => false))
  for (const [, x, y] of svg.matchAll(/M(\d+),(\d+)h1v1h-1z/g)) modules[Number(y)]![Number(x)] = true
  expect(decoded(modules)).toBe(LINK)
})

test.each([
  [{ ...TERMINAL, isTTY: undefined }, {}, "a QR code is for a terminal, and the output is none"],
  [
    { ...TERMINAL, columns: 40 },
    {},
    "the terminal is too small for a QR code: 49 columns and 25 lines are needed",
  ],
  [
    { ...TERMINAL, rows: 10 },
    {},
    "the terminal is too small for a QR code: 49 columns and 25 lines are needed",
  ],
  [TERMINAL, { TERM: "dumb" }, "a QR code needs colours, and there are none"],
  [TERMINAL, { NO_COLOR: "1" }, "a QR code needs colours, and there are none"],
])("what cannot show it says why: %j %j", (screen, env, lacks) => {
  expect(qrFor(LINK, screen, env)).toEqual({ lacks })
})
