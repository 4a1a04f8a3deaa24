// The authority's folder: what is there is kept, what is missing is made, what no longer fits is renewed.

import { afterEach, beforeEach, describe, expect, test } from "bun:test"
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DAY_MS } from "../../src/authority/authority.ts"
import { loadAuthority } from "../../src/authority/authority-files.ts"
import { ensureAuthority, ensureClient, ensureServer, listCertificates } from "../../src/authority/folder.ts"
import { opensslVerdict } from "./openssl.ts"

let dir: string
beforeEach(() => {
  dir = join(mkdtempSync(join(tmpdir(), "chat-folder-")), "certs")
})
afterEach(() => rmSync(join(dir, ".."), { recursive: true, force: true }))

describe("the first time", () => {
  test("everything is made, keys for their owner alone", async () => {
    const { authority, outcome } = await ensureAuthority(dir)
    const outcomes = [
      outcome,
      await ensureServer(dir, authority, []),
      await ensureClient(dir, authority, "alice"),
    ]
    expect(outcomes.map(({ status }) => status)).toEqual(["made", "made", "made"])
    const modes = [
      "ca.pem",
      "ca.key",
      "server.pem",
      "server.key",
      "clients/alice.pem",
      "clients/alice.key",
    ].map(modeOf)
    expect(modes).toEqual(["644", "600", "644", "600", "644", "600"])
    expect([".", "clients"].map(modeOf)).toEqual(["700", "700"])
    expect(readdirSync(dir).sort()).toEqual(["ca.key", "ca.pem", "clients", "server.key", "server.pem"])
    expect(
      opensslVerdict(join(dir, "ca.pem"), join(dir, "server.pem"), "sslserver", "-verify_ip", "127.0.0.1"),
    ).toBe("OK")
    expect(opensslVerdict(join(dir, "ca.pem"), join(dir, "clients/alice.pem"), "sslclient")).toBe("OK")
  })

  test("a folder with only our own files is closed to others, any other is left as it is", async () => {
    mkdirSync(dir, { mode: 0o755 })
    writeFileSync(join(dir, "README.md"), "")
    await ensureAuthority(dir)
    expect(modeOf(".")).toBe("700")
    const shared = join(dir, "..", "shared")
    mkdirSync(shared, { mode: 0o755 })
    writeFileSync(join(shared, "thesis.txt"), "")
    await ensureAuthority(shared)
    expect(modeOf("../shared")).toBe("755")
  })
})

describe("the second time", () => {
  test("every file is kept", async () => {
    const before = await everything()
    const { authority, outcome } = await ensureAuthority(dir)
    const outcomes = [
      outcome,
      await ensureServer(dir, authority, []),
      await ensureClient(dir, authority, "alice"),
    ]
    expect(outcomes.map(({ status }) => status)).toEqual(["kept", "kept", "kept"])
    expect(texts()).toEqual(before)
  })

  test("a new host is added to those that were there", async () => {
    await everything()
    const authority = await loadAuthority(dir)
    await ensureServer(dir, authority, ["den.local"])
    const outcome = await ensureServer(dir, authority, ["fd00::9"])
    expect(outcome).toMatchObject({ status: "renewed", why: "for fd00::9 too" })
    expect(outcome.certificate.names).toEqual(
      expect.arrayContaining(["DNS:localhost", "DNS:den.local", "IP:fd00::9"]),
    )
  })

  test("force makes leaves anew, for just the hosts given, and never the authority", async () => {
    const before = await everything()
    const authority = await loadAuthority(dir)
    const server = await ensureServer(dir, authority, ["den.local"], { force: true })
    await ensureClient(dir, authority, "alice", { force: true })
    expect(server.certificate.names).toEqual(["DNS:den.local"])
    const changed = Object.entries(texts()).filter(([name, text]) => before[name] !== text)
    expect(changed.map(([name]) => name).sort()).toEqual([
      "clients/alice.key",
      "clients/alice.pem",
      "server.key",
      "server.pem",
    ])
  })

  test.each([
    [75, "kept", undefined],
    [77, "renewed", "the old one had 13 days left"],
    [91, "renewed", "the old one had expired"],
  ] as const)("after %d days a certificate is %s", async (days, status, why) => {
    await everything()
    const now = new Date(Date.now() + days * DAY_MS - 60_000)
    const outcome = await ensureClient(dir, await loadAuthority(dir), "alice", { now })
    expect({ status: outcome.status, why: outcome.why }).toEqual({ status, why })
  })

  test("a leaf is renewed when its key is gone or another's, or its authority was made anew", async () => {
    await everything()
    const authority = await loadAuthority(dir)
    const why = async (by = authority) => (await ensureClient(dir, by, "alice")).why
    rmSync(join(dir, "clients/alice.key"))
    expect(await why()).toBe("its key was gone")
    writeFileSync(join(dir, "clients/alice.key"), readFileSync(join(dir, "server.key")))
    expect(await why()).toBe("its key was another one")
    const { authority: other, outcome } = await ensureAuthority(dir, { force: true })
    expect(outcome).toMatchObject({
      status: "renewed",
      why: expect.stringMatching(
        /^every pin and certificate of the old one ends; it is kept: \S+\.pem \S+\.key$/,
      ),
    })
    expect(await why(other)).toBe("the old one was of another authority")
    expect(await why(other)).toBeUndefined()
  })
})

describe("is refused, and nothing changed", () => {
  test("half an authority", async () => {
    await everything()
    rmSync(join(dir, "ca.key"))
    const before = texts()
    expect(ensureAuthority(dir)).rejects.toMatchObject({
      message: expect.stringContaining("ca.key"),
      exitCode: 78,
    })
    expect(texts()).toEqual(before)
  })

  test.each(["ca.key", "clients/alice.key"])("%s that everybody can read", async (name) => {
    await everything()
    chmodSync(join(dir, name), 0o644)
    const again = ensureAuthority(dir).then(({ authority }) => ensureClient(dir, authority, "alice"))
    expect(again).rejects.toMatchObject({ hint: `chmod 600 ${join(dir, name)}`, exitCode: 78 })
  })

  test("a host that the authority was not made for", async () => {
    const before = await everything()
    const authority = await loadAuthority(dir)
    expect(ensureServer(dir, authority, ["www.example.com"])).rejects.toThrow(
      "may not vouch for www.example.com",
    )
    expect(ensureAuthority(dir, { hosts: ["www.example.com"] })).rejects.toThrow(
      "may not vouch for www.example.com",
    )
    expect(texts()).toEqual(before)
  })

  test("a folder without an authority", () => {
    expect(loadAuthority(dir)).rejects.toMatchObject({
      hint: expect.stringContaining("chat certs init"),
      exitCode: 78,
    })
  })
})

test("a list has the authority first, then the server, then clients by name", async () => {
  await everything()
  await ensureClient(dir, await loadAuthority(dir), "Bob")
  const listed = listCertificates(dir).map(({ path }) => path.slice(dir.length + 1))
  expect(listed).toEqual(["ca.pem", "server.pem", "clients/Bob.pem", "clients/alice.pem"])
})

async function everything(): Promise<Record<string, string>> {
  const { authority } = await ensureAuthority(dir)
  await ensureServer(dir, authority, [])
  await ensureClient(dir, authority, "alice")
  return texts()
}

function texts(): Record<string, string> {
  const names = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const paths = names.map((entry) => join(entry.parentPath, entry.name))
  return Object.fromEntries(paths.map((path) => [path.slice(dir.length + 1), readFileSync(path, "utf8")]))
}

function modeOf(name: string): string {
  return (statSync(join(dir, name)).mode & 0o777).toString(8)
}
