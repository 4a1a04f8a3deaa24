// The list of the revoked, as openssl reads it.

import { afterAll, beforeAll, expect, test } from "bun:test"
import { X509Certificate } from "node:crypto"
import { join } from "node:path"
import { makeRevocationList, type Revoked } from "../../src/authority/revocation-list.ts"
import { testAuthority, type TestAuthority } from "../support/certificates.ts"
import { openssl as opensslIn } from "./openssl.ts"

let ca: TestAuthority
beforeAll(async () => {
  ca = await testAuthority()
})
afterAll(() => ca.cleanup())

const openssl = (...args: readonly string[]) => opensslIn(ca.folder, ...args)

const thisUpdate = new Date(Date.now() - 60_000)
const nextUpdate = new Date(Date.now() + 86_400_000)

async function listOf(revoked: readonly Revoked[], number = 7): Promise<void> {
  const list = await makeRevocationList(ca.authority, { number, revoked, thisUpdate, nextUpdate })
  await Bun.write(join(ca.folder, "crl.der"), list)
  expect(openssl("crl", "-inform", "DER", "-in", "crl.der", "-out", "crl.pem").code).toBe(0)
}

const check = (file: string) =>
  openssl("verify", "-x509_strict", "-crl_check", "-CRLfile", "crl.pem", "-CAfile", ca.caPath, file).out

test("tells openssl who is revoked and why, and who is not", async () => {
  const [carol, dave] = [await ca.issueClient("carol"), await ca.issueClient("dave")]
  const serial = new X509Certificate(carol.certPem).serialNumber
  await listOf([
    { serial, at: new Date(), reason: "keyCompromise" },
    { serial: "ff", at: new Date(), reason: "unspecified" },
    { serial: "0080", at: new Date("2051-01-01"), reason: "privilegeWithdrawn" },
  ])
  expect(check(carol.certPath)).toContain("certificate revoked")
  expect(check(dave.certPath)).toEndWith(": OK\n")
  const { out } = openssl("crl", "-in", "crl.pem", "-noout", "-text", "-CAfile", ca.caPath, "-verify")
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
  expect(openssl("crl", "-in", "crl.pem", "-noout", "-text").out).toContain("No Revoked Certificates")
})

test("takes 10,000 entries in far less than a second", async () => {
  const revoked = Array.from({ length: 10_000 }, (_, i) => ({
    serial: (0x4000_0000 + i).toString(16),
    at: new Date(),
    reason: "superseded" as const,
  }))
  const begun = performance.now()
  await listOf(revoked)
  expect(performance.now() - begun).toBeLessThan(1000)
  expect(openssl("crl", "-in", "crl.pem", "-noout", "-text").out.match(/Superseded/g)).toHaveLength(10_000)
})
