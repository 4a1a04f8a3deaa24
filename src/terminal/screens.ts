// Where lines come from and go to: plain streams, or a terminal with a prompt that incoming lines do not trample.

import { type Interface, createInterface, moveCursor, clearScreenDown, cursorTo } from "node:readline"
import { printable } from "../protocol/printable.ts"
import { BRACKETED_PASTE_OFF, BRACKETED_PASTE_ON, Gathering } from "./paste.ts"
import { Secrets } from "./secrets.ts"
import type { Printed } from "./words.ts"
import { wrapped } from "./wrap.ts"

export interface Screen {
  print(line: Printed): void
  /** Lines typed, one each, or all those of a paste, until the end of input. */
  lines(): AsyncIterable<readonly string[]>
  /** Shows where typed text goes. */
  prompt(target: string | undefined): void
  /** Shows whether it has to wait for a connection. */
  offline(is: boolean): void
  /** Asks for lines that nobody sees, nor finds again; fewer than that, or none, where there is no terminal, or it is closed. */
  secrets(whats: readonly string[]): Promise<readonly string[]>
  close(): void
}

type Streams = Pick<NodeJS.Process, "stdin" | "stdout" | "stderr">

/** No byte but those of the lines, and a bell where there is a terminal to ring. */
export function plainScreen({ stdin, stdout, stderr }: Streams): Screen {
  let readline: Interface | undefined
  const secrets = new Secrets((text) => stderr.write(text))
  return {
    print({ stream, text, bell, indent = BELOW_TIME }) {
      if (stream === "out") stdout.write(`${text}\n${bell && stdout.isTTY ? "\x07" : ""}`)
      else stderr.write(`${stderr.isTTY ? wrapped(text, columnsOf(stderr), indent) : text}\n`)
    },
    // Not before somebody listens: lines that came earlier would be lost.
    async *lines() {
      readline = createInterface({ input: stdin, terminal: false, crlfDelay: Infinity })
      for await (const line of readline) if (!secrets.take(line)) yield [line]
      secrets.end()
    },
    prompt() {},
    offline() {},
    async secrets(whats) {
      if (!stdin.isTTY) return []
      // Without this the terminal itself would show them.
      stdin.setRawMode(true)
      const lines = await secrets.ask(whats)
      stdin.setRawMode(false)
      return lines.map(mended)
    },
    close() {
      readline?.close()
      release(stdin)
    },
  }
}

/** A prompt, history and completion; what comes in is written above what is being typed. */
export function promptScreen(
  { stdin, stdout, stderr }: Streams,
  complete: (line: string) => [string[], string],
  interrupted: () => void,
): Screen {
  const secrets = new Secrets((text) => stdout.write(text))
  const readline = createInterface({
    input: stdin,
    // What is typed is shown by readline alone.
    output: shownUnless(stdout, () => secrets.what !== undefined),
    terminal: true,
    completer: complete,
    historySize: 500,
  })
  // Taken at once, so that what is typed before the first channel is open is kept.
  const typed = new Gathering()
  let open = true
  let to = ""
  let isOffline = false
  let shown: string | undefined
  readline.on("SIGINT", interrupted)
  readline.on("line", (line) => {
    if (secrets.take(line)) forget(readline, line)
    else typed.line(line)
  })
  readline.on("close", () => {
    // At the end of the input; what is said from here on begins its line.
    if (open) erase()
    open = false
    secrets.end()
    stdout.write(BRACKETED_PASTE_OFF)
    typed.end()
  })
  stdin.on("keypress", (_, key?: { readonly name?: string }) => {
    if (key?.name === "paste-start") typed.pasteBegins()
    if (key?.name === "paste-end") typed.pasteEnds(readline.line)
  })
  stdout.write(BRACKETED_PASTE_ON)
  function erase() {
    if (secrets.what === undefined) moveCursor(stdout, 0, -readline.getCursorPos().rows)
    cursorTo(stdout, 0)
    clearScreenDown(stdout)
  }
  function ask() {
    const text = `${to}${isOffline ? " (offline)" : ""}> `
    if (!open || text === shown || secrets.what !== undefined) return
    shown = text
    readline.setPrompt(text)
    erase()
    readline.prompt(true)
  }
  return {
    print({ stream, text, bell, indent = BELOW_TIME }) {
      if (stream === "err" && !stderr.isTTY) return void stderr.write(`${text}\n`)
      if (open) erase()
      // What somebody said is left to the terminal, so that it can be copied as it was.
      const lines = stream === "err" ? wrapped(text, columnsOf(stdout), indent) : text
      stdout.write(`${lines}\n${bell ? "\x07" : ""}`)
      if (secrets.what !== undefined) stdout.write(secrets.what)
      else if (open) readline.prompt(true)
    },
    async *lines() {
      for await (const lines of typed.groups()) {
        // The echo will show them: what was typed makes room for it.
        for (const line of lines) eraseTyped(stdout, Bun.stringWidth(readline.getPrompt() + line))
        readline.prompt(true)
        yield lines
      }
    },
    prompt(target) {
      to = printable(target ?? "")
      ask()
    },
    offline(is) {
      isOffline = is
      ask()
    },
    async secrets(whats) {
      if (!open) return []
      erase()
      const lines = await secrets.ask(whats)
      if (open) readline.prompt(true)
      return lines
    },
    close() {
      if (!open) return
      erase()
      open = false
      readline.close()
      release(stdin)
    },
  }
}

/** A terminal that is still being read would keep the process alive. */
function release(stdin: Streams["stdin"]) {
  stdin.pause()
  stdin.unref?.()
}

/** A terminal whose every other property is its own. */
function shownUnless(stdout: NodeJS.WriteStream, isSecret: () => boolean): NodeJS.WriteStream {
  return new Proxy(stdout, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== "function") return value
      return name === "write" && isSecret() ? () => true : value.bind(target)
    },
  })
}

/** The arrow keys do not bring it back. */
function forget(readline: Interface, line: string) {
  const { history } = readline as Interface & { history?: string[] }
  if (history?.[0] === line) history.shift()
}

/** A line as a terminal would have mended it: Backspace, Ctrl+U; Ctrl+C gives it up. */
function mended(typed: string): string {
  let line = ""
  for (const key of typed) {
    if (key === "\x03" || key === "\x15") line = ""
    else if (key === "\x7f" || key === "\b") line = [...line].slice(0, -1).join("")
    else line += key
  }
  return line
}

/** Columns of `HH:MM `. */
const BELOW_TIME = 6
/** Of a terminal that does not say how wide it is. */
const COLUMNS_DEFAULT = 80

function columnsOf(terminal: NodeJS.WriteStream): number {
  return terminal.columns || COLUMNS_DEFAULT
}

function eraseTyped(stdout: NodeJS.WriteStream, columns: number) {
  const rows = Math.floor(columns / columnsOf(stdout)) + 1
  moveCursor(stdout, 0, -rows)
  cursorTo(stdout, 0)
  clearScreenDown(stdout)
}
