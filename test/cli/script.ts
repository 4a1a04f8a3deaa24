// Scripts that use `chat` as a person does, in a folder of their own (after FiloSottile/age's cmd/age/testdata):
//
//   # a comment
//   $ chat certs init            a line for the shell
//   made    certs/ca.pem  …      what it prints; … stands for any text in a line, a line … for any lines
//   ! chat: error: …             what it prints on standard error
//   ? 78                         its exit code, when it is not 0
//
// A blank line ends what is expected. What is not written is expected not to be printed.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"

export interface Step {
  readonly line: number
  readonly command: string
  readonly stdout: readonly string[]
  readonly stderr: readonly string[]
  readonly exitCode: number
}

/** Reads a script; throws on a line that expects something of nothing. */
export function readScript(text: string): Step[] {
  const steps: { line: number; command: string; stdout: string[]; stderr: string[]; exitCode: number }[] = []
  let isOpen = false
  for (const [index, line] of text.split("\n").entries()) {
    const step = steps.at(-1)
    if (line.startsWith("$ ")) {
      steps.push({ line: index + 1, command: line.slice(2), stdout: [], stderr: [], exitCode: 0 })
      isOpen = true
    } else if (line === "" || line.startsWith("# ")) isOpen = false
    else if (!step || !isOpen) throw new Error(`line ${index + 1} belongs to no command: ${line}`)
    else if (line.startsWith("! ")) step.stderr.push(line.slice(2))
    else if (line.startsWith("? ")) step.exitCode = Number(line.slice(2))
    else step.stdout.push(line === "·" ? "" : line)
  }
  return steps
}

/** A folder with an empty home, and on its PATH `chat` (CHAT_BINARY, else the source) and the scripts. */
export function workshop() {
  const root = mkdtempSync(join(tmpdir(), "chat-script-"))
  const [home, bin] = [join(root, "home"), join(root, "bin")]
  for (const folder of [home, bin]) mkdirSync(folder)
  const source = [process.execPath, join(import.meta.dir, "../../src/main.ts")]
  const program = process.env["CHAT_BINARY"] ? [resolve(process.env["CHAT_BINARY"])] : source
  writeFileSync(join(bin, "chat"), shim(program), { mode: 0o755 })
  writeFileSync(join(bin, "gen-certs"), shim([join(import.meta.dir, "../../scripts/gen-certs")]), {
    mode: 0o755,
  })
  const env = {
    PATH: `${bin}:${process.env["PATH"]}`,
    HOME: home,
    TZ: "UTC",
    LC_ALL: "C.UTF-8",
    NO_COLOR: "1",
  }
  return {
    play(step: Step) {
      const { exitCode, stdout, stderr } = Bun.spawnSync(["sh", "-c", step.command], { cwd: home, env })
      return { exitCode, stdout: String(stdout), stderr: String(stderr) }
    },
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  }
}

function shim(command: readonly string[]): string {
  return `#!/bin/sh\nexec ${command.map((word) => `'${word}'`).join(" ")} "$@"\n`
}

/** What was printed, with `…` in the place of what the script leaves open: equal to the script's own text, or not. */
export function seenAs(expected: readonly string[], printed: string): string {
  const text = expected.map((line) => `${line}\n`).join("")
  const pattern = expected.map((line) =>
    line === "…" ? "(?:.*\\n)*" : `${RegExp.escape(line).replaceAll("…", ".*")}\\n`,
  )
  return new RegExp(`^${pattern.join("")}$`).test(printed) ? text : printed
}
