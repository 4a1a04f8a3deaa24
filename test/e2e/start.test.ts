// A server that cannot start says why in one line, what to do in another, and ends with 78 (or 2) before it listens.

import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { chat } from "../support/program.ts"
import { startServer, type TestServer } from "../support/server.ts"

let server: TestServer
let certificate: string
beforeAll(async () => {
  server = await startServer()
  certificate = (await server.authority.issueServer()).certPath
})
afterAll(() => server[Symbol.asyncDispose]())

let runs = 0

/** `chat serve` on a data directory of its own. */
function serve(...flags: string[]) {
  const home = server.home(`start${++runs}`)
  const access = flags.includes("--access") ? [] : ["--access", "open"]
  return chat(["serve", "--listen", "127.0.0.1:0", ...access, ...flags], { home })
}

/** Copies of the server's certificate and key, to be spoilt. */
function copies(name: string) {
  const [cert, key] = [join(server.folder, `${name}.pem`), join(server.folder, `${name}.key`)]
  copyFileSync(certificate, cert)
  copyFileSync(certificate.replace(/pem$/, "key"), key)
  chmodSync(key, 0o600)
  return { cert, key }
}

const ONE_ERROR_ONE_HINT = /^chat: error: [^\n]+\nchat: hint: [^\n]+\n$/

describe.concurrent("refused before it listens, 78", () => {
  test("a private key that others can read", async () => {
    const { cert, key } = copies("public")
    chmodSync(key, 0o644)
    const ended = await serve("--cert", cert)
    expect(ended).toMatchObject({ exitCode: 78, stdout: "" })
    expect(ended.stderr).toMatch(ONE_ERROR_ONE_HINT)
    expect(ended.stderr).toContain(key)
    expect(ended.stderr).toContain(`chat: hint: chmod 600 ${key}\n`)
    // What the hint says mends it: the next run is a server.
    chmodSync(key, 0o600)
    expect((await serve("--cert", cert, "--check")).exitCode).toBe(0)
  })

  test("a key that the group can read is no reason", async () => {
    const { cert, key } = copies("group")
    chmodSync(key, 0o640)
    expect((await serve("--cert", cert, "--check")).exitCode).toBe(0)
  })

  test("a port in use", async () => {
    const ended = await serve("--cert", certificate, "--listen", `127.0.0.1:${server.port}`)
    expect(ended).toMatchObject({ exitCode: 78, stdout: "" })
    expect(ended.stderr).toMatch(ONE_ERROR_ONE_HINT)
    expect(ended.stderr).toContain(`127.0.0.1:${server.port}`)
    expect(ended.stderr).toContain("in use")
  })

  test("a data directory that another server holds", async () => {
    const ended = await serve("--cert", certificate, "--data", server.data)
    expect(ended).toMatchObject({ exitCode: 78, stdout: "" })
    expect(ended.stderr).toMatch(ONE_ERROR_ONE_HINT)
    expect(ended.stderr).toContain(server.data)
    expect((await server.status()).users).toBe(0)
  })

  test("a data directory that is a file", async () => {
    const ended = await serve("--cert", certificate, "--data", certificate)
    expect(ended).toMatchObject({ exitCode: 78, stdout: "" })
    expect(ended.stderr).toMatch(ONE_ERROR_ONE_HINT)
  })

  test("a data directory with other files in it that others can read", async () => {
    const home = join(server.folder, "shared")
    mkdirSync(home, { mode: 0o755 })
    writeFileSync(join(home, "thesis.txt"), "42")
    const ended = await serve("--cert", certificate, "--data", home)
    expect(ended).toMatchObject({ exitCode: 78, stdout: "" })
    expect(ended.stderr).toMatch(ONE_ERROR_ONE_HINT)
  })

  const BAD_FILES: readonly (readonly [what: string, flags: () => string[], names: string])[] = [
    ["a certificate that is not there", () => ["--cert", "/nowhere/server.pem"], "/nowhere/server.pem"],
    ["a configuration that is not there", () => ["--config", "/nowhere/chat.toml"], "/nowhere/chat.toml"],
    ["a certificate that is none", () => spoilt((cert) => writeFileSync(cert, "hello")), "spoilt.pem"],
    ["a key of another certificate", () => mismatched(), "other.key"],
  ]
  test.each(BAD_FILES)("%s", async (_, flags, names) => {
    const ended = await serve(...flags())
    expect(ended).toMatchObject({ exitCode: 78, stdout: "" })
    expect(ended.stderr).toMatch(ONE_ERROR_ONE_HINT)
    expect(ended.stderr).toContain(names)
  })

  function spoilt(spoil: (cert: string) => void): string[] {
    const { cert } = copies("spoilt")
    spoil(cert)
    return ["--cert", cert]
  }

  function mismatched(): string[] {
    const key = join(server.folder, "other.key")
    copyFileSync(join(server.authority.folder, "ca.key"), key)
    chmodSync(key, 0o600)
    return ["--cert", certificate, "--key", key]
  }

  const BAD_VALUES: readonly (readonly [toml: string, line: number, names: string])[] = [
    ["[server]\nacess = 'open'\n", 2, "access"],
    ["[limits]\nnick_length = -1\n", 2, "nick_length"],
    ["[server]\n\nlisten = ['here:there']\n", 3, "listen"],
    ["[throttling]\nfakelag = 'maybe'\n", 2, "fakelag"],
  ]
  test.each(BAD_VALUES)("chat.toml: %j", async (toml, line, names) => {
    const config = join(server.folder, `bad${++runs}.toml`)
    writeFileSync(config, toml)
    const home = server.home(`config${runs}`)
    const ended = await chat(["serve", "--cert", certificate, "--config", config], { home })
    expect(ended).toMatchObject({ exitCode: 78, stdout: "" })
    expect(ended.stderr).toMatch(ONE_ERROR_ONE_HINT)
    expect(ended.stderr).toContain(`${config} line ${line}`)
    expect(ended.stderr).toContain(names)
  })

  test.each([
    ["--access", "everybody"],
    ["--client-certs", "maybe"],
    ["--name", "two words"],
  ])("the value of %s %s", async (flag, value) => {
    const ended = await serve("--cert", certificate, flag, value)
    expect([2, 78]).toContain(ended.exitCode)
    expect(ended.stdout).toBe("")
    expect(ended.stderr).toMatch(ONE_ERROR_ONE_HINT)
    expect(ended.stderr).toContain(flag)
  })

  test("members only, with nothing to know members by", async () => {
    const alone = join(server.home("alone"), "server.pem")
    copyFileSync(certificate, alone)
    copyFileSync(certificate.replace(/pem$/, "key"), alone.replace(/pem$/, "key"))
    const ended = await serve("--cert", alone, "--access", "members")
    expect(ended).toMatchObject({ exitCode: 78, stdout: "" })
    expect(ended.stderr).toMatch(ONE_ERROR_ONE_HINT)
    expect(ended.stderr).toContain("--client-certs off")
    // Members may have passwords and nothing else.
    const byPassword = await serve("--cert", alone, "--access", "members", "--client-certs", "off", "--check")
    expect(byPassword).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("access members") })
  })
})

