// chat restore: a data directory from a backup.

import { printable } from "../protocol/printable.ts"
import { restore as restoreFrom } from "../storage/restore.ts"
import { clock, day } from "../terminal/clock.ts"
import { EXIT, type ExitCode, UserError } from "../user-error.ts"
import { cliCommand } from "./command.ts"
import { DATA, dataFolder } from "./data-folder.ts"

export const restore = cliCommand({
  name: "restore",
  operands: "FILE",
  summary: "bring a server's data back from a backup; the server is stopped then",
  examples: [
    ["chat restore monday.tar", "into the usual data directory, if it is empty"],
    ["chat restore monday.tar --force", "what is there is kept aside, in before-DATE"],
    [
      "chat restore monday.tar --data /tmp/drill",
      "a drill: chat serve --data /tmp/drill shows that it works",
    ],
  ],
  flags: {
    data: { ...DATA, description: "the data directory to fill" },
    force: { type: "boolean", description: "also if it is not empty; what is there is kept aside" },
  },
  operandsMax: 1,
  run({ flags, positionals: [file] }): ExitCode {
    if (file === undefined) {
      throw new UserError("from which file?", { hint: "chat restore monday.tar", exitCode: EXIT.usage })
    }
    const { path } = dataFolder(flags.data)
    const { manifest, aside } = restoreFrom(file, path, flags.force ?? false)
    const { made, seq, files } = manifest
    const at = Date.parse(made)
    process.stdout.write(
      `  restored  ${printable(path)}\n` +
        `            ${seq} events as of ${day(at)} ${clock(at)}, ${files.length} files checked\n`,
    )
    if (aside !== undefined)
      process.stdout.write(`  kept      ${printable(aside)}\n            what was there before\n`)
    return EXIT.done
  },
})
