// A site's certificate authority: https://www.rfc-editor.org/rfc/rfc5280#section-4.2
// It is name-constrained from its first day (DESIGN §8.11): whoever steals its key can pretend to be this site, and
// nobody else. It signs leaves only (pathLen 0).
import { createPrivateKey, randomBytes, X509Certificate } from "node:crypto"
import * as x509 from "@peculiar/x509"
import {
  constraintsFor,
  decodeNameConstraints,
  encodeNameConstraints,
  NAME_CONSTRAINTS_OID,
} from "./name-constraints.ts"
import type { NameConstraints } from "./name-constraints.ts"
import { parseHost } from "./hosts.ts"
import { importKeyPair, makeKeyPair, SIGNING } from "./keys.ts"
import type { KeyPair } from "./keys.ts"
import { EXIT, UserError } from "../user-error.ts"

export const BACKDATED_MS = 5 * 60_000
export const DAY_MS = 86_400_000
export const AUTHORITY_DAYS = 3652

/** An authority that can sign; `pem` is its certificate, `keys.pem` its private key, `site` the host in its URIs. */
export type Authority = {
  site: string
  pem: string
  keys: KeyPair
  certificate: x509.X509Certificate
  constraints: NameConstraints
}

/** Makes an authority that may vouch for `hosts` besides localhost, `.local` and addresses. Writes nothing. */
export async function createAuthority(
  options: { hosts?: string[]; site?: string; now?: Date } = {},
): Promise<Authority> {
  const now = options.now ?? new Date()
  const site = options.site ?? newSite()
  const constraints = constraintsFor(site, (options.hosts ?? []).map(parseHost))
  return certified(site, await makeKeyPair(), constraints, now)
}

/** The same authority for another ten years: its key, its names and so its pin are what they were. Writes nothing. */
export function renewAuthority({ site, keys, constraints }: Authority, now = new Date()): Promise<Authority> {
  return certified(site, keys, constraints, now)
}

async function certified(
  site: string,
  keys: KeyPair,
  constraints: NameConstraints,
  now: Date,
): Promise<Authority> {
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerial(),
    // Names go in as objects: the library would parse a string, and a comma in it would begin another attribute.
    name: [{ CN: [`chat ${site}`] }],
    notBefore: new Date(now.getTime() - BACKDATED_MS),
    notAfter: new Date(now.getTime() + AUTHORITY_DAYS * DAY_MS),
    keys,
    signingAlgorithm: SIGNING,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      new x509.Extension(NAME_CONSTRAINTS_OID, true, new Uint8Array(encodeNameConstraints(constraints))),
    ],
  })
  return { site, pem: certificate.toString("pem") + "\n", keys, certificate, constraints }
}

/** Puts an authority together from its two files' texts, the key's not encrypted; throws a UserError (78) when they do not make one. */
export async function readAuthority(pem: string, keyPem: string, path: string): Promise<Authority> {
  const certificate = readCertificate(pem, path)
  const site = siteOf(pem)
  const keys = await importKeyPair(keyPem, path.replace(/\.pem$/, ".key"))
  if (site === undefined)
    throw new UserError(`${path} is not an authority that chat made`, { exitCode: EXIT.refusedToStart })
  if (!new X509Certificate(pem).checkPrivateKey(createPrivateKey(keyPem)))
    throw new UserError(`${path} and the key beside it do not belong together`, {
      hint: "put back both files from one backup",
      exitCode: EXIT.refusedToStart,
    })
  return { site, pem, keys, certificate, constraints: constraintsOf(certificate) }
}

/** The site (`k7qdm4w9tx.local`) of an authority's certificate; undefined when chat did not make it. */
export function siteOf(caPem: string): string | undefined {
  const { uri } = constraintsOf(readCertificate(caPem, "the certificate"))
  return uri.length === 1 ? uri[0] : undefined
}

/** What a certificate's name constraints permit; nothing when it has none. */
export function constraintsOf(certificate: x509.X509Certificate): NameConstraints {
  const extension = certificate.getExtension(NAME_CONSTRAINTS_OID)
  return extension ? decodeNameConstraints(new Uint8Array(extension.value)) : { dns: [], uri: [] }
}

/** The first certificate in a PEM text; throws a UserError (78) that names `path` when there is none. */
export function readCertificate(pem: string, path: string): x509.X509Certificate {
  try {
    return new x509.X509Certificate(x509.PemConverter.decodeFirst(pem))
  } catch {
    throw new UserError(`${path} holds no certificate in PEM form`, { exitCode: EXIT.refusedToStart })
  }
}

/** 16 random bytes, positive and without leading zeros as RFC 5280 §4.1.2.2 wants. */
export function newSerial(): string {
  const bytes = randomBytes(16)
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40
  return bytes.toString("hex")
}

/** Fifty random bits in Crockford's base 32, below `.local`: a host name that nobody else has. */
function newSite(): string {
  const digits = "0123456789abcdefghjkmnpqrstvwxyz"
  return `${[...randomBytes(10)].map((byte) => digits[byte & 31]).join("")}.local`
}
