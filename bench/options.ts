// The command line of `bun run bench`.
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"

const USAGE = `usage: bun run bench [--quick] [--only NAME]... [--repeat N] [--chat PROGRAM] [--no-chat]
                     [--server 'NAME=COMMAND']... [--dir DIR] [--json] [--list]
  --quick     one short round: shows that everything works, and figures only roughly
  --only      only this test, or those whose names begin so; may be repeated
  --repeat    rounds of each test (5)
  --chat      how to start chat (dist/chat), for example 'bun src/main.ts'
  --server    another server; its command may use {port} {plain} {cert} {key} {dir} and {file:TEMPLATE}
  --dir       where the servers keep their data (the system's folder for temporary files)
  --json      print all rounds as JSON instead of the table
  --list      list the tests

bun bench/engine.ts measures the engine alone, command by command.
bun bench/site.ts measures a server with a long log, over the wire.
`

const OPTIONS = {
  quick: { type: "boolean", default: false },
  only: { type: "string", multiple: true, default: [] as string[] },
  repeat: { type: "string" },
  chat: { type: "string", default: join(import.meta.dirname, "../dist/chat") },
  "no-chat": { type: "boolean", default: false },
  server: { type: "string", multiple: true, default: [] as string[] },
  dir: { type: "string", default: tmpdir() },
  json: { type: "boolean", default: false },
  list: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const

/** Reads the command line, or ends with 2 and says what it cannot read. */
export function readFlags() {
  try {
    const flags = parseArgs({ options: OPTIONS }).values
    if (flags.repeat && !/^[1-9]\d?$/.test(flags.repeat)) throw new Error("--repeat is a number from 1 to 99")
    return { flags, usage: USAGE }
  } catch (error) {
    process.stderr.write(`bench: ${(error as Error).message}\n${USAGE}`)
    process.exit(2)
  }
}
