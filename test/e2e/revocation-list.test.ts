// The list of certificates that were taken back: beside the authority's certificate, by `chat certs crl`, and over HTTP; each
// newer one has a higher number, also when the server was started again.

import { afterAll, beforeAll, expect } from "bun:test"
import { X509Certificate } from "node:crypto"
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { chat, run, testWith } from "../support/program.ts"
import { startServer, type TestServer } from "../support/server.ts"
import { until } from "../support/until.ts"

let server: TestServer
beforeAll(async () => {
  server = await startServer({ flags: ["--access", "members"] })
})
afterAll(() => server[Symbol.asyncDispose]())

const home = () => server.home("server")
const certs = (...args: string[]) => chat(["certs", ...args, "--data", server.data], { home: home() })

/** The serial of a certificate that was given for an invitation. */
async function joined(name: string): Promise<string> {
  const { stdout } = await chat(["invite", name, "--data", server.data], { home: home() })
  const [link = ""] = stdout.match(/chat:\S+/) ?? []
  const theirs = server.home(name)
  expect(await chat(["join", link, "--line"], { home: theirs, stdin: "" })).toMatchObject({ exitCode: 0 })
  const servers = join(theirs, ".local", "share", "chat", "servers")
  const profile = join(servers, readdirSync(servers)[0]!)
  return new X509Certificate(readFileSync(join(profile, "me.pem"))).serialNumber
}

/** A list as openssl reads it, which knows the authority's signature. */
async function read(path: string, form: "DER" | "PEM"): Promise<{ number: bigint; text: string }> {
  const { caPath } = server.authority
  const command = [
    "openssl",
    "crl",
    "-in",
    path,
    "-inform",
    form,
    "-CAfile",
    caPath,
    "-noout",
    "-text",
    "-crlnumber",
  ]
  const { stdout, stderr } = await run(command, { home: home() })
  expect(stderr).toContain("verify OK")
  return { number: BigInt(/^crlNumber=(0x[\dA-F]+)/m.exec(stdout)![1]!), text: stdout }
}

testWith("openssl", "curl")(
  "it is there from the start, and anew with everything that is taken back",
  async () => {
    const { folder, caPath } = server.authority
    const [der, pem] = [join(folder, "crl.der"), join(folder, "crl.pem")]
    await until(() => readdirSync(folder).includes("crl.pem"), "the first list")
    const empty = await read(der, "DER")
    expect(empty.text).toContain("No Revoked Certificates")
    const [alice, bob] = [await joined("alice"), await joined("bob")]
    const numbers = [empty.number]
    for (const [name, serial] of [
      ["alice", alice],
      ["bob", bob],
    ] as const) {
      expect(await certs("revoke", name, "--reason", "keyCompromise")).toMatchObject({ exitCode: 0 })
      await until(
        async () => (await read(pem, "PEM")).text.includes(`Serial Number: ${serial}`),
        "it in the list",
      )
      numbers.push((await read(der, "DER")).number)
    }
    const url = `https://127.0.0.1:${server.port}/crl.der`
    const fetched = join(server.folder, "fetched.der")
    expect(
      await run(["curl", "-sf", "--cacert", caPath, url, "-o", fetched], { home: home() }),
    ).toMatchObject({ exitCode: 0 })
    expect((await read(fetched, "DER")).text).toContain(`Serial Number: ${alice}`)

    await server.stop()
    await server.start()
    const asked = join(server.folder, "asked.der")
    expect(await certs("crl", "--out", asked)).toMatchObject({ exitCode: 0, stdout: `made    ${asked}\n` })
    const { number, text } = await read(asked, "DER")
    expect(text).toContain(`Serial Number: ${bob}`)
    numbers.push(number)
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => (a < b ? -1 : 1)))
    const shown = await certs("crl", "--pem")
    writeFileSync(asked, shown.stdout)
    expect((await read(asked, "PEM")).text).toContain(`Serial Number: ${bob}`)
  },
)
