// What this build is: version and commit are written in by the build; from source they are looked up.

import manifest from "../../package.json"

declare const CHAT_COMMIT: string | undefined

export const VERSION: string = manifest.version

/** What a snapshot is taken by and for. */
export const PROGRAM = `${versionText()} Bun ${Bun.version}`

/** `chat 0.1.0 (1a2b3c4d5e6f)`. */
export function versionText(): string {
  const commit = typeof CHAT_COMMIT === "string" ? CHAT_COMMIT : "from source"
  return `chat ${VERSION} (${commit})`
}
