// An authority may vouch for what it was made for, and for nothing else: https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.10

import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import * as x509 from "@peculiar/x509"
import { newSerial, type Authority } from "../../src/authority/authority.ts"
import { parseHost } from "../../src/authority/hosts.ts"
import { issueServerCertificate } from "../../src/authority/issue.ts"
import { SIGNING } from "../../src/authority/keys.ts"
import {
  decodeNameConstraints,
  encodeNameConstraints,
  permits,
} from "../../src/authority/name-constraints.ts"
import { testAuthority, type TestAuthority } from "../support/certificates.ts"
import { handshake } from "./handshake.ts"
import { opensslVerdict } from "./openssl.ts"

let ca: TestAuthority

beforeAll(async () => {
  ca = await testAuthority({ hosts: ["chat.example.org", "203.0.113.5"] })
})
afterAll(() => ca.cleanup())

test.each([
  ["localhost", true],
  ["den.local", true],
  ["local", true],
  ["notlocal", false],
  ["chat.example.org", true],
  ["eu.chat.example.org", true],
  ["example.org", false],
  ["evilchat.example.org", false],
  ["192.168.1.20", true],
  ["8.8.8.8", true],
])("%s: %p, to us and to openssl alike", async (host, isPermitted) => {
  expect(permits(ca.authority.constraints, parseHost(host))).toBe(isPermitted)
  const { certPath } = await ca.issueServer([host], { unconstrained: true })
  const verdict = opensslVerdict(ca.caPath, certPath, "sslserver")
  expect(verdict).toBe(isPermitted ? "OK" : "permitted subtree violation")
})

test("a host beyond them is refused before it reaches a certificate, with the way out", async () => {
  const refused = await ca.issueServer(["www.example.com"]).catch((error: unknown) => error)
  expect(refused).toMatchObject({
    message: expect.stringContaining("may not vouch for www.example.com"),
    hint: expect.stringContaining("chat certs init --force --host www.example.com"),
    exitCode: 78,
  })
})

test("a client of another site is refused by openssl", async () => {
  const { certPath } = await ca.issueClient("bob", { site: "other.local" })
  expect(opensslVerdict(ca.caPath, certPath, "sslclient")).toBe("permitted subtree violation")
})

describe("their encoding", () => {
  test("is the RFC's", () => {
    const bytes = encodeNameConstraints({ dns: ["local"], uri: ["a.local"] })
    expect(Buffer.from(bytes).toString("hex")).toBe(
      // SEQUENCE { [0] { SEQUENCE { [2] "local" } SEQUENCE { [6] "a.local" } } }
      "3016a01430078205" +
        Buffer.from("local").toString("hex") +
        "30098607" +
        Buffer.from("a.local").toString("hex"),
    )
  })

  test("is read back, however long", () => {
    const constraints = {
      dns: Array.from({ length: 90 }, (_, i) => `host-${i}.example.org`),
      uri: ["a.local"],
    }
    expect(decodeNameConstraints(encodeNameConstraints(constraints))).toEqual(constraints)
  })

  test.each(["", "30", "3005", "30820000", "a0ff", "3003a00130"])("reads nothing into %p", (hex) => {
    expect(decodeNameConstraints(Buffer.from(hex, "hex"))).toEqual({ dns: [], uri: [] })
  })
})

// The day this fails, address ranges can go into the constraints: see name-constraints.ts.
test("BoringSSL cannot read constraints of addresses", async () => {
  const loopbackOnly = Buffer.from("300ea00c300a87087f000000ff000000", "hex")
  const { keys, certificate } = ca.authority
  const constrained = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerial(),
    name: certificate.subjectName.toJSON(),
    notBefore: certificate.notBefore,
    notAfter: certificate.notAfter,
    keys,
    signingAlgorithm: SIGNING,
    extensions: [
      ...certificate.extensions.filter((extension) => extension.type !== "2.5.29.30"),
      new x509.Extension("2.5.29.30", true, loopbackOnly),
    ],
  })
  const authority: Authority = { ...ca.authority, certificate: constrained, pem: constrained.toString("pem") }
  const { pem: certPem, keyPem } = await issueServerCertificate(authority, ["127.0.0.1"])
  const server = { certPem, keyPem, certPath: "", keyPath: "" }
  const { ofServer } = await handshake(authority.pem, server, await ca.issueClient("bob"))
  expect(ofServer).toEqual({ authorized: false, reason: "unsupported name constraint type" })
})
