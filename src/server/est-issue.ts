// What the ways to a certificate share: who asks, and how it is made and told.

import type { IssuedCertificate } from "../core/certificates.ts"
import { certificateIssued } from "../core/commands/enrolment.ts"
import type { Certificate } from "../core/seams.ts"
import type { Account } from "../core/user.ts"
import type { Verdict } from "./certificate-judge.ts"
import { now } from "./clock.ts"
import { type HttpAnswer, plainly } from "./http-answer.ts"
import type { Shell } from "./shell.ts"
import type { Signer, SoundRequest } from "./signer.ts"

/** Who asks. */
export interface Asker {
  /** Normalised, for administrators only. */
  readonly address: string
  /** Of the certificate that was shown, as of now; one that ended less than `graceMs` ago may count. */
  verdict(graceMs?: number): Verdict
  /** What names this TLS connection at both ends: https://www.rfc-editor.org/rfc/rfc9266 */
  readonly exported: Uint8Array | undefined
}

type Fact = Parameters<typeof certificateIssued.apply>[1]
type Grounds = Pick<Fact, "invitation" | "role" | "renews" | "device">

const CERTIFICATES = "application/pkcs7-mime; smime-type=certs-only"
const DEVICE_LENGTH_MAX = 64

/** Why not, in words. From the reading of the state to the fact nothing is waited for, so that of many one wins. */
export function issue(
  { engine }: Shell,
  signer: Signer,
  { name }: Account,
  keyPin: string,
  grounds: Grounds,
): IssuedCertificate | string {
  const terms = signer.terms(now())
  const fact = { accountName: name, issuer: signer.issuer, keyPin, ...terms, ...grounds }
  const refusal = engine.administer(certificateIssued, fact, now())
  return refusal ?? engine.net.certificates.get(terms.serial) ?? "it was not made"
}

export async function certify(
  { durable }: Shell,
  { name }: Account,
  issued: IssuedCertificate,
  request: SoundRequest,
  headers: Readonly<Record<string, string>> = {},
): Promise<HttpAnswer> {
  const [made] = await Promise.all([request.certify(name, issued), durable(issued.seq)])
  return certificates(made, headers)
}

export function certificates(der: Uint8Array, headers: Readonly<Record<string, string>> = {}): HttpAnswer {
  return {
    status: 200,
    headers: { "Content-Type": CERTIFICATES, "Content-Transfer-Encoding": "base64", ...headers },
    body: Buffer.from(der).toString("base64"),
  }
}

export function refuseRequest({ log }: Shell, { address }: Asker, refused: string): HttpAnswer {
  const why = REQUEST_REFUSALS[refused] ?? "it is none (PKCS #10)"
  log({ level: "info", what: "request for a certificate refused", address, why })
  return plainly(400, `the request for a certificate is refused: ${why}`)
}

const REQUEST_REFUSALS: Readonly<Record<string, string>> = {
  signature: "it is not signed by the key that it is for",
  key: "its kind of key is not taken: EC P-256 or P-384, Ed25519, or RSA with 3072 bits or more",
}

export function memberIn(verdict: Verdict): Certificate | undefined {
  return "member" in verdict ? verdict.member : undefined
}

/** What the asker calls the computer, if it can be shown to people. */
export function deviceIn(headers: ReadonlyMap<string, string>): { device?: string } {
  const device = headers.get("chat-device") ?? ""
  return device === "" ? {} : { device: device.slice(0, DEVICE_LENGTH_MAX) }
}
