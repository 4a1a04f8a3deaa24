// The one file: what it says of itself, and that the folder it is run from cannot change it.

import { afterAll, expect, test } from "bun:test"
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import manifest from "../../package.json"
import { chat } from "../support/program.ts"

const home = mkdtempSync(join(tmpdir(), "chat-executable-"))
afterAll(() => rmSync(home, { recursive: true, force: true }))

test("--version prints version and commit", async () => {
  const { stdout, exitCode } = await chat(["--version"], { home })
  expect(exitCode).toBe(0)
  expect(stdout).toMatch(new RegExp(`^chat ${manifest.version} \\(([0-9a-f]{12}|[a-z]+)\\)\\n$`))
})

test("--help lists every command, and each command's help begins with how it is used", async () => {
  const { stdout } = await chat(["--help"], { home })
  for (const name of ["serve", "connect", "send", "tail", "certs", "admin"]) {
    expect(stdout).toContain(`  ${name}`)
    const { stdout: help, exitCode } = await chat([name, "--help"], { home })
    expect([exitCode, help.split("\n")[0]]).toEqual([
      0,
      expect.stringMatching(new RegExp(`^chat ${name}\\b`)),
    ])
    expect((await chat(["help", name], { home })).stdout).toBe(help)
  }
})

test("a .env, a bunfig.toml with a preload, a tsconfig and a package.json planted beside it do nothing", async () => {
  const planted = join(home, "planted.ts")
  writeFileSync(planted, `require("node:fs").writeFileSync(${JSON.stringify(join(home, "ran"))}, "")`)
  writeFileSync(join(home, "bunfig.toml"), `preload = ["./planted.ts"]\n[test]\npreload = ["./planted.ts"]\n`)
  writeFileSync(
    join(home, ".env"),
    "CHAT_ACCESS=nonsense\nCHAT_LISTEN=nonsense\nBUN_OPTIONS=--preload=./planted.ts\n",
  )
  writeFileSync(join(home, "package.json"), `{"name":"planted","main":"./planted.ts"}`)
  writeFileSync(join(home, "tsconfig.json"), `{"compilerOptions":{"paths":{"*":["./planted.ts"]}}}`)
  const { stdout, stderr, exitCode } = await chat(["serve", "--check"], { home, cwd: home })
  // CHAT_ACCESS=nonsense would be refused if it had been read.
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" })
  expect(stdout).toStartWith("all is well: ")
  expect(existsSync(join(home, "ran"))).toBe(false)
})

test("the environment itself is read, and a mistake in it is named", async () => {
  const { stderr, exitCode } = await chat(["serve", "--check"], { home, env: { CHAT_ACCESS: "nonsense" } })
  expect(exitCode).toBe(78)
  expect(stderr).toMatch(/^chat: error: [^\n]*CHAT_ACCESS[^\n]*\nchat: hint: [^\n]+\n$/)
})
