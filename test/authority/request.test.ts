// Requests for certificates, as openssl makes them: read with care, and answered for the name that was settled before.

import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { X509Certificate } from "node:crypto"
import { join } from "node:path"
import * as fc from "fast-check"
import { certifyClient, memberOf } from "../../src/authority/issue.ts"
import { readRequest } from "../../src/authority/request.ts"
import { testAuthority, type TestAuthority } from "../support/certificates.ts"
import { openssl as opensslIn } from "./openssl.ts"

let ca: TestAuthority

beforeAll(async () => {
  ca = await testAuthority()
})
afterAll(() => ca.cleanup())

const openssl = (args: readonly string[]) => opensslIn(ca.folder, ...args)

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

  test("whose signature is of another key, or that is cut or spoilt, is refused", async () => {
    const der = await requestWith("ed25519")
    const read = await readRequest(der)
    const forged = der.slice()
    forged[forged.length - 1]! ^= 1
    expect(await readRequest(forged)).toEqual({ refused: "signature" })
    expect(await readRequest(new Uint8Array(5000))).toEqual({ refused: "malformed" })
    await fc.assert(
      fc.asyncProperty(fc.nat(der.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const spoilt = der.slice()
        spoilt[at]! ^= flip
        const answer = await readRequest(spoilt)
        // The algorithm is named twice, and only once under the signature: the other may be spoilt and changes nothing.
        if (!("refused" in answer) && !("refused" in read))
          expect(answer.publicKey.equal(read.publicKey)).toBeTrue()
        expect(await readRequest(der.slice(0, at))).toEqual({ refused: "malformed" })
      }),
    )
  })
})
