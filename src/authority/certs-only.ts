// Certificates in a row as EST sends them, a PKCS #7 message that signs nothing:
// https://www.rfc-editor.org/rfc/rfc7030#section-4.1.3, https://www.rfc-editor.org/rfc/rfc5652#section-5
import * as x509 from "@peculiar/x509"

/** The certificates of a PEM text, in DER. */
export function encodeCertsOnly(pem: string): Uint8Array {
  const certificates = x509.PemConverter.decode(pem).map((raw) => new x509.X509Certificate(raw))
  return new Uint8Array(new x509.X509Certificates(certificates).export("raw"))
}

/** The certificates of such a message as PEM texts, in no certain order; undefined when it is none. */
export function decodeCertsOnly(der: Uint8Array): string[] | undefined {
  try {
    const certificates = new x509.X509Certificates()
    certificates.import(new Uint8Array(der))
    return certificates.map((certificate) => certificate.toString("pem") + "\n")
  } catch {
    return undefined
  }
}
