// Certificates for servers and clients: https://www.rfc-editor.org/rfc/rfc5280#section-4.2 (profile),
// https://www.rfc-editor.org/rfc/rfc9525 (names live in the SAN; the CN is for human eyes).
import * as x509 from "@peculiar/x509"
import { BACKDATED_MS, DAY_MS, newSerial } from "./authority.ts"
import type { Authority } from "./authority.ts"
import { assertClientName, isClientName, parseHost } from "./hosts.ts"
import type { Host } from "./hosts.ts"
import { makeKeyPair, SIGNING } from "./keys.ts"
import { permits } from "./name-constraints.ts"
import { EXIT, UserError } from "../user-error.ts"

export const LEAF_DAYS = 90

/** A certificate with its key: `pem` is what its file holds (a server's: leaf, then authority), `leafPem` the leaf. */
export type Issued = { pem: string; leafPem: string; keyPem: string; notAfter: Date }

/** `now` is for callers that own a clock; the rest makes the certificates that tests must see refused. */
export type IssueOptions = {
  now?: Date
  notBefore?: Date
  notAfter?: Date
  /** In hex; random when absent. */
  serial?: string
  usages?: ("serverAuth" | "clientAuth")[]
  /** Do not ask whether the authority's constraints permit the names. */
  unconstrained?: boolean
  /** Another host in a client's URI than the authority's site. */
  site?: string
}

/** A server's certificate for host names and addresses. Throws a UserError for a name that may not be in it. */
export async function issueServerCertificate(
  authority: Authority,
  hosts: string[],
  options: IssueOptions = {},
): Promise<Issued> {
  const named = hosts.map(parseHost)
  if (named.length === 0)
    throw new UserError("a server's certificate needs a host name or an address", { exitCode: EXIT.usage })
  if (!options.unconstrained) named.forEach((host) => assertPermitted(authority, host))
  // A host name of at most 64 characters (RFC 5280's upper bound), or what is none: OpenSSL would hold an address that
  // stands here against the constraints on host names.
  const subject =
    named.find(({ kind, value }) => kind === "dns" && value.length <= 64)?.value ?? "chat server"
  const names = named.map(({ kind, value }) => ({ type: kind, value }))
  const issued = await issueWithKey(authority, subject, names, ["serverAuth"], options)
  return { ...issued, pem: issued.leafPem + authority.pem }
}

/** A client's certificate for a name (a nick, see `isClientName`). Its identity is the URI `irc://SITE/NAME`. */
export async function issueClientCertificate(
  authority: Authority,
  name: string,
  options: IssueOptions = {},
): Promise<Issued> {
  assertClientName(name)
  return issueWithKey(authority, name, [uriOf(authority, name, options)], ["clientAuth"], options)
}

/** As `issueClientCertificate`, for a key that its holder keeps: PEM of the leaf alone. */
export async function certifyClient(
  authority: Authority,
  name: string,
  publicKey: x509.PublicKey,
  options: IssueOptions = {},
): Promise<{ leafPem: string; serial: string; notAfter: Date }> {
  assertClientName(name)
  const names = [uriOf(authority, name, options)]
  const certificate = await issue(authority, name, names, ["clientAuth"], publicKey, options)
  const { serialNumber: serial, notAfter } = certificate
  return { leafPem: certificate.toString("pem") + "\n", serial, notAfter }
}

function uriOf(authority: Authority, name: string, options: IssueOptions) {
  return { type: "url" as const, value: `irc://${options.site ?? authority.site}/${name}` }
}

/**
 * Who a client's certificate (PEM or DER) says its holder is; undefined when it bears no such URI or several, or is not
 * expressly for clients: BoringSSL lets a certificate without any extended key usage pass as a client's.
 */
export function memberOf(certificate: string | Uint8Array): { site: string; name: string } | undefined {
  const raw =
    typeof certificate === "string" ? x509.PemConverter.decodeFirst(certificate) : new Uint8Array(certificate)
  const parsed = new x509.X509Certificate(raw)
  const usages = parsed.getExtension(x509.ExtendedKeyUsageExtension)?.usages ?? []
  const names = parsed.getExtension(x509.SubjectAlternativeNameExtension)?.names.items ?? []
  const uris = names.filter((name) => name.type === "url" && name.value.startsWith("irc://"))
  const [, site, name] = /^irc:\/\/([a-z0-9.-]+)\/([^/?#]+)$/.exec(uris[0]?.value ?? "") ?? []
  const sound = usages.includes(x509.ExtendedKeyUsage.clientAuth) && uris.length === 1
  return sound && site && name && isClientName(name) ? { site, name } : undefined
}

/** Throws a UserError (78) when the authority was not made for this host. */
export function assertPermitted(authority: Authority, host: Host): void {
  if (permits(authority.constraints, host)) return
  throw new UserError(
    `this authority may not vouch for ${host.value}: it was not named when the authority was made`,
    {
      hint: `a new authority may (chat certs init --force --host ${host.value}), but every pin and certificate of the old one ends`,
      exitCode: EXIT.refusedToStart,
    },
  )
}

async function issueWithKey(
  authority: Authority,
  commonName: string,
  names: x509.JsonGeneralNames,
  usages: ("serverAuth" | "clientAuth")[],
  options: IssueOptions,
): Promise<Issued> {
  const keys = await makeKeyPair()
  const certificate = await issue(authority, commonName, names, usages, keys.publicKey, options)
  const leafPem = certificate.toString("pem") + "\n"
  return { pem: leafPem, leafPem, keyPem: keys.pem, notAfter: certificate.notAfter }
}

async function issue(
  authority: Authority,
  commonName: string,
  names: x509.JsonGeneralNames,
  usages: ("serverAuth" | "clientAuth")[],
  publicKey: x509.PublicKeyType,
  options: IssueOptions,
): Promise<x509.X509Certificate> {
  const now = options.now ?? new Date()
  if (authority.certificate.notAfter <= now)
    throw new UserError("the authority itself has expired", {
      hint: "renew it: chat certs renew-ca; its key and its pin stay",
      exitCode: EXIT.refusedToStart,
    })
  const notAfter = options.notAfter ?? new Date(now.getTime() + LEAF_DAYS * DAY_MS)
  const extended = (options.usages ?? usages).map((usage) => x509.ExtendedKeyUsage[usage])
  return x509.X509CertificateGenerator.create({
    serialNumber: options.serial ?? newSerial(),
    // As objects, never as a string: see authority.ts.
    subject: [{ CN: [commonName] }],
    issuer: authority.certificate.subjectName,
    notBefore: options.notBefore ?? new Date(now.getTime() - BACKDATED_MS),
    notAfter: notAfter < authority.certificate.notAfter ? notAfter : authority.certificate.notAfter,
    publicKey,
    signingKey: authority.keys.privateKey,
    signingAlgorithm: SIGNING,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      ...(extended.length > 0 ? [new x509.ExtendedKeyUsageExtension(extended)] : []),
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(authority.certificate.publicKey),
      new x509.SubjectAlternativeNameExtension(names),
    ],
  })
}
