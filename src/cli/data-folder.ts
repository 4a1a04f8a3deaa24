// Where the commands that look after a server find its data: --data, CHAT_DATA, or the default.

import { type DataDirectory, dataDirectory, defaultDataDirectory } from "../storage/data-directory.ts"

export const DATA = { type: "string", valueHint: "DIR", description: "the server's data directory" } as const

export function dataFolder(data: string | undefined): DataDirectory {
  return dataDirectory(data ?? (process.env["CHAT_DATA"] || defaultDataDirectory()))
}
