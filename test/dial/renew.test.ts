// Which certificate of the authority a renewal may bring: the server's word is not enough for it, the authority's signature is.

import { expect, test } from "bun:test"
import * as x509 from "@peculiar/x509"
import { createServer } from "node:tls"
import type { AddressInfo } from "node:net"
import { type Authority, DAY_MS, renewAuthority } from "../../src/authority/authority.ts"
import { decodeCertsOnly, encodeCertsOnly } from "../../src/authority/certs-only.ts"
import { makeKeyPair, SIGNING } from "../../src/authority/keys.ts"
import { signerOf } from "../../src/authority/signer.ts"
import { renew } from "../../src/dial/renew.ts"
import { testAuthority, type TestAuthority } from "../support/certificates.ts"

const LATER = new Date(Date.now() + 400 * DAY_MS)

/** Its key and its name for longer, with no constraints, and signed by somebody else. */
async function forged({ keys, certificate }: Authority): Promise<string> {
  const forger = await makeKeyPair()
  const made = await x509.X509CertificateGenerator.create({
    serialNumber: "01",
    subject: certificate.subject,
    issuer: certificate.subject,
    notBefore: certificate.notBefore,
    notAfter: new Date(LATER.getTime() + 36_500 * DAY_MS),
    publicKey: keys.publicKey,
    signingKey: forger.privateKey,
    signingAlgorithm: SIGNING,
    extensions: [new x509.BasicConstraintsExtension(true, 0, true)],
  })
  return `${made.toString("pem")}\n`
}

/** What a renewal brings from a server that adds this certificate to its answer. */
async function broughtBy(site: TestAuthority, extra: string): Promise<string | undefined> {
  const { authority, caPem } = site
  const [leaf, former] = [await site.issueServer(["127.0.0.1"]), await site.issueClient("alice")]
  const signer = signerOf(authority)
  const options = { cert: leaf.certPem, key: leaf.keyPem, ALPNProtocols: ["http/1.1"] }
  const server = createServer(options, (socket) => {
    socket.once("data", async (chunk) => {
      const request = Buffer.from(chunk.toString("latin1").split("\r\n\r\n")[1] ?? "", "base64")
      const read = await signer.read(request)
      if ("refused" in read) return socket.end()
      const answer = await read.certify("alice", signer.terms(Date.now()))
      const body = Buffer.from(encodeCertsOnly([...decodeCertsOnly(answer)!, extra].join(""))).toString(
        "base64",
      )
      socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  try {
    const address = { host: "127.0.0.1", port: (server.address() as AddressInfo).port }
    const pair = { cert: former.certPem, key: former.keyPem }
    return (await renew(address, caPem, pair, new AbortController().signal)).newerCa
  } finally {
    server.close()
  }
}

test("a certificate of the authority that it has not signed itself is not taken, and its successor is", async () => {
  using site = await testAuthority()
  expect(await broughtBy(site, await forged(site.authority))).toBeUndefined()
  const { pem } = await renewAuthority(site.authority, LATER)
  expect(await broughtBy(site, pem)).toBe(pem)
})
