// Where the commands that make certificates look for the authority: a folder that is named (--out), that of a server's own
// authority (--data), else certs/ here.

import { existsSync } from "node:fs"
import { join } from "node:path"
import { shellWord } from "../authority/private-file.ts"
import { makeDataDirectory } from "../storage/data-directory.ts"
import { EXIT, UserError } from "../user-error.ts"
import { DATA, dataFolder } from "./data-folder.ts"

const OUT = {
  type: "string",
  valueHint: "DIR",
  description: "the authority's folder (default: certs)",
} as const

/** The flags of a command that makes an authority, or what only `chat serve --cert` uses. */
export const OUT_OR_DATA = {
  out: OUT,
  data: { ...DATA, description: "in place of --out: the data directory of the server whose authority it is" },
} as const

/** The flags of a command that finds the authority of `chat serve` by itself. */
export const OUT_OR_OWN = {
  ...OUT_OR_DATA,
  out: { ...OUT, description: "the authority's folder (default: certs, else that of chat serve)" },
} as const

export interface FolderFlags {
  readonly out?: string | undefined
  readonly data?: string | undefined
}

/** The folder given, else certs/, else the one in which `chat serve` keeps an authority of its own. */
export function authorityFolder(flags: FolderFlags): string {
  const out = folderToFill(flags)
  if (flags.data !== undefined) return out
  const kept = dataFolder(undefined).authority
  return !existsSync(join(out, "ca.pem")) && existsSync(join(kept, "ca.pem")) ? kept : out
}

/** The folder given, else certs/. */
export function folderToFill({ out, data }: FolderFlags): string {
  if (data === undefined) return out ?? "certs"
  if (out === undefined) return dataFolder(data).authority
  throw new UserError("--out and --data both name the authority's folder", {
    hint: `--data ${shellWord(data)} means --out ${shellWord(dataFolder(data).authority)}: give one of them`,
    exitCode: EXIT.usage,
  })
}

/** The same flags for the next command. */
export function inFolder({ out, data }: FolderFlags): string {
  const [flag, folder] = out === undefined ? ["--data", data] : ["--out", out]
  return folder === undefined ? "" : ` ${flag} ${shellWord(folder)}`
}

/** A data directory that `chat serve` will accept, before anything is made in it. */
export function closeData({ data }: FolderFlags): void {
  if (data !== undefined) makeDataDirectory(data)
}
