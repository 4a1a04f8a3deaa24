// What a certificate says, in words for `chat certs show` and `list`.
import { X509Certificate } from "node:crypto"
import * as x509 from "@peculiar/x509"
import { constraintsOf, readCertificate } from "./authority.ts"
import { pinOf, sixWords } from "./pin.ts"

/** A certificate's facts; every text is printable ASCII, whatever the certificate holds. */
export type Description = {
  subject: string
  issuer: string
  /** `DNS:localhost`, `IP:127.0.0.1`, `URI:irc://…`. */
  names: string[]
  usages: string[]
  isAuthority: boolean
  /** What an authority's name constraints permit, in the form of `names`. */
  permitted: string[]
  notBefore: Date
  notAfter: Date
  serial: string
  /** SHA-256 over the certificate, upper-case hex with colons, as other programs print it. */
  fingerprint: string
  /** SHA-256 over its key, 64 hex digits. */
  pin: string
  words: string
}

/** Describes every certificate of a PEM text, in order; throws a UserError (78) that names `path` when there is none. */
export function describeChain(pem: string, path = "the text"): Description[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [pem]
  return blocks.map((block) => describeCertificate(block, path))
}

/** Describes the first certificate of a PEM text; throws a UserError (78) that names `path` when there is none. */
export function describeCertificate(pem: string, path = "the text"): Description {
  const certificate = readCertificate(pem, path)
  const san = certificate.getExtension(x509.SubjectAlternativeNameExtension)?.names.items ?? []
  const usages = certificate.getExtension(x509.ExtendedKeyUsageExtension)?.usages ?? []
  const permitted = constraintsOf(certificate)
  return {
    subject: printable(certificate.subject),
    issuer: printable(certificate.issuer),
    names: san.map(({ type, value }) => printable(`${NAME_LABELS.get(type) ?? type.toUpperCase()}:${value}`)),
    usages: usages.map((usage) => USAGES.get(String(usage)) ?? String(usage)),
    isAuthority: certificate.getExtension(x509.BasicConstraintsExtension)?.ca ?? false,
    permitted: [
      ...permitted.dns.map((name) => `DNS:${name}`),
      ...permitted.uri.map((host) => `URI:${host}`),
    ].map(printable),
    notBefore: certificate.notBefore,
    notAfter: certificate.notAfter,
    serial: certificate.serialNumber,
    fingerprint: new X509Certificate(pem).fingerprint256,
    pin: pinOf(pem),
    words: sixWords(pem),
  }
}

const NAME_LABELS = new Map([
  ["dns", "DNS"],
  ["ip", "IP"],
  ["url", "URI"],
])

const USAGES = new Map<string, string>([
  [x509.ExtendedKeyUsage.serverAuth, "server"],
  [x509.ExtendedKeyUsage.clientAuth, "client"],
])

function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "?")
}
