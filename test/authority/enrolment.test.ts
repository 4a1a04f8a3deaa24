// What enrolment needs of the authority: requests read with care, answers and lists of the revoked that openssl can read.

import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { createPublicKey, X509Certificate } from "node:crypto"
import { join } from "node:path"
import * as fc from "fast-check"
import { decodeCertsOnly, encodeCertsOnly } from "../../src/authority/certs-only.ts"
import { certifyClient, memberOf } from "../../src/authority/issue.ts"
import { makeKeyPair } from "../../src/authority/keys.ts"
import { makeRequest, readRequest } from "../../src/authority/request.ts"
import { makeRevocationList, type Revoked } from "../../src/authority/revocation-list.ts"
import { testAuthority, type TestAuthority } from "../support/certificates.ts"

let ca: TestAuthority

beforeAll(async () => {
  ca = await testAuthority()
})
afterAll(() => ca.cleanup())

function openssl(args: readonly string[]): { code: number; out: string } {
  const { exitCode, stdout, stderr } = Bun.spawnSync(["openssl", ...args], { cwd: ca.folder })
  return { code: exitCode, out: `${stdout}${stderr}` }
}

/** A request as openssl makes it, asking for a name that is not the asker's. */
async function requestWith(...key: string[]): Promise<Uint8Array> {
  const { code, out } = openssl(
    ["req", "-new", "-nodes", "-keyout", "other.key", "-out", "other.csr", "-outform", "DER"].concat(
      ["-subj", "/CN=root", "-addext", "basicConstraints=CA:TRUE"],
      ["-newkey", ...key],
    ),
  )
  expect(out).not.toContain("rror")
  expect(code).toBe(0)
  return Bun.file(join(ca.folder, "other.csr")).bytes()
}

