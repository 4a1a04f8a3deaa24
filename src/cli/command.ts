// The shape of a subcommand: its flags, its words for `--help`, and what it does. It ends with an exit code.

import type { ExitCode } from "../user-error.ts"
import type { Flags, Parsed } from "./flags.ts"

export interface CliCommand<F extends Flags = Flags> {
  /** As it is typed after `chat`: `serve`, `certs init`. */
  readonly name: string
  /** What is typed instead of `chat NAME`, for a command that is a program of its own. */
  readonly program?: string
  /** What follows the name in the usage line, flags aside. */
  readonly operands: string
  readonly summary: string
  /** Lines that can be typed, with what they do; they come first in the help. */
  readonly examples: readonly (readonly [line: string, meaning: string])[]
  readonly flags: F
  /** How many operands there may be; one too many is named. */
  readonly operandsMax: number
  /** The commands below this one (`certs init` below `certs`), which then only stands for their list. */
  readonly subcommands?: readonly CliCommand[]
  run(given: Parsed<F>): Promise<ExitCode> | ExitCode
}

/** Gives a command's flags their types. */
export function cliCommand<const F extends Flags>(command: CliCommand<F>): CliCommand {
  return command as unknown as CliCommand
}
