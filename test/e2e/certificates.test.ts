// The matrix of certificates: what each is told, by the server's log, to a raw connection, by `chat connect` and to openssl, where
// certificates are optional and where they are required. The manual has the same table (section 2.1).

import * as x509 from "@peculiar/x509"
import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { connect } from "node:tls"
import { newSerial } from "../../src/authority/authority.ts"
import { makeKeyPair, SIGNING } from "../../src/authority/keys.ts"
import {
  type CertificateFiles,
  EXPIRED,
  NOT_YET_VALID,
  type Overrides,
  testAuthority,
} from "../support/certificates.ts"
import { connectPiped } from "../support/connect.ts"
import { Irc } from "../support/irc.ts"
import { chat, run, testWith } from "../support/program.ts"
import { startServer, type TestServer } from "../support/server.ts"
import { until } from "../support/until.ts"

const stranger = await testAuthority()
afterAll(() => stranger.cleanup())

type Make = (server: TestServer) => Promise<CertificateFiles> | undefined

interface Row {
  readonly what: string
  readonly make: Make
  readonly code: string
  /** What the log says besides the code. */
  readonly why: RegExp
  /** What its holder is told. */
  readonly words: string
}

const ours =
  (overrides: Overrides): Make =>
  ({ authority }) =>
    authority.issueClient("mallory", { file: newSerial(), ...overrides })

const MATRIX: readonly Row[] = [
  {
    what: "expired",
    make: ours(EXPIRED),
    code: "CERT_EXPIRED",
    why: /expired \w{3} +\d+ \S+ \d{4} GMT/,
    words: "your certificate has expired",
  },
  {
    what: "not yet valid",
    make: ours(NOT_YET_VALID),
    code: "CERT_NOT_YET_VALID",
    why: /valid from \w{3} +\d+ \S+ \d{4} GMT/,
    words: "your certificate is not valid yet",
  },
  {
    what: "of another authority",
    make: () => stranger.issueClient("mallory"),
    code: "CERT_UNTRUSTED",
    why: new RegExp(`issued by CN=chat ${stranger.site}`),
    words: "your certificate was not issued by this server's authority",
  },
  {
    what: "for servers (extended key usage serverAuth)",
    make: ours({ usages: ["serverAuth"] }),
    code: "CERT_WRONG_PURPOSE",
    why: /its extended key usage lacks clientAuth/,
    words: "your certificate was not made for a client",
  },
  {
    what: "without extended key usage",
    make: ours({ usages: [] }),
    code: "CERT_WRONG_PURPOSE",
    why: /its extended key usage lacks clientAuth/,
    words: "your certificate was not made for a client",
  },
  {
    what: "for any purpose (anyExtendedKeyUsage)",
    make: (server) => spoilt(server, { usages: ["2.5.29.37.0"] }),
    code: "CERT_WRONG_PURPOSE",
    why: /its extended key usage lacks clientAuth/,
    words: "your certificate was not made for a client",
  },
  {
    what: "of an authority, made by this one",
    make: (server) => spoilt(server, { usages: [x509.ExtendedKeyUsage.clientAuth], isAuthority: true }),
    code: "CERT_WRONG_PURPOSE",
    why: /it is the certificate of an authority/,
    words: "your certificate was not made for a client",
  },
  {
    what: "naming another site, which its authority is not constrained to",
    make: ours({ site: "other.local" }),
    code: "CERT_NO_NAME",
    why: /its name is of other\.local, this site is \S+\.local/,
    words: "your certificate carries no name of this site",
  },
  {
    what: "naming a host besides, which its authority is not constrained to",
    make: (server) =>
      spoilt(server, { usages: [x509.ExtendedKeyUsage.clientAuth], hosts: ["www.example.com"] }),
    code: "CERT_UNTRUSTED",
    why: /the TLS library does not accept its chain/,
    words: "your certificate breaks the rules of this server's authority",
  },
  {
    what: "revoked",
    make: revoked,
    code: "CERT_REVOKED",
    why: /mallory, [\da-f]{32}: lost laptop/,
    words: "your certificate was revoked: lost laptop",
  },
]

const NONE: Readonly<Record<"optional" | "required", Row>> = {
  optional: {
    what: "none",
    make: () => undefined,
    code: "ACCOUNT_REQUIRED",
    // It is refused when it has registered, by the rules of IRC.
    why: /words this server admits members only/,
    words: "this server admits members only: show a client certificate, or log in by SASL",
  },
  required: {
    what: "none",
    make: () => undefined,
    code: "CERT_REQUIRED",
    why: /no certificate was shown/,
    words: "this server admits members only and no client certificate was shown",
  },
}

interface Spoilt {
  readonly usages: readonly string[]
  /** Names beside mallory's. */
  readonly hosts?: readonly string[]
  readonly isAuthority?: boolean
}

