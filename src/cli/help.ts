// Usage texts: examples first, since they are what one came for.

import type { CliCommand } from "./command.ts"

/** Columns of the left side. */
const WIDTH = 44

export function helpOf(command: CliCommand): string {
  const { summary, examples, flags, subcommands = [] } = command
  const shown = Object.entries(flags).map(([flag, { valueHint, description, alias, type, repeatable }]) => {
    const left = `--${flag}${type === "string" ? ` ${valueHint ?? "VALUE"}` : ""}${repeatable ? "…" : ""}`
    return row(alias ? `-${alias}, ${left}` : left, description)
  })
  return [
    usageOf(command),
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

export function overview(commands: readonly CliCommand[]): string {
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

function row(left: string, right: string): string {
  return left.length + 2 < WIDTH
    ? `  ${left.padEnd(WIDTH - 2)}${right}`
    : `  ${left}\n  ${"".padEnd(WIDTH - 2)}${right}`
}
