// What a handshake is done with: certificate, key and the authorities that clients are judged by. Checked as a whole
// before it is used, so that a bad renewal never replaces a certificate that works.

import { constants, createHash, createPrivateKey, X509Certificate } from "node:crypto"
import { EXIT, UserError } from "../user-error.ts"

/** Texts in PEM, with the paths they came from for errors. */
export interface TlsFiles {
  readonly cert: PemFile
  readonly key: PemFile
  /** Absent when clients are not asked for certificates. */
  readonly ca?: PemFile
}

export interface PemFile {
  readonly path: string
  readonly pem: string
}

/** An authority whose client certificates are believed. */
export interface TrustedAuthority {
  readonly certificate: X509Certificate
  /** SHA-256 of its public key, in hex. */
  readonly pin: string
  /** The host of its members' URIs; undefined when any is as good. */
  readonly site: string | undefined
}

export interface TlsMaterial {
  /** For `upgradeTLS`. */
  readonly options: Bun.TLSOptions
  readonly leaf: X509Certificate
  readonly authorities: readonly TrustedAuthority[]
}

/** Throws a UserError (78) when the files do not belong together. `siteOf` reads an authority's site from its PEM. */
export function tlsMaterial(files: TlsFiles, siteOf: (pem: string) => string | undefined): TlsMaterial {
  const leaf = certificatesIn(files.cert)[0]
  if (!leaf) throw refused(`${files.cert.path} holds no certificate in PEM form`)
  assertKeyOf(leaf, files)
  const authorities = files.ca ? certificatesIn(files.ca) : []
  if (files.ca && authorities.length === 0) throw refused(`${files.ca.path} holds no certificate in PEM form`)
  return {
    leaf,
    authorities: authorities.map((certificate) => ({
      certificate,
      pin: pinOf(certificate),
      site: siteOf(certificate.toString()),
    })),
    options: {
      cert: files.cert.pem,
      key: files.key.pem,
      // TLS 1.3 only: `minVersion` is not in Bun's types and `secureProtocol` is ignored without a word.
      secureOptions: constants.SSL_OP_NO_TLSv1_2,
      // As it is on the wire, or Bun refuses all who offer any: https://www.rfc-editor.org/rfc/rfc7301#section-3.1
      ALPNProtocols: Buffer.from("\x03irc\x08http/1.1"),
      // The handshake never rejects: the server judges itself afterwards and says why.
      rejectUnauthorized: false,
      requestCert: files.ca !== undefined,
      ...(files.ca ? { ca: files.ca.pem } : {}),
    },
  }
}

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

function certificatesIn({ path, pem }: PemFile): X509Certificate[] {
  try {
    return (pem.match(PEM) ?? []).map((block) => new X509Certificate(block))
  } catch {
    throw refused(`${path} holds a certificate that cannot be read`)
  }
}

function assertKeyOf(leaf: X509Certificate, { cert, key }: TlsFiles) {
  let belongs: boolean
  try {
    belongs = leaf.checkPrivateKey(createPrivateKey(key.pem))
  } catch {
    throw refused(`${key.path} holds no private key in PEM form that can be used without a passphrase`)
  }
  if (!belongs) {
    throw refused(
      `the key ${key.path} does not belong to the certificate ${cert.path}`,
      "name its key with --key FILE",
    )
  }
}

function pinOf(certificate: X509Certificate): string {
  return createHash("sha256")
    .update(certificate.publicKey.export({ type: "spki", format: "der" }))
    .digest("hex")
}

function refused(message: string, hint?: string): UserError {
  return new UserError(message, { ...(hint ? { hint } : {}), exitCode: EXIT.refusedToStart })
}
