// Turns the rounds of a run into a table that can be read.
import type { Figure, Test } from "./tests.ts"

export type Round = {
  test: string
  server: string
  round: number
  figures: Record<string, number>
  defects: number
}

/** One line a figure: for each server the median, its spread, and the ratio to the floor of the same round. */
export function table(tests: readonly Test[], servers: readonly string[], rounds: readonly Round[]): string {
  const rows = tests.flatMap((test) =>
    test.figures.map((figure) => [
      test.name,
      figure.label,
      ...servers.map((server) => cell(test, figure, server, rounds)),
    ]),
  )
  return columns([["test", "figure", ...servers], ...rows])
}

function cell(test: Test, { key }: Figure, server: string, rounds: readonly Round[]): string {
  const mine = rounds.filter((each) => each.test === test.name && each.server === server)
  const values = mine.map(({ figures }) => figures[key] ?? Number.NaN)
  if (values.length === 0) return "-"
  const spread = values.length > 1 ? ` (${short(Math.min(...values))}-${short(Math.max(...values))})` : ""
  return `${short(median(values))}${spread}${ratio(test, key, mine, rounds)}`
}

/** The median of the ratios within each round, since a busy host changes both alike. */
function ratio(test: Test, key: string, mine: readonly Round[], rounds: readonly Round[]): string {
  const [beside] = test.floors
  const ratios = mine.flatMap(({ server, round, figures }) => {
    const base = rounds.find(
      (each) => each.test === test.name && each.server === beside && each.round === round,
    )
    return base && server !== beside ? [(figures[key] ?? Number.NaN) / (base.figures[key] ?? Number.NaN)] : []
  })
  return ratios.length ? ` x${median(ratios).toFixed(2)}` : ""
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle - 1)] ?? Number.NaN)) / 2
}

/** Three significant digits; thousands as k. */
export function short(value: number): string {
  if (value >= 10_000) return `${Math.round(value / 1000)}k`
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3)
}

/** Rows of cells, each column as wide as its widest. */
export function columns(rows: readonly string[][]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  return rows
    .map((row) =>
      row
        .map((text, i) => text.padEnd(widths[i] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n")
}
