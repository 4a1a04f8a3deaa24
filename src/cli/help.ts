// Usage texts: examples first, since they are what one came for.

import { wrapped } from "../terminal/wrap.ts"
import type { CliCommand } from "./command.ts"

/** Columns of the left side. */
const WIDTH = 44

/** A line that shows many ways to go on is broken here, into a pipe too. */
const USAGE_COLUMNS = 80

export function helpOf(command: CliCommand, columns: number): string {
  const row = rowsFor(columns)
  const { summary, examples, flags, subcommands = [] } = command
  const shown = Object.entries(flags).map(([flag, { valueHint, description, alias, type, repeatable }]) => {
    const left = `--${flag}${type === "string" ? ` ${valueHint ?? "VALUE"}` : ""}${repeatable ? "…" : ""}`
    return row(alias ? `-${alias}, ${left}` : left, description)
  })
  return [
    wrapped(kept(usageOf(command)), USAGE_COLUMNS, 4).replaceAll(NO_BREAK, " "),
    "",
    summary,
    "",
    ...(examples.length > 0 ? [...examples.map(([line, meaning]) => row(line, meaning)), ""] : []),
    ...(subcommands.length > 0
      ? ["Commands:", ...subcommands.map((sub) => row(usageOf(sub), sub.summary)), ""]
      : []),
    ...(shown.length > 0 ? ["Flags:", ...shown, ""] : []),
  ].join("\n")
}

/** The line to type: `chat certs client NAME`. */
export function usageOf({ program, name, operands }: CliCommand): string {
  return `${program ?? `chat ${name}`} ${operands}`.trim()
}

export function overview(commands: readonly CliCommand[], columns: number): string {
  const row = rowsFor(columns)
  return [
    "chat — a private chat network in one file",
    "",
    row("chat serve", "run a server here; creates what it needs on the first run"),
    row("chat connect HOST", "chat with it, from this or another computer"),
    row("chat invite NAME", "let NAME in: prints a line to give away"),
    row("chat join LINK", "what NAME does with it"),
    "",
    "Commands:",
    ...commands.map((command) => row(`${command.name} ${command.operands}`.trim(), command.summary)),
    "",
    row("chat help COMMAND", "examples and flags of a command"),
    row("chat --version", "version and commit"),
    "",
  ].join("\n")
}

/** What is typed on the left, what it does on the right; where both do not fit into a line, below it. */
function rowsFor(columns: number): (left: string, right: string) => string {
  const room = columns < WIDTH + 20 ? Number.POSITIVE_INFINITY : columns
  return (left, right) => {
    const isShort = left.length + 2 < WIDTH
    const above = wrapped(`  ${kept(left)}`, USAGE_COLUMNS, 4).replaceAll(NO_BREAK, " ")
    const beside = `${(isShort ? `  ${left}` : "").padEnd(WIDTH)}${right}`
    return `${isShort ? "" : `${above}\n`}${wrapped(beside, room, WIDTH)}`
  }
}

const NO_BREAK = "\u00a0"

/** With breaks only between the ways to go on: `kick NICK |` stays together. */
function kept(line: string): string {
  return line.replaceAll(" ", NO_BREAK).replaceAll(`|${NO_BREAK}`, "| ")
}
