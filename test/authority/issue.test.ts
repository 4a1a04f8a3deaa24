// What the authority issues, judged by openssl, Python and Bun.

import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { X509Certificate } from "node:crypto"
import { createAuthority, DAY_MS, readAuthority, siteOf } from "../../src/authority/authority.ts"
import { issueClientCertificate, issueServerCertificate, memberOf } from "../../src/authority/issue.ts"
import { EXPIRED, NOT_YET_VALID, testAuthority, type TestAuthority } from "../support/certificates.ts"
import { handshake, listen } from "./handshake.ts"
import { opensslVerdict, pythonVerdict } from "./openssl.ts"

let ca: TestAuthority

beforeAll(async () => {
  ca = await testAuthority()
})
afterAll(() => ca.cleanup())

describe("a server's certificate", () => {
  test.each([
    ["-verify_ip", "127.0.0.1", "OK"],
    ["-verify_ip", "::1", "OK"],
    ["-verify_hostname", "localhost", "OK"],
    ["-verify_ip", "127.0.0.2", "IP address mismatch"],
    ["-verify_hostname", "other.local", "hostname mismatch"],
  ])("openssl %s %s: %s", async (flag, host, verdict) => {
    const { certPath } = await ca.issueServer()
    expect(opensslVerdict(ca.caPath, certPath, "sslserver", flag, host)).toBe(verdict)
  })

  test("is not a client's", async () => {
    const { certPath } = await ca.issueServer()
    expect(opensslVerdict(ca.caPath, certPath, "sslclient")).toStartWith("unsuitable certificate purpose")
  })

  test("passes Python's VERIFY_X509_STRICT in a handshake", async () => {
    using listener = listen(ca.caPem, await ca.issueServer())
    expect(await pythonVerdict(listener.port, ca.caPath)).toBe("TLSv1.3")
  })

  test("is followed by its authority, so that a client with a pin can find it", async () => {
    const { pem } = await issueServerCertificate(ca.authority, ["localhost"])
    expect(pem.match(/BEGIN CERTIFICATE/g)).toHaveLength(2)
    expect(pem).toEndWith(ca.caPem)
  })

  test("is for 90 days, from five minutes ago, with a serial of its own", async () => {
    const now = new Date("2026-03-01T12:00:00Z")
    const authority = await createAuthority({ now })
    const leaves = [1, 2].map(() => issueServerCertificate(authority, ["localhost"], { now }))
    const [a, b] = (await Promise.all(leaves)).map(({ pem }) => new X509Certificate(pem))
    expect(a!.validFromDate.toISOString()).toBe("2026-03-01T11:55:00.000Z")
    expect(a!.validToDate.toISOString()).toBe("2026-05-30T12:00:00.000Z")
    expect(a!.serialNumber).not.toBe(b!.serialNumber)
  })

  test("ends no later than its authority", async () => {
    const now = new Date(ca.authority.certificate.notAfter.getTime() - DAY_MS)
    const { notAfter } = await issueServerCertificate(ca.authority, ["localhost"], { now })
    expect(notAfter).toEqual(ca.authority.certificate.notAfter)
  })

  test("is refused where no name is given, or a name is no host", () => {
    expect(issueServerCertificate(ca.authority, [])).rejects.toThrow("needs a host name")
    expect(issueServerCertificate(ca.authority, ["localhost, O=evil"])).rejects.toThrow(
      "neither a host name nor",
    )
  })
})

describe("a client's certificate", () => {
  // BoringSSL takes some CNs for host names and measures them by the authority's constraints.
  test.each(["bob", "web-1", "localhost", "_x", "a".repeat(32)])(
    "%s is let in by Bun and openssl",
    async (name) => {
      const client = await ca.issueClient(name)
      const { ofClient, ofServer } = await handshake(ca.caPem, await ca.issueServer(), client)
      expect(ofServer).toEqual({ authorized: true, reason: undefined })
      expect(ofClient).toEqual({ authorized: true, reason: undefined })
      expect(opensslVerdict(ca.caPath, client.certPath, "sslclient")).toBe("OK")
      expect(memberOf(client.certPem)).toEqual({ site: ca.site, name })
    },
  )

  test.each([
    ["expired", EXPIRED, "certificate has expired"],
    ["not yet valid", NOT_YET_VALID, "certificate is not yet valid"],
    ["for a server", { usages: ["serverAuth" as const] }, "unsupported certificate purpose"],
    ["of another site", { site: "other.local" }, "permitted subtree violation"],
  ])("%s is refused by Bun: %#", async (_what, overrides, reason) => {
    const client = await ca.issueClient("bob", overrides)
    const { ofClient } = await handshake(ca.caPem, await ca.issueServer(), client)
    expect(ofClient.authorized).toBe(false)
    expect(ofClient.reason).toBe(reason)
  })

  test("without any usage passes BoringSSL, and is therefore nobody's to us", async () => {
    const client = await ca.issueClient("bob", { usages: [] })
    const { ofClient } = await handshake(ca.caPem, await ca.issueServer(), client)
    expect(ofClient.authorized).toBe(true)
    expect(memberOf(client.certPem)).toBeUndefined()
  })

  test("of another authority is refused by Bun", async () => {
    using other = await testAuthority()
    const { ofClient } = await handshake(ca.caPem, await ca.issueServer(), await other.issueClient("bob"))
    expect(ofClient.authorized).toBe(false)
  })

  test.each([
    "",
    "a b",
    "a,CN=root",
    "a\0b",
    "../a",
    "a/b",
    "a.b",
    "web-1.x",
    "-a",
    "1a",
    "ä",
    "a".repeat(33),
    "a\n",
  ])("cannot be for %j", (name) => {
    expect(issueClientCertificate(ca.authority, name)).rejects.toThrow("cannot be the name of a client")
  })
})

describe("an authority", () => {
  test("is strictly valid, signs leaves only, and has a key identifier", () => {
    const { stdout } = Bun.spawnSync(["openssl", "x509", "-in", ca.caPath, "-noout", "-text"])
    const text = String(stdout)
    expect(text).toContain("Basic Constraints: critical\n                CA:TRUE, pathlen:0")
    expect(text).toContain("Key Usage: critical\n                Certificate Sign, CRL Sign")
    expect(text).toContain("Name Constraints: critical")
    expect(text).toContain("Subject Key Identifier")
    expect(text).toContain("ecdsa-with-SHA256")
  })

  test("has a site of its own, which its certificate tells", async () => {
    expect(ca.site).toMatch(/^[0-9a-hjkmnp-tv-z]{10}\.local$/)
    expect(siteOf(ca.caPem)).toBe(ca.site)
    expect((await createAuthority()).site).not.toBe(ca.site)
  })

  test("is read again from its two texts, and from no others", async () => {
    const again = await readAuthority(ca.caPem, ca.authority.keys.pem, "ca.pem")
    expect(again.site).toBe(ca.site)
    const other = await createAuthority()
    expect(readAuthority(ca.caPem, other.keys.pem, "ca.pem")).rejects.toThrow("do not belong together")
    expect(readAuthority("nonsense", other.keys.pem, "ca.pem")).rejects.toThrow("ca.pem holds no certificate")
    expect(readAuthority(ca.caPem, "nonsense", "ca.pem")).rejects.toThrow("ca.key is not a private key")
  })
})