describe("a request", () => {
  test.each([
    ["P-256", ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"], "allowed"],
    ["P-384", ["ec", "-pkeyopt", "ec_paramgen_curve:P-384"], "allowed"],
    ["P-521", ["ec", "-pkeyopt", "ec_paramgen_curve:P-521"], "key"],
    ["secp256k1", ["ec", "-pkeyopt", "ec_paramgen_curve:secp256k1"], "key"],
    ["Ed25519", ["ed25519"], "allowed"],
    ["RSA 3072", ["rsa:3072"], "allowed"],
    ["RSA 2048", ["rsa:2048"], "key"],
    ["RSA 1024", ["rsa:1024"], "key"],
  ])("of openssl with a key of the kind %s: %p", async (_, key, verdict) => {
    const read = await readRequest(await requestWith(...key))
    // A kind of key that this runtime cannot read at all counts as malformed.
    const refused = "refused" in read ? read.refused : "allowed"
    expect(verdict === "key" ? ["key", "malformed"] : [verdict]).toContain(refused)
  })

  test("gets a certificate for the name that was settled before, whatever it asks for", async () => {
    const read = await readRequest(await requestWith("ed25519"))
    if ("refused" in read) throw new Error(read.refused)
    const { leafPem, serial } = await certifyClient(ca.authority, "alice", read.publicKey)
    await Bun.write(join(ca.folder, "alice.pem"), leafPem)
    expect(memberOf(leafPem)).toEqual({ site: ca.site, name: "alice" })
    expect(new X509Certificate(leafPem).ca).toBeFalse()
    expect(new X509Certificate(leafPem).serialNumber.toLowerCase()).toBe(serial)
    expect(
      openssl(["verify", "-x509_strict", "-CAfile", ca.caPath, "-purpose", "sslclient", "alice.pem"]),
    ).toEqual({
      code: 0,
      out: "alice.pem: OK\n",
    })
  })

  test("of our own names its key, and openssl finds its signature right", async () => {
    const keys = await makeKeyPair()
    const der = await makeRequest(keys)
    await Bun.write(join(ca.folder, "own.csr"), der)
    expect(openssl(["req", "-in", "own.csr", "-inform", "DER", "-verify", "-noout"]).code).toBe(0)
    const read = await readRequest(der)
    if ("refused" in read) throw new Error(read.refused)
    expect(read.keyPin).toMatch(/^[0-9a-f]{64}$/)
    const { leafPem } = await certifyClient(ca.authority, "bob", read.publicKey)
    const spki = new X509Certificate(leafPem).publicKey.export({ type: "spki", format: "der" })
    expect(spki).toEqual(createPublicKey(keys.pem).export({ type: "spki", format: "der" }))
  })

  test("whose signature is of another key, or that is cut or spoilt, is refused", async () => {
    const der = await makeRequest(await makeKeyPair())
    const forged = der.slice()
    forged[forged.length - 1]! ^= 1
    expect(await readRequest(forged)).toEqual({ refused: "signature" })
    expect(await readRequest(new Uint8Array(5000))).toEqual({ refused: "malformed" })
    await fc.assert(
      fc.asyncProperty(fc.nat(der.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const spoilt = der.slice()
        spoilt[at]! ^= flip
        expect(await readRequest(spoilt)).toHaveProperty("refused")
        expect(await readRequest(der.slice(0, at))).toEqual({ refused: "malformed" })
      }),
    )
  })
})

test("certificates in a row are what openssl reads, and come back", async () => {
  const { certPem } = await ca.issueServer()
  const der = encodeCertsOnly(certPem)
  await Bun.write(join(ca.folder, "row.p7"), der)
  const { out } = openssl(["pkcs7", "-in", "row.p7", "-inform", "DER", "-print_certs", "-noout"])
  expect(out.match(/subject=/g)).toHaveLength(2)
  const serials = (pem: string) => new X509Certificate(pem).serialNumber
  const own = [certPem, ca.caPem].map(serials).sort()
  expect(decodeCertsOnly(der)?.map(serials).sort()).toEqual(own)
  expect(decodeCertsOnly(new Uint8Array([1, 2, 3]))).toBeUndefined()
})

describe("a list of the revoked", () => {
  const thisUpdate = new Date(Date.now() - 60_000)
  const nextUpdate = new Date(Date.now() + 86_400_000)

  async function listOf(revoked: readonly Revoked[], number = 7): Promise<void> {
    const list = await makeRevocationList(ca.authority, { number, revoked, thisUpdate, nextUpdate })
    await Bun.write(join(ca.folder, "crl.der"), list)
    expect(openssl(["crl", "-inform", "DER", "-in", "crl.der", "-out", "crl.pem"]).code).toBe(0)
  }

  const check = (file: string) =>
    openssl(["verify", "-x509_strict", "-crl_check", "-CRLfile", "crl.pem", "-CAfile", ca.caPath, file]).out

  test("tells openssl who is revoked and why, and who is not", async () => {
    const [alice, bob] = [await ca.issueClient("carol"), await ca.issueClient("dave")]
    const serial = new X509Certificate(alice.certPem).serialNumber
    await listOf([
      { serial, at: new Date(), reason: "keyCompromise" },
      { serial: "ff", at: new Date(), reason: "unspecified" },
      { serial: "0080", at: new Date("2051-01-01"), reason: "privilegeWithdrawn" },
    ])
    expect(check(alice.certPath)).toContain("certificate revoked")
    expect(check(bob.certPath)).toEndWith(": OK\n")
    const { out } = openssl(["crl", "-in", "crl.pem", "-noout", "-text", "-CAfile", ca.caPath, "-verify"])
    expect(out).toContain("verify OK")
    expect(out).toContain("X509v3 CRL Number: \n                7")
    expect(out.match(/Key Compromise|Privilege Withdrawn/g)).toHaveLength(2)
    expect(out).toContain("Serial Number: FF")
    expect(out).toContain("Revocation Date: Jan  1 00:00:00 2051 GMT")
  })

  test("that is empty revokes nobody", async () => {
    const { certPath } = await ca.issueClient("erin")
    await listOf([], 300)
    expect(check(certPath)).toEndWith(": OK\n")
    expect(openssl(["crl", "-in", "crl.pem", "-noout", "-text"]).out).toContain("No Revoked Certificates")
  })

  test("takes 10,000 entries in far less than a second", async () => {
    const revoked = Array.from({ length: 10_000 }, (_, i) => ({
      serial: (0x4000_0000 + i).toString(16),
      at: new Date(),
      reason: "superseded" as const,
    }))
    await listOf(revoked)
    expect(openssl(["crl", "-in", "crl.pem", "-noout", "-text"]).out.match(/Superseded/g)).toHaveLength(
      10_000,
    )
  })
})
