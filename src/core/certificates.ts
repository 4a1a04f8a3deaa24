// Certificates that the site's authority made on request, and invitations to ask for one. Whose such a certificate is, is what
// the log says of its serial, never what its name says (TLS proves no more than that the peer holds its key).

import type { Role } from "../protocol/rights.ts"
import type { Network } from "./network.ts"
import type { Certificate } from "./seams.ts"
import type { Account } from "./user.ts"

/** Leave to ask for a certificate of an account. */
export interface Invitation {
  readonly id: string
  readonly accountId: number
  /** SHA-256 of its secret, in hex. */
  readonly hash: string
  /** The place of the event that holds the hash. */
  readonly seq: number
  /** Where who comes by it begins. */
  readonly channels: readonly string[]
  /** ms since 1970. */
  readonly expires: number
  usesLeft: number
  /** What the account becomes when it is used, if that is more. */
  role?: Role
  /** The account's holder made it, for another device. */
  readonly own?: true
  /** Who asked with it, by the pin of the key; there where each has to be approved. */
  readonly requests?: Map<string, CertificateRequest>
}

/** A key that waits for its certificate: https://www.rfc-editor.org/rfc/rfc7030#section-4.2.3 */
export interface CertificateRequest {
  /** SHA-256 of it, in hex. */
  readonly keyPin: string
  /** The same for people to compare. */
  readonly words: string
  /** What its holder calls the computer. */
  readonly device?: string
  /** ms since 1970. */
  readonly since: number
  verdict: "waits" | "approved" | "denied"
}

export interface IssuedCertificate {
  /** In lower-case hex. */
  readonly serial: string
  /** Pin of the issuing key in hex. */
  readonly issuer: string
  readonly accountId: number
  /** The place of the event that made it. */
  readonly seq: number
  /** SHA-256 of its own public key, in hex. */
  readonly keyPin: string
  /** ms since 1970 when it was made. */
  readonly made: number
  /** ms since 1970, whole seconds. */
  readonly notBefore: number
  readonly notAfter: number
  /** What its holder calls the computer. */
  readonly device?: string
  /** The invitation that it was asked for with. */
  readonly invitation?: string
  /** The serial of the certificate whose place it took. */
  readonly renews?: string
  /** ms since 1970 when somebody came in with it, or with one that it renewed; now and then. */
  lastUsed?: number
  revoked?: Revocation
}

export interface Revocation {
  /** ms since 1970 from when it counts. */
  readonly at: number
  readonly reason: string
}

/** So long after its end a certificate may be renewed at most, and is known: one that nobody knows is not. */
export const RENEWABLE_DAYS_MAX = 90

/** What the log says of a certificate, if it was made on request. */
export function issuedOf(net: Network, { serial, issuer }: Certificate): IssuedCertificate | undefined {
  const issued = serial === undefined ? undefined : net.certificates.get(serial)
  return issued?.issuer === issuer ? issued : undefined
}

export function certificatesOf(net: Network, account: Account): IssuedCertificate[] {
  return [...net.certificates.values()].filter(({ accountId }) => accountId === account.id)
}

/** What ended a certificate that is valid otherwise; `validFrom` in ms since 1970. */
export function revocationOf(
  net: Network,
  certificate: Certificate,
  validFrom: number,
  now: number,
): Revocation | undefined {
  const issued = issuedOf(net, certificate)
  if (issued) return issued.revoked && issued.revoked.at <= now ? issued.revoked : undefined
  const account = net.account(certificate.name)
  const ended = account?.issuer === certificate.issuer ? account.certificatesEnded : undefined
  return ended && validFrom <= ended.at ? ended : undefined
}
