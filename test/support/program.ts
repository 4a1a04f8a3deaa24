// The compiled executable as a user meets it: its path, one run of it, and which other programs a test needs.

import { test, type TestOptions } from "bun:test"
import { existsSync } from "node:fs"
import { join, resolve } from "node:path"

/** CHAT_TEST_ALL=1: nothing is skipped, and the long rounds are long. */
export const ALL = process.env["CHAT_TEST_ALL"] === "1"

/** The executable under test: CHAT_BINARY, or what the build made. */
export const CHAT = resolve(process.env["CHAT_BINARY"] || join(import.meta.dir, "..", "..", "dist", "chat"))

if (!existsSync(CHAT)) throw new Error(`${CHAT} is not there: bun run build`)

/** What a program said until it ended. */
export interface Ended {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  /** Where its profiles and data are: nothing of the developer's own is seen or touched. */
  readonly home: string
  readonly stdin?: string | Uint8Array
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

/** Runs `chat` with these arguments until it ends. */
export function chat(args: readonly string[], options: RunOptions): Promise<Ended> {
  return run([CHAT, ...args], options)
}

/** Runs any program until it ends, in an environment of its own. */
export async function run(command: readonly string[], options: RunOptions): Promise<Ended> {
  const child = Bun.spawn([...command], {
    cwd: options.cwd ?? options.home,
    env: environment(options.home, options.env),
    stdin: options.stdin === undefined ? "ignore" : Buffer.from(options.stdin),
    stdout: "pipe",
    stderr: "pipe",
  })
  const said = [new Response(child.stdout).text(), new Response(child.stderr).text()] as const
  const [stdout, stderr] = await Promise.all(said)
  return { exitCode: await child.exited, stdout, stderr }
}

/** PATH, an empty home, English, UTF-8, one time zone, and nothing else. */
export function environment(home: string, more: Readonly<Record<string, string>> = {}) {
  const own = {
    PATH: process.env["PATH"] ?? "",
    HOME: home,
    LANG: "C.UTF-8",
    TZ: "UTC",
    TERM: "xterm-256color",
  }
  return { ...own, ...more }
}

type Body = () => void | Promise<unknown>
type Test = (name: string, body: Body, options?: number | TestOptions) => void

/** `test`, if these programs are installed; else a skip that names them, and with CHAT_TEST_ALL=1 a failure. */
export function testWith(...programs: readonly string[]): Test {
  return testIf(
    programs.filter((program) => !Bun.which(program)).map((program) => `${program} is not installed`),
  )
}

/** `test`, unless something is missing. */
export function testIf(missing: readonly string[]): Test {
  if (missing.length === 0) return test
  const why = missing.join(", ")
  if (!ALL) return (name) => test.skip(`${name} (${why})`, () => {})
  return (name) =>
    test(name, () => {
      throw new Error(why)
    })
}
