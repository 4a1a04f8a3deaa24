// chat certs export: what it writes is read by openssl and by other people's clients, and by nobody else on this computer.

import { afterAll, beforeAll, expect, test } from "bun:test"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { connectPiped } from "../support/connect.ts"
import { chat, type Ended, run, testWith } from "../support/program.ts"
import { startServer } from "../support/server.ts"
import { Tmux } from "../support/tmux.ts"

let home: string
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "chat-export-"))
  expect((await chat(["certs", "init"], { home })).exitCode).toBe(0)
  expect((await chat(["certs", "client", "alice"], { home })).exitCode).toBe(0)
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

const text = (path: string) => readFileSync(join(home, path), "utf8")

function exported(args: string[], stdin = ""): Promise<Ended> {
  return chat(["certs", "export", ...args], { home, stdin })
}

test("--pem holds the certificate, its key and the authority, for its owner alone", async () => {
  expect(await exported(["alice", "--pem"])).toMatchObject({
    exitCode: 0,
    stdout:
      "made    alice-with-key.pem\ntrust   certs/ca.pem, the authority: the other program has to be given it\n",
  })
  const parts = ["certs/clients/alice.pem", "certs/clients/alice.key", "certs/ca.pem"].map(text)
  expect(text("alice-with-key.pem")).toBe(parts.join(""))
  expect(statSync(join(home, "alice-with-key.pem")).mode & 0o777).toBe(0o600)
})

test("a file that is there stays as it is", async () => {
  await exported(["alice", "--pem", "--out", "kept.pem"])
  const before = text("kept.pem")
  const ended = await exported(["alice", "--p12", "--out", "kept.pem"], "sesame\n")
  expect(ended).toMatchObject({ exitCode: 2, stdout: "" })
  expect(ended.stderr).toContain("kept.pem is there already")
  expect(text("kept.pem")).toBe(before)
})

testWith("openssl")("--p12 is what openssl reads, with the right password", async () => {
  expect((await exported(["alice", "--p12", "--out", "a.p12"], "sesame\n")).exitCode).toBe(0)
  expect(statSync(join(home, "a.p12")).mode & 0o777).toBe(0o600)
  const open = (password: string, ...more: string[]) =>
    run(["openssl", "pkcs12", "-in", "a.p12", "-passin", `pass:${password}`, "-nodes", ...more], { home })
  const right = await open("sesame", "-info")
  expect(right.exitCode).toBe(0)
  expect(right.stderr).toContain("MAC: sha256, Iteration 100000")
  expect(right.stderr).toContain("PBES2, PBKDF2, AES-256-CBC, Iteration 100000, PRF hmacWithSHA256")
  const bodies = (pem: string) =>
    pem.match(/-----BEGIN[^]*?-----END [A-Z ]+-----/g)?.map((body) => body.replace(/\s/g, ""))
  const parts = ["certs/clients/alice.key", "certs/clients/alice.pem", "certs/ca.pem"]
  expect(bodies(right.stdout)).toEqual(parts.flatMap((path) => bodies(text(path))!))
  const wrong = await open("open sesame")
  expect(wrong.exitCode).not.toBe(0)
  expect(wrong.stderr).toContain("invalid password")
})

test.each([
  [["alice"], "--pem or --p12"],
  [["alice", "--pem", "--p12"], "--pem or --p12"],
  [["--pem"], "whose certificate"],
  [["bob", "--pem"], "there is no certificate of bob"],
  [["--server", "nowhere", "--pem"], 'no server called "nowhere"'],
  [["alice", "--p12", "--out", "none.p12"], "needs a password"],
])("%p is refused in words", async (args, words) => {
  expect(await exported(args)).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(words) })
})

testWith(
  "tmux",
  "catgirl",
  "irssi",
  "weechat",
)(
  "what this computer is on a server goes into WeeChat, irssi and catgirl, as the manual has it",
  async () => {
    await using server = await startServer({ flags: ["--access", "members"] })
    const own = await server.authority.issueClient("alice")
    expect((await connectPiped(server, "alice", "hi\n", "--cert", own.certPath)).exitCode).toBe(0)
    const at = server.home("alice")
    const args = ["certs", "export", "--server", `127.0.0.1:${server.port}`, "--pem"]
    expect((await chat(args, { home: at })).stdout).toMatch(
      /^made    alice-with-key.pem\ntrust   \S+\/ca.pem, /,
    )
    const [ca, mine, port] = [server.authority.caPath, join(at, "alice-with-key.pem"), `${server.port}`]
    using tmux = new Tmux()

    const catgirl = [
      "catgirl",
      "-e",
      "-h",
      "localhost",
      "-p",
      port,
      "-t",
      ca,
      "-c",
      mine,
      "-k",
      mine,
      "-n",
      "alice",
    ]
    const first = tmux.open(catgirl, { home: at })
    // It says nothing of accounts; who has none does not arrive.
    await first.shows(/You arrive/)
    first.say("/quit")
    await first.exitCode()

    const irssi = tmux.open(["irssi", "--home", join(at, "irssi")], { home: at })
    irssi.say("/network add -nick alice -sasl_mechanism EXTERNAL -sasl_username alice lab")
    irssi.say(`/connect -tls_verify -tls_cafile ${ca} -tls_cert ${mine} -network lab localhost ${port}`)
    await irssi.shows(/logged in as alice/i)
    irssi.say("/quit")
    await irssi.exitCode()

    const version = Bun.spawnSync(["weechat", "--version"], { stdout: "pipe" }).stdout.toString()
    const tls = Number.parseInt(version) >= 4 ? "tls" : "ssl"
    const lines = [
      `/set weechat.network.gnutls_ca_user "${ca}"`,
      `/server add lab localhost/${port} -${tls} -nicks=alice`,
      `/set irc.server.lab.${tls}_cert "${mine}"`,
      "/set irc.server.lab.sasl_mechanism external",
      "/connect lab",
      "/buffer irc.server.lab",
    ]
    mkdirSync(join(at, "weechat"))
    const weechat = ["weechat", "--dir", join(at, "weechat"), ...lines.flatMap((line) => ["-r", line])]
    await tmux.open(weechat, { home: at }).shows(/logged in as alice/i)
  },
)
