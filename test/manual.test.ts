// The manual's tables are those of the code. `scripts/manual` (or `bun run check --rewrite`) writes them anew.

import { expect, test } from "bun:test"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { withTables } from "./support/manual.ts"

test("the manual's tables are those of the code", () => {
  const path = join(import.meta.dir, "../docs/MANUAL.md")
  const manual = readFileSync(path, "utf8")
  const made = withTables(manual)
  if (process.env.CHAT_REWRITE === "1") writeFileSync(path, made)
  else expect(manual, "scripts/manual writes the tables anew").toBe(made)
})