/** For mallory, of the server's own authority, as `chat certs` would never make it. */
async function spoilt(
  { authority: { authority, folder } }: TestServer,
  { usages, hosts = [], isAuthority = false }: Spoilt,
): Promise<CertificateFiles> {
  const keys = await makeKeyPair()
  const serialNumber = newSerial()
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber,
    subject: [{ CN: ["mallory"] }],
    issuer: authority.certificate.subjectName,
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 86_400_000),
    publicKey: keys.publicKey,
    signingKey: authority.keys.privateKey,
    signingAlgorithm: SIGNING,
    extensions: [
      new x509.BasicConstraintsExtension(isAuthority, undefined, true),
      new x509.ExtendedKeyUsageExtension([...usages]),
      new x509.SubjectAlternativeNameExtension([
        { type: "url", value: `irc://${authority.site}/mallory` },
        ...hosts.map((value) => ({ type: "dns" as const, value })),
      ]),
    ],
  })
  const certPem = `${certificate.toString("pem")}\n`
  const [certPath, keyPath] = [`${serialNumber}.pem`, `${serialNumber}.key`].map((name) =>
    join(folder, name),
  ) as [string, string]
  writeFileSync(certPath, certPem)
  writeFileSync(keyPath, keys.pem, { mode: 0o600 })
  return { certPath, certPem, keyPath, keyPem: keys.pem }
}

/** It has let mallory in once. */
async function revoked(server: TestServer): Promise<CertificateFiles> {
  const certificate = await server.authority.issueClient("mallory", { file: newSerial() })
  const irc = await Irc.connect(server, certificate)
  irc.send("NICK mallory", "USER mallory 0 * :Mallory")
  await irc.expect(/ 001 mallory /)
  await revoke(server, "mallory")
  await irc.closed
  return certificate
}

function revoke(server: TestServer, name: string) {
  const args = ["certs", "revoke", name, "--reason", "lost laptop", "--data", server.data]
  return chat(args, { home: server.home("server") })
}

