// A network of another make, which a public authority vouches for: no six words, CAP with what such networks offer, SASL PLAIN.

import { expect, test } from "bun:test"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { testAuthority } from "../support/certificates.ts"
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
