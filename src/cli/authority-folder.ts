// Where the commands that make certificates look for the authority.

import { existsSync } from "node:fs"
import { join } from "node:path"
import { dataDirectory, defaultDataDirectory } from "../storage/data-directory.ts"

export const OUT = {
  type: "string",
  valueHint: "DIR",
  description: "the authority's folder (default: certs)",
} as const

export const OUT_OR_OWN = {
  ...OUT,
  description: "the authority's folder (default: certs, else that of chat serve)",
} as const

/** The folder given, else certs/, else the one in which `chat serve` keeps an authority of its own. */
export function authorityFolder(out = "certs"): string {
  const data = process.env["CHAT_DATA"] || defaultDataDirectory()
  const kept = dataDirectory(data).authority
  return !existsSync(join(out, "ca.pem")) && existsSync(join(kept, "ca.pem")) ? kept : out
}
