// Every transcript goes as it is written. `bun run check --rewrite` writes them as they went, for review as a diff.

import { expect, test } from "bun:test"
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { play } from "./support/transcript.ts"

const folder = join(import.meta.dir, "transcripts")

for (const file of readdirSync(folder).toSorted()) {
  test(`transcript ${file}`, () => {
    const path = join(folder, file)
    const script = readFileSync(path, "utf8")
    const played = play(script)
    if (process.env.CHAT_REWRITE === "1") writeFileSync(path, played)
    else expect(played).toBe(script)
  })
}
