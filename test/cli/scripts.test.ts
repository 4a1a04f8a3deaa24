// Plays every script in this folder: see script.ts for how they are written.

import { describe, expect, test } from "bun:test"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { readScript, seenAs, workshop } from "./script.ts"

describe.each(readdirSync(import.meta.dir).filter((name) => name.endsWith(".txt")))("%s", (name) => {
  test("does as it says", () => {
    using shop = workshop()
    for (const step of readScript(readFileSync(join(import.meta.dir, name), "utf8"))) {
      const { exitCode, stdout, stderr } = shop.play(step)
      const seen = { exitCode, stdout: seenAs(step.stdout, stdout), stderr: seenAs(step.stderr, stderr) }
      expect({ at: `${name}:${step.line}`, ...seen }).toEqual({
        at: `${name}:${step.line}`,
        exitCode: step.exitCode,
        stdout: step.stdout.map((line) => `${line}\n`).join(""),
        stderr: step.stderr.map((line) => `${line}\n`).join(""),
      })
    }
  })
})
