// A network of another make, which a public authority vouches for: no six words, CAP with what such networks offer, SASL PLAIN.

import { expect, test } from "bun:test"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { generate as selfsigned } from "selfsigned"
import { sixWords } from "../../src/authority/pin.ts"
import { EXPIRED, NOT_YET_VALID, type Overrides, testAuthority } from "../support/certificates.ts"
import { chat } from "../support/program.ts"
import { scriptedServer, smallServer } from "../support/scripted-server.ts"

function network(line: string): string[] {
  if (line.startsWith("CAP LS"))
    return [":s CAP * LS :account-notify multi-prefix server-time sasl=PLAIN,EXTERNAL"]
  if (line.startsWith("CAP REQ ")) return [`:s CAP * ACK ${line.slice("CAP REQ ".length)}`]
  if (line === "AUTHENTICATE PLAIN") return ["AUTHENTICATE +"]
  if (line.startsWith("AUTHENTICATE "))
    return [
      ":s 900 * *!*@* alice :You are now logged in as alice",
      ":s 903 * :SASL authentication successful",
    ]
  return line.startsWith("USER ") ? [] : line === "CAP END" ? smallServer("USER") : smallServer(line)
}

test("authorities that the system trusts are believed; who is not is asked nothing and sent nothing", async () => {
  using authority = await testAuthority()
  using server = scriptedServer(await authority.issueServer(), network)
  const home = mkdtempSync(join(tmpdir(), "chat-foreign-"))
  const args = [
    "connect",
    `localhost:${server.port}`,
    "--sasl",
    "alice",
    "--password-file",
    "-",
    "--join",
    "tea",
  ]
  const unknown = await chat(args, { home, stdin: "sesame\n" })
  expect(unknown).toMatchObject({ exitCode: 4, stdout: "" })
  expect(unknown.stderr).toMatch(/no public authority[^]*--pin/)
  expect(server.received).toEqual([])
  for (const name of ["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"]) {
    server.received.length = 0
    const ended = await chat(args, { home, stdin: "sesame\n", env: { [name]: authority.caPath } })
    expect(ended).toMatchObject({ exitCode: 0, stderr: expect.stringContaining("logged in as alice") })
    expect(server.received).toContain(`AUTHENTICATE ${Buffer.from("\0alice\0sesame").toString("base64")}`)
    expect(server.received).toContain("JOIN #tea")
  }
  rmSync(home, { recursive: true, force: true })
})

test.each<[string, Overrides & { readonly hosts?: string[] }, RegExp]>([
  [
    "of another name",
    { hosts: ["other.local"] },
    /is not localhost: its certificate is for other\.local\nchat: hint: /,
  ],
  ["expired", EXPIRED, /localhost's certificate expired 2 days ago\nchat: hint: .*clock/],
  [
    "not yet valid",
    NOT_YET_VALID,
    /clock says [\d-]+; localhost's certificate begins on [\d-]+\nchat: hint: set/,
  ],
])(
  "a certificate of a trusted authority that is %s stops it, and nothing is sent",
  async (_, spoilt, words) => {
    using authority = await testAuthority()
    const { hosts, ...overrides } = spoilt
    using server = scriptedServer(await authority.issueServer(hosts, overrides), network)
    const home = mkdtempSync(join(tmpdir(), "chat-foreign-"))
    const ended = await chat(["connect", `localhost:${server.port}`, "--nick", "alice"], {
      home,
      stdin: "hello\n",
      env: { NODE_EXTRA_CA_CERTS: authority.caPath },
    })
    expect(ended).toMatchObject({ exitCode: 4, stdout: "", stderr: expect.stringMatching(words) })
    expect(server.received).toEqual([])
    rmSync(home, { recursive: true, force: true })
  },
)

test("one that signed itself stops it, in words of its own; and so does it where a public authority vouched before", async () => {
  using authority = await testAuthority()
  const home = mkdtempSync(join(tmpdir(), "chat-foreign-"))
  const first = scriptedServer(await authority.issueServer(), network)
  const args = ["connect", `localhost:${first.port}`, "--nick", "alice", "--join", "tea"]
  const env = { NODE_EXTRA_CA_CERTS: authority.caPath }
  expect((await chat(args, { home, env })).exitCode).toBe(0)
  first[Symbol.dispose]()

  const { private: keyPem, cert: certPem } = await selfsigned([{ name: "commonName", value: "localhost" }])
  using impostor = scriptedServer({ certPem, keyPem }, network, undefined, first.port)
  const stranger = mkdtempSync(join(tmpdir(), "chat-foreign-"))
  const unknown = await chat(args, { home: stranger, env, stdin: "hello\n" })
  expect(unknown).toMatchObject({ exitCode: 4, stdout: "" })
  expect(unknown.stderr).toMatch(/not known here, and it shows a certificate that it signed itself\n/)
  const known = await chat(["connect"], { home, env, stdin: "hello\n" })
  expect(known).toMatchObject({ exitCode: 4, stdout: "" })
  expect(known.stderr).toMatch(
    /STOP: [^]*You know it by +a public authority\n +since [^]*signed by itself[^]*tell the host/,
  )
  expect(impostor.received).toEqual([])
  // Who has its words from its host believes it.
  const believed = await chat([...args, "--pin", sixWords(certPem)], { home: stranger, stdin: "hello\n" })
  expect(believed.exitCode).toBe(0)
  for (const folder of [home, stranger]) rmSync(folder, { recursive: true, force: true })
})

test("a search says that more may have been said at one time than a page has room for, and what goes on behind it", async () => {
  using authority = await testAuthority()
  using server = scriptedServer(await authority.issueServer(), (line) => {
    if (line.startsWith("CAP LS")) return [":s CAP * LS :batch message-tags server-time soju.im/search"]
    if (line === "CAP END") return [":s 005 alice CHATHISTORY=2 :are supported", ...network(line)]
    if (!line.startsWith("SEARCH ")) return network(line)
    const found = (id: string) =>
      `@batch=f;msgid=${id};time=2026-01-01T12:00:00.400Z :bob!b@h PRIVMSG alice :tea ${id}`
    return [":s BATCH +f soju.im/search", found("m1"), found("m2"), ":s BATCH -f"]
  })
  const home = mkdtempSync(join(tmpdir(), "chat-foreign-"))
  const to = ["--host", `localhost:${server.port}`, "--nick", "alice", "--ca", authority.caPath]
  for (const [bound, next] of [
    [[], "--before 2026-01-01T12:00:00.399Z"],
    [["--after", "2025-01-01"], "--after 2026-01-01T12:00:00.401Z"],
  ] as const) {
    const { stdout, stderr } = await chat(["search", "tea", ...bound, ...to], { home })
    expect(stdout.match(/tea m\d/g)).toEqual(["tea m1", "tea m2"])
    expect(stderr).toBe(
      `chat: more may have been said at one time than a page has room for; ${next} goes on behind it\n`,
    )
  }
  rmSync(home, { recursive: true, force: true })
})