describe.each(["optional", "required"] as const)("with certificates %s", (mode) => {
  let server: TestServer
  beforeAll(async () => {
    server = await startServer({ flags: ["--client-certs", mode, "--access", "members"] })
  })
  afterAll(() => server[Symbol.asyncDispose]())

  /** What the log says while `action` runs. */
  async function logged(pattern: RegExp, action: () => Promise<unknown>) {
    const from = server.said.length
    await action()
    await until(
      () => pattern.test(server.said.slice(from)),
      () => `${pattern} in the log: ${server.said.slice(from)}`,
    )
  }

  test("valid: it lets its holder in", async () => {
    const alice = await Irc.connect(server, await server.authority.issueClient("alice"))
    alice.send("NICK alice", "USER alice 0 * :Alice", "JOIN #inside")
    await alice.expect(/ 366 /)
    await alice.quit()
  })

  describe.each([NONE[mode], ...MATRIX])("$what", ({ make, code, why, words }) => {
    let certificate: CertificateFiles | undefined
    beforeAll(async () => {
      certificate = await make(server)
    })
    const inLog = new RegExp(`(?:refused|closed)  code ${code}  address 127\\.0\\.0\\.1  .*${why.source}`)

    test("is told its reason, which the log has too, and is not let in", async () => {
      await logged(inLog, async () => {
        const irc = await Irc.connect(server, certificate)
        irc.send("NICK intruder", "USER intruder 0 * :Intruder", "JOIN #inside")
        await irc.closed
        expect(irc.lines.filter((line) => !line.includes(" NOTICE "))).toEqual([`ERROR :${code} ${words}`])
      })
    })

    test("makes chat connect say so and exit 5", async () => {
      const identity = certificate ? ["--cert", certificate.certPath, "--key", certificate.keyPath] : []
      await logged(inLog, async () => {
        const ended = await connectPiped(server, "intruder", "hello\n", ...identity)
        expect(ended).toMatchObject({ exitCode: 5, stdout: "" })
        expect(ended.stderr).toMatch(
          new RegExp(`^chat: error: ${RegExp.escape(words)}\nchat: hint: [^\n]+\n$`),
        )
      })
    })

    testWith("openssl")("is told to openssl as well, whose handshake succeeds", async () => {
      const to = ["-connect", `127.0.0.1:${server.port}`, "-CAfile", server.authority.caPath]
      const identity = certificate ? ["-cert", certificate.certPath, "-key", certificate.keyPath] : []
      const command = [
        "openssl",
        "s_client",
        ...to,
        ...identity,
        "-verify_return_error",
        "-quiet",
        "-ign_eof",
      ]
      const stdin = "NICK intruder\r\nUSER intruder 0 * :Intruder\r\n"
      const { stdout, stderr } = await run(command, { home: server.home("openssl"), stdin })
      expect(stdout).toContain(`ERROR :${code} ${words}`)
      expect(stderr).not.toContain("alert")
    })
  })

  testWith("openssl")(
    "the authority's own certificate is refused by TLS itself: it may sign certificates, and no handshake",
    async () => {
      const { folder, caPath } = server.authority
      const keyPath = join(folder, "ca.key")
      await logged(/handshake failed  address 127\.0\.0\.1  why .*KEY_USAGE_BIT_INCORRECT/, async () => {
        const to = [
          "-connect",
          `127.0.0.1:${server.port}`,
          "-CAfile",
          caPath,
          "-cert",
          caPath,
          "-key",
          keyPath,
        ]
        const ended = await run(["openssl", "s_client", ...to, "-ign_eof"], {
          home: server.home("openssl"),
          stdin: "",
        })
        expect(ended.stderr).toMatch(/alert (illegal parameter|unsupported certificate)/)
      })
      const ended = await connectPiped(server, "intruder", "", "--cert", caPath, "--key", keyPath)
      expect(ended).toMatchObject({ exitCode: 5, stdout: "" })
      expect(ended.stderr).toStartWith(
        "chat: error: your certificate was not made for a client\nchat: hint: ",
      )
    },
  )

  test("revoked and resumed: the ticket from before is taken, and does not help", async () => {
    const { certPem: cert, keyPem: key } = await server.authority.issueClient("rita")
    const options = { port: server.port, host: "127.0.0.1", ca: server.authority.caPem, cert, key }
    const ticket = Promise.withResolvers<Buffer>()
    const welcome = Promise.withResolvers<void>()
    const first = connect(options, () => first.write("NICK rita\r\nUSER rita 0 * :Rita\r\n"))
    first.on("session", ticket.resolve).on("error", () => {})
    first.on("data", (chunk) => / 001 rita /.test(String(chunk)) && welcome.resolve())
    const session = await ticket.promise
    await welcome.promise
    await revoke(server, "rita")
    let [isReused, said] = [false, ""]
    await logged(/refused  code CERT_REVOKED .*lost laptop/, async () => {
      const second = connect({ ...options, session }, () => (isReused = second.isSessionReused()))
      second.on("data", (chunk) => (said += chunk.toString())).on("error", () => {})
      await until(
        () => said.includes("ERROR :CERT_REVOKED your certificate was revoked: lost laptop\r\n"),
        () => `a refusal: ${said}`,
      )
      second.destroy()
    })
    expect(isReused).toBe(true)
  })

  testWith("openssl", "curl")(
    "a request for a key of RSA with 1,024 bits is refused, by the server and by hand",
    async () => {
      const home = server.home("weak")
      const bobs = await server.authority.issueClient("bob")
      const bob = await Irc.connect(server, bobs)
      bob.send("NICK bob", "USER bob 0 * :Bob")
      await bob.expect(/ 001 bob /)
      await bob.quit()
      const { certPath, keyPath } = bobs
      const { folder, caPath } = server.authority
      mkdirSync(home, { recursive: true })
      const script = `openssl req -new -newkey rsa:1024 -nodes -subj / -keyout weak.key -out weak.csr 2>/dev/null
      openssl req -in weak.csr -outform DER | base64 -w0 > weak.b64
      curl -s --cacert ${caPath} --cert ${certPath} --key ${keyPath} -H 'Content-Type: application/pkcs10' --data-binary @weak.b64 \\
        https://127.0.0.1:${server.port}/.well-known/est/simplereenroll`
      const why = "its kind of key is not taken: EC P-256 or P-384, Ed25519, or RSA with 3072 bits or more"
      await logged(
        new RegExp(`request for a certificate refused  address 127\\.0\\.0\\.1  why ${why}`),
        async () => {
          const { stdout } = await run(["sh", "-ec", script], { home })
          expect(stdout).toBe(`the request for a certificate is refused: ${why}\n`)
        },
      )
      const signed = await chat(["certs", "sign", "carol", "weak.csr", "--out", folder], { home })
      expect(signed).toMatchObject({
        exitCode: 78,
        stdout: "",
        stderr:
          "chat: error: weak.csr is for a kind of key that is not taken\nchat: hint: use EC P-256 or P-384, Ed25519, or RSA with 3072 bits or more\n",
      })
    },
  )

  test("nobody that was refused was ever seen, and every refusal was counted", async () => {
    const alice = await Irc.connect(server, await server.authority.issueClient("alice"))
    alice.send("NICK alice", "USER alice 0 * :Alice", "WHOWAS intruder")
    await alice.expect(/ 406 alice intruder /)
    const { users, refused } = await server.status()
    expect(users).toBe(1)
    // Thrice each, once the ticket; who shows nothing where that may be is refused later, by the rules of IRC.
    expect(refused).toBe(3 * MATRIX.length + 1 + (mode === "required" ? 3 : 0))
    await alice.quit()
  })
})

test("with access open, a foreign certificate is no reason to turn a guest away", async () => {
  await using open = await startServer()
  const irc = await Irc.connect(open, await stranger.issueClient("visitor"))
  irc.send("NICK visitor", "USER visitor 0 * :Visitor", "WHOIS visitor")
  await irc.expect(/ 318 /)
  expect(irc.lines.join("\n")).not.toMatch(/ 330 /)
})
