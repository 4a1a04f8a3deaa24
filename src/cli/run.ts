// Runs one subcommand: finds it, reads its flags, and turns errors into words and exit codes. citty's `runCommand` and not its
// `runMain`, which would print and exit by itself.

import { defineCommand, runCommand } from "citty"
import { EXIT, type ExitCode, UserError } from "../user-error.ts"
import type { CliCommand } from "./command.ts"
import { parseFlags } from "./flags.ts"
import { helpOf, overview, usageOf } from "./help.ts"
import { printable } from "../protocol/printable.ts"
import { wrapped } from "../terminal/wrap.ts"
import { nearest } from "../nearest.ts"
import { versionText } from "./version.ts"

/** Loads a command's module when it is called for, so that `chat --version` loads none. */
export type Loader = () => Promise<CliCommand>

export async function run(
  loaders: Readonly<Record<string, Loader>>,
  args: readonly string[],
): Promise<ExitCode> {
  process.stdout.on("error", readerGone)
  try {
    return await dispatch(loaders, args)
  } catch (error) {
    return report(error)
  }
}

/** Runs a command that is a program of its own. */
export async function runAlone(command: CliCommand, args: readonly string[]): Promise<ExitCode> {
  process.stdout.on("error", readerGone)
  try {
    return await perform(command, args)
  } catch (error) {
    return report(error)
  }
}

async function dispatch(
  loaders: Readonly<Record<string, Loader>>,
  args: readonly string[],
): Promise<ExitCode> {
  const [first = "--help", ...rest] = args
  if (first === "--version" || first === "-V") return print(`${versionText()}\n`)
  if (first === "--help" || first === "-h" || (first === "help" && rest.length === 0)) {
    return print(overview(await Promise.all(Object.values(loaders).map((load) => load())), columns()))
  }
  if (first === "help") return perform(await find(loaders, rest[0] ?? ""), [...rest.slice(1), "--help"])
  return perform(await find(loaders, first), rest)
}

async function perform(command: CliCommand, args: readonly string[]): Promise<ExitCode> {
  const [first = "--help", ...rest] = args
  if (command.subcommands && !first.startsWith("-")) return perform(below(command, first), rest)
  const options = args.slice(0, args.includes("--") ? args.indexOf("--") : undefined)
  if (command.subcommands || options.includes("--help") || options.includes("-h"))
    return print(helpOf(command, columns()))
  const runnable = defineCommand({
    meta: { name: command.name, description: command.summary },
    run: ({ rawArgs }) => runWith(command, rawArgs),
  })
  try {
    const { result } = await runCommand(runnable, { rawArgs: [...args] })
    return result as ExitCode
  } catch (error) {
    throw hinted(error, command)
  }
}

/** Whoever typed or set up something wrong is always told a next step. */
function hinted(error: unknown, command: CliCommand): unknown {
  if (!(error instanceof UserError) || error.hint !== undefined) return error
  const { message, exitCode } = error
  if (exitCode !== EXIT.usage && exitCode !== EXIT.refusedToStart) return error
  return new UserError(message, {
    hint: `${command.program ?? `chat ${command.name}`} --help shows flags and examples`,
    exitCode,
  })
}

function runWith(command: CliCommand, rawArgs: readonly string[]): Promise<ExitCode> | ExitCode {
  const given = parseFlags(command.flags, rawArgs)
  const extra = given.positionals[command.operandsMax]
  if (extra !== undefined) {
    throw new UserError(`${command.name} does not know what to do with ${JSON.stringify(extra)}`, {
      hint: `usage: ${usageOf(command)}`,
      exitCode: EXIT.usage,
    })
  }
  return command.run(given)
}

/** The subcommand that `word` names. */
function below(command: CliCommand, word: string): CliCommand {
  const subcommands = new Map(
    (command.subcommands ?? []).map((sub) => [sub.name.split(" ").at(-1) ?? "", sub]),
  )
  const found = subcommands.get(word)
  if (found) return found
  const near = nearest(word, subcommands.keys())
  throw new UserError(`there is no command ${JSON.stringify(`${command.name} ${word}`)}`, {
    hint: near
      ? `did you mean: chat ${command.name} ${near}`
      : `chat help ${command.name} lists its commands`,
    exitCode: EXIT.usage,
  })
}

async function find(loaders: Readonly<Record<string, Loader>>, name: string): Promise<CliCommand> {
  const load = Object.hasOwn(loaders, name) ? loaders[name] : undefined
  if (load) return load()
  const near = nearest(name, Object.keys(loaders))
  throw new UserError(`there is no command ${JSON.stringify(name)}`, {
    hint: near ? `did you mean: chat ${near}` : "chat --help lists the commands",
    exitCode: EXIT.usage,
  })
}

function print(text: string): ExitCode {
  process.stdout.write(text)
  return EXIT.done
}

/** Where a terminal ends; what goes elsewhere is not broken. */
function columns(): number {
  return (process.stdout.isTTY && process.stdout.columns) || Number.POSITIVE_INFINITY
}

/** A reader that has enough (`chat certs list | head -1`) ends us without a word, as SIGPIPE does where Bun does not ignore it. */
function readerGone(error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE") process.exit(EXIT.other)
  throw error
}

/** Much of it repeats what was typed, or the name of a file. */
function say(text: string) {
  const line = printable(text)
  const { isTTY, columns: width } = process.stderr
  process.stderr.write(`${isTTY && width > 0 ? wrapped(line, width, HANGING) : line}\n`)
}

/** Columns before what goes on in a second line. */
const HANGING = 6

/** Says what went wrong on standard error; the exit code to end with. */
export function report(error: unknown): ExitCode {
  if (error instanceof UserError) {
    say(`chat: error: ${error.message}`)
    for (const line of error.more) process.stderr.write(`${line}\n`)
    if (error.hint !== undefined) say(`chat: hint: ${error.hint}`)
    return error.exitCode
  }
  const message = error instanceof Error ? error.message : String(error)
  process.stderr.write(`chat: error: a defect of this program: ${message}\n`)
  process.stderr.write("chat: hint: run it again with CHAT_DEBUG=1 and report what it prints\n")
  if (process.env.CHAT_DEBUG === "1" && error instanceof Error) process.stderr.write(`${error.stack ?? ""}\n`)
  return EXIT.other
}
