// What is really in the files of a data directory, whatever SQLite says.

import { readdirSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"

/** The names of the files that hold these bytes. */
export function filesWith(directory: string, text: string): string[] {
  return filesOf(directory).filter((path) => readFileSync(path).includes(text))
}

function filesOf(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .map((name) => join(directory, name))
    .filter((path) => statSync(path).isFile())
}
