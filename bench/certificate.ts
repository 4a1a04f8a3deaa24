// One P-256 certificate for every server of a run, so that no server wins or loses by its key.
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { generate } from "selfsigned"

export type Certificate = { cert: string; key: string }

/** Makes a self-signed certificate for 127.0.0.1 and localhost, as PEM: it is its own authority. */
export async function makeCertificate(): Promise<Certificate> {
  const made = await generate([{ name: "commonName", value: "localhost" }], {
    keyType: "ec",
    curve: "P-256",
    algorithm: "sha256",
    extensions: [
      { name: "basicConstraints", cA: false, critical: true },
      { name: "keyUsage", digitalSignature: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: [
          { type: 2, value: "localhost" },
          { type: 7, ip: "127.0.0.1" },
        ],
      },
    ],
  })
  return { cert: made.cert, key: made.private }
}

/** Writes the certificate and its key (0600: servers refuse a key that others can read) and returns their paths. */
export function writeCertificate(certificate: Certificate, folder: string): Certificate {
  const paths = { cert: join(folder, "server.pem"), key: join(folder, "server.key") }
  writeFileSync(paths.cert, certificate.cert)
  writeFileSync(paths.key, certificate.key, { mode: 0o600 })
  return paths
}
