// chat backup: a safety copy of a data directory in one file, whether its server runs or not.

import { resolve } from "node:path"
import { inertJson, printable } from "../protocol/printable.ts"
import { type Manifest, writtenBytes } from "../storage/backup.ts"
import { EXIT, type ExitCode, UserError } from "../user-error.ts"
import { doInThread } from "./chores.ts"
import { cliCommand } from "./command.ts"
import { DATA, dataFolder } from "./data-folder.ts"

const PROGRESS_EVERY_MS = 500

export const backup = cliCommand({
  name: "backup",
  operands: "FILE",
  summary: "make a safety copy of a server's data in one file, while it runs",
  examples: [
    ["chat backup monday.tar", "everything that a restore needs, keys too: keep it as safe as the server"],
    ["chat backup --data /srv/chat monday.tar", "of a server whose data are elsewhere"],
    ["chat restore monday.tar --data DIR", "brings it back"],
  ],
  flags: {
    json: { type: "boolean", description: "one JSON object instead of words" },
    data: DATA,
  },
  operandsMax: 1,
  async run({ flags, positionals: [file] }): Promise<ExitCode> {
    if (file === undefined) {
      throw new UserError("into which file?", { hint: "chat backup monday.tar", exitCode: EXIT.usage })
    }
    const directory = dataFolder(flags.data)
    const path = resolve(file)
    const endProgress = flags.json ? () => {} : showProgress(path)
    const manifest = await doInThread({ do: "backup", data: directory.path, file: path }).finally(endProgress)
    process.stdout.write(
      `${flags.json ? inertJson({ file: path, ...manifest, v: 1 }) : words(path, manifest)}\n`,
    )
    return EXIT.done
  },
})

function words(path: string, { seq, files }: Manifest): string {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  return `  backup  ${printable(path)}  ${seq} events, ${files.length} files, ${sizeOf(bytes)}`
}

/** On a terminal only: in a log of cron it would be noise. */
function showProgress(path: string): () => void {
  if (!process.stderr.isTTY) return () => {}
  const timer = setInterval(() => {
    process.stderr.write(`\r\x1b[K  ${sizeOf(writtenBytes(path))} written`)
  }, PROGRESS_EVERY_MS)
  return () => {
    clearInterval(timer)
    process.stderr.write("\r\x1b[K")
  }
}

function sizeOf(bytes: number): string {
  return bytes < 1e5 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`
}