describe("cannot be parsed, 2", () => {
  const home = () => server.home("usage")
  const SLIPS: readonly (readonly [args: string[], hint: RegExp])[] = [
    [["serve", "--lisen", "x"], /did you mean --listen\?/],
    [["connect", "--jion", "x"], /did you mean --join\?/],
    [["sreve"], /did you mean:? chat serve/],
    [["connect", "a", "b"], /usage: chat connect/],
    [["connect", "localhost:port"], /HOST:PORT/],
    [["serve", "--log-format", "xml"], /./],
    [["send"], /./],
    [["tail"], /./],
    [["connect", "--ca"], /./],
    [["connect", "localhost", "--ca", "/nowhere/ca.pem"], /./],
    [["connect", "localhost", "--pin", "otter maple lamp"], /six words|again/],
    [["connect", "localhost", "--nick", "two words"], /./],
  ]
  test.each(SLIPS)("chat %p", async (args, hint) => {
    const ended = await chat(args, { home: home() })
    expect(ended).toMatchObject({ exitCode: 2, stdout: "" })
    expect(ended.stderr).toMatch(ONE_ERROR_ONE_HINT)
    expect(ended.stderr.split("\n")[1]).toMatch(hint)
  })

  test("nothing was started or made by any of them", async () => {
    expect((await Bun.$`find ${home()} -mindepth 1`.text()).trim()).toBe("")
  })
})
