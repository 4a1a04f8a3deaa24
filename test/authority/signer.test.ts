// What a server signs for requests, as openssl reads it.

import { afterAll, beforeAll, expect, test } from "bun:test"
import { X509Certificate } from "node:crypto"
import { join } from "node:path"
import { decodeCertsOnly, encodeCertsOnly } from "../../src/authority/certs-only.ts"
import { linkOf, parseLink } from "../../src/authority/invitation.ts"
import { memberOf } from "../../src/authority/issue.ts"
import { makeKeyPair } from "../../src/authority/keys.ts"
import { makeRequest } from "../../src/authority/request.ts"
import { signerOf } from "../../src/authority/signer.ts"
import { testAuthority, type TestAuthority } from "../support/certificates.ts"
import { openssl as opensslIn } from "./openssl.ts"

let ca: TestAuthority
beforeAll(async () => {
  ca = await testAuthority()
})
afterAll(() => ca.cleanup())

const openssl = (...args: readonly string[]) => opensslIn(ca.folder, ...args)

test("a request of ours is one that openssl finds right", async () => {
  await Bun.write(join(ca.folder, "own.csr"), await makeRequest(await makeKeyPair()))
  expect(openssl("req", "-in", "own.csr", "-inform", "DER", "-verify", "-noout").code).toBe(0)
})

test("on the same terms the same certificate is made twice, but for its signature", async () => {
  const signer = signerOf(ca.authority)
  const read = await signer.read(await makeRequest(await makeKeyPair()))
  if ("refused" in read) throw new Error(read.refused)
  const terms = signer.terms(Date.now())
  const made = await Promise.all([read.certify("alice", terms), read.certify("alice", terms)])
  const [first, second] = made.map((der) => {
    const pem = decodeCertsOnly(der)!.find((one) => !new X509Certificate(one).ca)!
    return { pem, certificate: new X509Certificate(pem) }
  })
  await Bun.write(join(ca.folder, "alice.pem"), first!.pem)
  expect(
    openssl("verify", "-x509_strict", "-CAfile", ca.caPath, "-purpose", "sslclient", "alice.pem").out,
  ).toBe("alice.pem: OK\n")
  expect(memberOf(first!.pem)).toEqual({ site: ca.site, name: "alice" })
  expect(first!.certificate.serialNumber.toLowerCase()).toBe(terms.serial)
  const bodyOf = ({ raw }: X509Certificate) => raw.subarray(4, 4 + 4 + raw.readUInt16BE(6)).toString("hex")
  expect(bodyOf(second!.certificate)).toBe(bodyOf(first!.certificate))
})

test("certificates in a row are what openssl reads, and come back", async () => {
  const { certPem } = await ca.issueServer()
  const der = encodeCertsOnly(certPem)
  await Bun.write(join(ca.folder, "row.p7"), der)
  const { out } = openssl("pkcs7", "-in", "row.p7", "-inform", "DER", "-print_certs", "-noout")
  expect(out.match(/subject=/g)).toHaveLength(2)
  const serials = (pem: string) => new X509Certificate(pem).serialNumber
  expect(decodeCertsOnly(der)?.map(serials).sort()).toEqual([certPem, ca.caPem].map(serials).sort())
  expect(decodeCertsOnly(new Uint8Array([1, 2, 3]))).toBeUndefined()
})

test("a link says everything, and what is not all of one is refused", () => {
  const invitation = { address: "[fd00::1]:6697", pin: ca.pin, id: "A-_b4567890", secret: "s".repeat(22) }
  const link = linkOf(invitation)
  expect(link).toStartWith("chat://[fd00::1]:6697/#v1.")
  expect(parseLink(` ${link}\n`)).toEqual(invitation)
  for (const bad of [
    link.slice(0, -1),
    `${link}x`,
    link.replace("v1", "v2"),
    link.replace("chat:", "https:"),
    "",
  ])
    expect(() => parseLink(bad)).toThrow("that is no invitation")
})
