// Who a client's certificate says it is, or why it does not count. TLS only asks for it and proves that the peer holds
// its key; the verdict is given here, where it has a reason that the peer can be told (DESIGN §6).

import type { X509Certificate } from "node:crypto"
import type { Certificate } from "../core/seams.ts"
import { type RefusalCode, revokedWords } from "../protocol/refusals.ts"
import type { TrustedAuthority } from "./tls-material.ts"

/** What the handshake left to judge. */
export interface Shown {
  readonly certificate: X509Certificate | undefined
  /** Whether the TLS library could build a valid chain; it also checks what is not checked here, such as constraints. */
  readonly authorized: boolean
}

export interface Rules {
  readonly mode: "off" | "optional" | "required"
  readonly access: "members" | "open"
  readonly authorities: readonly TrustedAuthority[]
  /** Reads the one `irc://SITE/NAME` of a certificate in DER. */
  readonly memberOf: (der: Uint8Array) => { site: string; name: string } | undefined
  /** Whether an account has said that the certificate of this fingerprint is its own. */
  readonly isPinned: (fingerprint: string) => boolean
  /** Why a certificate, valid from then on (ms since 1970), was revoked; undefined when it was not. */
  readonly whyRevoked: (certificate: Certificate, validFrom: number) => string | undefined
}

/** A member, a guest, or a refusal; `why` is for the operator's log, `words` for the peer where there is more to say than the code does. */
export type Verdict =
  | { readonly member: Certificate }
  | { readonly guest: true }
  | { readonly refusal: RefusalCode; readonly why: string; readonly words?: string }

/** https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.12 */
const CLIENT_AUTH = "1.3.6.1.5.5.7.3.2"

/**
 * Judged anew at each handshake, resumed ones too: a ticket may outlive the certificate it was given for. One that ended less than
 * `graceMs` ago counts, for who judges whether it may be renewed.
 */
export function judge({ certificate, authorized }: Shown, rules: Rules, nowMs: number, graceMs = 0): Verdict {
  if (rules.mode === "off") return { guest: true }
  if (!certificate) {
    return rules.mode === "required" ? refuse("CERT_REQUIRED", "no certificate was shown") : { guest: true }
  }
  const issuer = issuerOf(certificate, rules.authorities)
  if (!issuer) {
    // Somebody's certificate for another network is no reason to turn a guest away, and an account's own is to log in with.
    const isOverlooked = rules.mode === "optional" && rules.access === "open"
    const isWelcomeAnyway = isOverlooked || rules.isPinned(fingerprint512Of(certificate))
    return isWelcomeAnyway
      ? { guest: true }
      : refuse("CERT_UNTRUSTED", `issued by ${oneLine(certificate.issuer)}`)
  }
  return defectOf(certificate, nowMs, graceMs) ?? identify(certificate, authorized, issuer, rules)
}

function issuerOf(
  certificate: X509Certificate,
  authorities: readonly TrustedAuthority[],
): TrustedAuthority | undefined {
  return authorities.find(
    (authority) =>
      certificate.checkIssued(authority.certificate) && certificate.verify(authority.certificate.publicKey),
  )
}

function defectOf(certificate: X509Certificate, nowMs: number, graceMs: number): Verdict | undefined {
  if (Date.parse(certificate.validTo) + graceMs < nowMs)
    return refuse("CERT_EXPIRED", `expired ${certificate.validTo}`)
  if (Date.parse(certificate.validFrom) > nowMs)
    return refuse("CERT_NOT_YET_VALID", `valid from ${certificate.validFrom}`)
  if (certificate.ca) return refuse("CERT_WRONG_PURPOSE", "it is the certificate of an authority")
  // "Any purpose" and no purpose at all are what certificates of web servers come with.
  if (!certificate.keyUsage?.includes(CLIENT_AUTH))
    return refuse("CERT_WRONG_PURPOSE", "its extended key usage lacks clientAuth")
  return undefined
}

function identify(
  certificate: X509Certificate,
  authorized: boolean,
  issuer: TrustedAuthority,
  rules: Rules,
): Verdict {
  const member = rules.memberOf(certificate.raw)
  if (!member) return refuse("CERT_NO_NAME", "it has no single name irc://SITE/NAME")
  if (issuer.site !== undefined && member.site !== issuer.site) {
    return refuse("CERT_NO_NAME", `its name is of ${member.site}, this site is ${issuer.site}`)
  }
  if (!authorized)
    return {
      refusal: "CERT_UNTRUSTED",
      why: "the TLS library does not accept its chain",
      words: "your certificate breaks the rules of this server's authority",
    }
  const { name } = member
  const serial = certificate.serialNumber.toLowerCase()
  const shown = { name, issuer: issuer.pin, fingerprint: fingerprintOf(certificate), serial }
  const revoked = rules.whyRevoked(shown, Date.parse(certificate.validFrom))
  if (revoked === undefined) return { member: shown }
  const words = revokedWords(revoked)
  return { refusal: "CERT_REVOKED", why: `${name}, ${serial}: ${revoked}`, words }
}

/** SHA-512 in lower-case hex. */
export function fingerprint512Of(certificate: X509Certificate): string {
  return certificate.fingerprint512.replaceAll(":", "").toLowerCase()
}

function fingerprintOf(certificate: X509Certificate): string {
  return certificate.fingerprint256.replaceAll(":", "").toLowerCase()
}

function oneLine(name: string): string {
  return name.replaceAll("\n", ", ").slice(0, 200)
}

function refuse(refusal: RefusalCode, why: string): Verdict {
  return { refusal, why }
}
