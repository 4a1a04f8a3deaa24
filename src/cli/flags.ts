// A command's flags, from one definition in citty's terms. `parseArgs` reads them, since citty keeps only the last of a
// repeated flag and accepts unknown ones.

import { parseArgs } from "node:util"
import { EXIT, UserError } from "../user-error.ts"
import { nearest } from "../nearest.ts"

export interface Flag {
  readonly type: "string" | "boolean"
  /** What stands for the value in the usage text: FILE, HOST:PORT. */
  readonly valueHint?: string
  readonly description: string
  /** One letter. */
  readonly alias?: string
  readonly repeatable?: boolean
}

export type Flags = Readonly<Record<string, Flag>>

/** What was given: `undefined` where a flag was not. */
export type Given<F extends Flags> = {
  readonly [K in keyof F]: F[K]["type"] extends "boolean"
    ? boolean | undefined
    : F[K]["repeatable"] extends true
      ? readonly string[]
      : string | undefined
}

export interface Parsed<F extends Flags> {
  readonly flags: Given<F>
  readonly positionals: readonly string[]
}

/** Reads raw arguments; throws a UserError (2) that names what cannot be read. */
export function parseFlags<F extends Flags>(definitions: F, rawArgs: readonly string[]): Parsed<F> {
  const options = Object.fromEntries(
    Object.entries(definitions).map(([name, flag]) => [
      name,
      { type: flag.type, multiple: flag.type === "string", ...(flag.alias ? { short: flag.alias } : {}) },
    ]),
  )
  let parsed: ReturnType<typeof parseArgs>
  try {
    parsed = parseArgs({ args: [...rawArgs], options, strict: true, allowPositionals: true })
  } catch (error) {
    throw explained(error, Object.keys(definitions))
  }
  const flags: Record<string, unknown> = {}
  for (const [name, flag] of Object.entries(definitions))
    flags[name] = valueOf(name, flag, parsed.values[name])
  return { flags: flags as Given<F>, positionals: parsed.positionals }
}

function valueOf(name: string, flag: Flag, value: unknown): unknown {
  if (flag.type === "boolean") return value
  const values = (value ?? []) as string[]
  if (flag.repeatable) return values
  if (values.length > 1) throw new UserError(`--${name} was given more than once`, { exitCode: EXIT.usage })
  return values[0]
}

function explained(error: unknown, names: readonly string[]): unknown {
  const code = (error as { code?: string }).code
  const message = error instanceof Error ? error.message : ""
  const flag = (/--[\w-]+/.exec(message) ?? /-\w/.exec(message))?.[0] ?? ""
  if (code === "ERR_PARSE_ARGS_UNKNOWN_OPTION") {
    const near = nearest(flag.replace(/^-+/, ""), names)
    return new UserError(`unknown flag ${flag}`, {
      ...(near ? { hint: `did you mean --${near}?` } : {}),
      exitCode: EXIT.usage,
    })
  }
  if (code === "ERR_PARSE_ARGS_INVALID_OPTION_VALUE") {
    const why = /does not take an argument/.test(message) ? "takes no value" : "needs a value"
    return new UserError(`${flag} ${why}`, { exitCode: EXIT.usage })
  }
  return error
}
