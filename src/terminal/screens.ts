// Where lines come from and go to: plain streams, or a terminal with a prompt that incoming lines do not trample.

import { type Interface, createInterface, moveCursor, clearScreenDown, cursorTo } from "node:readline"
import { printable } from "../protocol/printable.ts"
import { BRACKETED_PASTE_OFF, BRACKETED_PASTE_ON, Gathering } from "./paste.ts"
import type { Printed } from "./words.ts"

export interface Screen {
  print(line: Printed): void
  /** Lines typed, one each, or all those of a paste, until the end of input. */
  lines(): AsyncIterable<readonly string[]>
  /** Shows where typed text goes. */
  prompt(target: string | undefined): void
  close(): void
}

type Streams = Pick<NodeJS.Process, "stdin" | "stdout" | "stderr">

/** No byte but those of the lines, and a bell where there is a terminal to ring. */
export function plainScreen({ stdin, stdout, stderr }: Streams): Screen {
  let readline: Interface | undefined
  return {
    print({ stream, text, bell }) {
      if (stream === "out") stdout.write(`${text}\n${bell && stdout.isTTY ? "\x07" : ""}`)
      else stderr.write(`${text}\n`)
    },
    // Not before somebody listens: lines that came earlier would be lost.
    async *lines() {
      readline = createInterface({ input: stdin, terminal: false, crlfDelay: Infinity })
      for await (const line of readline) yield [line]
    },
    prompt() {},
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
  const readline = createInterface({
    input: stdin,
    output: stdout,
    terminal: true,
    completer: complete,
    historySize: 500,
  })
  // Taken at once, so that what is typed before the first channel is open is kept.
  const typed = new Gathering()
  let open = true
  let shown: string | undefined
  readline.on("SIGINT", interrupted)
  readline.on("line", (line) => typed.line(line))
  readline.on("close", () => {
    open = false
    stdout.write(BRACKETED_PASTE_OFF)
    typed.end()
  })
  stdin.on("keypress", (_, key?: { readonly name?: string }) => {
    if (key?.name === "paste-start") typed.pasteBegins()
    if (key?.name === "paste-end") typed.pasteEnds(readline.line)
  })
  stdout.write(BRACKETED_PASTE_ON)
  function erase() {
    moveCursor(stdout, 0, -readline.getCursorPos().rows)
    cursorTo(stdout, 0)
    clearScreenDown(stdout)
  }
  return {
    print({ stream, text, bell }) {
      if (stream === "err" && !stderr.isTTY) return void stderr.write(`${text}\n`)
      if (open) erase()
      stdout.write(`${text}\n${bell ? "\x07" : ""}`)
      if (open) readline.prompt(true)
    },
    async *lines() {
      for await (const lines of typed.groups()) {
        // The echo will show them: what was typed makes room for it.
        for (const line of lines) eraseTyped(stdout, readline.getPrompt().length + line.length)
        readline.prompt(true)
        yield lines
      }
    },
    prompt(target) {
      const text = `${printable(target ?? "")}> `
      if (!open || text === shown) return
      shown = text
      readline.setPrompt(text)
      erase()
      readline.prompt(true)
    },
    close() {
      if (!open) return
      erase()
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

/** Of a terminal that does not say how wide it is. */
const COLUMNS_DEFAULT = 80

function eraseTyped(stdout: NodeJS.WriteStream, characters: number) {
  const rows = Math.floor(characters / (stdout.columns || COLUMNS_DEFAULT)) + 1
  moveCursor(stdout, 0, -rows)
  cursorTo(stdout, 0)
  clearScreenDown(stdout)
}
