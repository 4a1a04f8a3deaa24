// chat serve as an operator meets it: what it makes, what it refuses, how it ends. Run from source.

import { afterAll, expect, test } from "bun:test"
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { askAdmin } from "../../src/server/admin-client.ts"
import { testAuthority } from "../support/certificates.ts"

const MAIN = join(import.meta.dir, "..", "..", "src", "main.ts")
const folder = mkdtempSync(join(tmpdir(), "chat-serve-"))
afterAll(() => rmSync(folder, { recursive: true }))

test("the first run makes what is needed and says so; the second says three lines; each ends with 0", async () => {
  const data = join(folder, "first")
  const first = await started("--data", data)
  expect(first.text).toMatch(/first run/)
  expect(first.text).toMatch(/six words: {2}([a-z]+-){5}[a-z]+\n/)
  expect(first.text).toContain("chat invite alice --data ")
  expect(statSync(join(data, "authority", "ca.key")).mode & 0o777).toBe(0o600)
  expect(await first.stop()).toBe(0)
  const second = await started("--data", data)
  expect(second.text.trimEnd().split("\n")).toHaveLength(3)
  expect(await askAdmin(join(data, "admin.sock"), { do: "stop" })).toMatchObject({ ok: true })
  expect(await second.exited).toBe(0)
  expect(existsSync(join(data, "admin.sock"))).toBe(false)
})

test("a second server on the same data is refused; so is one on the same port", async () => {
  const data = join(folder, "taken")
  const one = await started("--data", data)
  expect(await ended("--data", data, "--listen", "127.0.0.1:0")).toEqual({
    code: 78,
    error: expect.stringMatching(/in use by another chat server/),
  })
  const other = await ended("--data", join(folder, "other"), "--listen", `127.0.0.1:${one.port}`)
  expect(other).toEqual({
    code: 78,
    error: expect.stringMatching(/the port is in use by another program\nchat: hint: /),
  })
  expect(await one.stop()).toBe(0)
})

test("--check says what would be refused, and changes nothing", async () => {
  using authority = await testAuthority()
  const { certPath, keyPath } = await authority.issueServer()
  const check = (...flags: string[]) => ended("--check", "--data", join(folder, "none"), ...flags)
  expect(await check()).toMatchObject({ code: 0 })
  expect(await check("--cert", certPath)).toMatchObject({ code: 0 })
  const config = join(folder, "chat.toml")
  writeFileSync(config, "[server]\nacess = 1\n")
  expect(await check("--config", config)).toMatchObject({
    code: 78,
    error: expect.stringMatching(/line 2.*\n.*did you mean access/),
  })
  const stranger = await authority.issueServer(["localhost"], { file: "stranger" })
  expect(await check("--cert", certPath, "--key", stranger.keyPath)).toMatchObject({
    code: 78,
    error: expect.stringMatching(/does not belong/),
  })
  chmodSync(keyPath, 0o644)
  expect(await check("--cert", certPath)).toMatchObject({
    code: 78,
    error: expect.stringMatching(/hint: chmod 600/),
  })
  expect(await check("--cert", join(folder, "nowhere.pem"))).toMatchObject({
    code: 78,
    error: expect.stringMatching(/no such file/),
  })
  expect(await check("--log-format", "xml")).toMatchObject({ code: 2 })
  expect(existsSync(join(folder, "none"))).toBe(false)
})

test("SIGHUP reads everything again, and a mistake leaves everything as it was", async () => {
  const data = join(folder, "reload")
  const one = await started("--data", data, "--log-format", "json")
  writeFileSync(join(data, "chat.toml"), "[server]\nacess = 1\n")
  one.child.kill("SIGHUP")
  await one.says(/reload failed/)
  writeFileSync(join(data, "chat.toml"), '[server]\naccess = "open"\n')
  one.child.kill("SIGHUP")
  await one.says(/were read again/)
  expect(await one.stop()).toBe(0)
})

async function started(...flags: string[]) {
  const child = spawn("--listen", "127.0.0.1:0", ...flags)
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader()
  let text = ""
  const says = async (pattern: RegExp) => {
    while (!pattern.test(text)) {
      const { value, done } = await reader.read()
      if (done) throw new Error(`it ended and said:\n${text}${await new Response(child.stderr).text()}`)
      text += value
    }
  }
  await says(/ready|"listening"/)
  const port = Number(/127\.0\.0\.1:(\d+)/.exec(text)?.[1] ?? 0)
  const stop = () => {
    child.kill("SIGTERM")
    return child.exited
  }
  return { child, text, port, says, stop, exited: child.exited }
}

async function ended(...flags: string[]) {
  const child = spawn(...flags)
  const error = await new Response(child.stderr).text()
  return { code: await child.exited, error }
}

function spawn(...flags: string[]) {
  const env = { PATH: process.env["PATH"] ?? "", HOME: folder, XDG_DATA_HOME: join(folder, "xdg") }
  return Bun.spawn([process.execPath, MAIN, "serve", ...flags], {
    env,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  })
}
