// Terminals that tests type into and read: a tmux server of their own, a window a program.

import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { environment } from "./program.ts"
import { until, WITHIN_MS } from "./until.ts"

const COLUMNS = 110
const ROWS = 40
const HISTORY_LINES = 2000

// For windows to come: they stay when their program has ended.
const SETTINGS = ["set", "-g", "remain-on-exit", "on", ";", "set", "-g", "history-limit", `${HISTORY_LINES}`]
const PREPARE = ["start-server", ";", ...SETTINGS, ";"]

// tmux 3.3 forgets some exit codes, so the window itself says how its program ended.
const SAY_HOW_IT_ENDS = ["sh", "-c", `trap : INT; "$@"; printf '\\n[ended %s]\\n' $?`, "sh"]
const ENDED = /^\[ended (\d+)\]$/m

export interface WindowOptions {
  readonly home: string
  readonly env?: Readonly<Record<string, string>>
  /** A file that every byte is copied to which the program writes to its terminal. */
  readonly record?: string
}

/** A tmux server in a folder of its own, so that it meets neither the developer's nor another test's. */
export class Tmux {
  readonly #folder = mkdtempSync(join(tmpdir(), "chat-tmux-"))
  #hasSession = false

  /** Runs a program in a new window, which stays when the program has ended. */
  open(command: readonly string[], options: WindowOptions): Window {
    const size = ["-x", `${COLUMNS}`, "-y", `${ROWS}`]
    const create = this.#hasSession ? ["new-window"] : [...PREPARE, "new-session", "-d", ...size]
    const variables = Object.entries(environment(options.home, { TERM: "tmux-256color", ...options.env }))
    const bare = ["env", "-i", ...variables.map(([name, value]) => `${name}=${value}`)]
    const program = [...bare, ...SAY_HOW_IT_ENDS, ...command]
    const record = options.record === undefined ? [] : [";", "pipe-pane", "-O", `cat > '${options.record}'`]
    const id = this.run(...create, "-P", "-F", "#{pane_id}", "-c", options.home, "--", ...program, ...record)
    this.#hasSession = true
    return new Window(this, id.trim())
  }

  /** One tmux command; what it printed. */
  run(...args: string[]): string {
    const command = ["tmux", "-L", "chat", "-f", "/dev/null", ...args]
    const env = { ...environment(this.#folder), TMUX_TMPDIR: this.#folder }
    const { exitCode, stdout, stderr } = Bun.spawnSync(command, { env, stdout: "pipe", stderr: "pipe" })
    if (exitCode !== 0) throw new Error(`${command.join(" ")}: ${stderr.toString()}`)
    return stdout.toString()
  }

  [Symbol.dispose]() {
    if (this.#hasSession) this.run("kill-server")
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

export class Window {
  readonly #tmux: Tmux
  readonly #id: string

  constructor(tmux: Tmux, id: string) {
    this.#tmux = tmux
    this.#id = id
  }

  /** Types text as it is. */
  type(text: string) {
    this.#tmux.run("send-keys", "-t", this.#id, "-l", "--", text)
  }

  /** Presses keys by tmux's names: `Enter`, `Tab`, `C-c`. */
  press(...keys: string[]) {
    this.#tmux.run("send-keys", "-t", this.#id, ...keys)
  }

  /** Types a line and Enter. */
  say(text: string) {
    this.type(text)
    this.press("Enter")
  }

  /** Pastes text, as terminals do that tell programs of it. */
  paste(text: string) {
    this.#tmux.run("set-buffer", "--", text, ";", "paste-buffer", "-p", "-t", this.#id)
  }

  /** What can be seen, and what scrolled away before it; wrapped lines are whole. */
  text(): string {
    return this.#tmux.run("capture-pane", "-p", "-J", "-S", `-${HISTORY_LINES}`, "-t", this.#id)
  }

  /** Resolves when the text fits. */
  async shows(pattern: RegExp, withinMs = WITHIN_MS): Promise<void> {
    await until(
      () => pattern.test(this.text()),
      () => `${pattern} to be shown in\n${this.text().trimEnd()}`,
      withinMs,
    )
  }

  /** How often the pattern can be seen; it must be global. */
  count(pattern: RegExp): number {
    return this.text().match(pattern)?.length ?? 0
  }

  /** The process id of the program. */
  get pid(): number {
    const shell = this.#tmux.run("display-message", "-p", "-t", this.#id, "#{pane_pid}").trim()
    return Number(readFileSync(`/proc/${shell}/task/${shell}/children`, "latin1").trim())
  }

  /** The program's exit code, when it has ended. */
  async exitCode(withinMs = WITHIN_MS): Promise<number> {
    const code = await until(
      () => ENDED.exec(this.text())?.[1],
      () => `the program to end; it shows\n${this.text().trimEnd()}`,
      withinMs,
    )
    return Number(code)
  }
}
