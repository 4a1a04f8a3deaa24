// A request for a certificate (PKCS #10): https://www.rfc-editor.org/rfc/rfc2986. Only its key counts: the names and extensions
// it asks for are ignored, since who signs it knows who it is for.
import { createHash, createPublicKey, type KeyObject } from "node:crypto"
import * as x509 from "@peculiar/x509"
import { type KeyPair, SIGNING } from "./keys.ts"

/** Bytes of a request, DER: an RSA key of 8,192 bits fits. */
const BYTES_MAX = 4096
const RSA_BITS_MIN = 3072
const CURVES: readonly (string | undefined)[] = ["prime256v1", "secp384r1"]

export interface CertificateRequest {
  readonly publicKey: x509.PublicKey
  /** SHA-256 of the key, in hex. */
  readonly keyPin: string
}

/** Why a request is refused: it is none, its signature is not of its key, or its key is of a kind that is not taken. */
export type RequestRefusal = "malformed" | "signature" | "key"

/** The request in `der`, whose holder has proved to have the key; or why it is refused. */
export async function readRequest(
  der: Uint8Array,
): Promise<CertificateRequest | { readonly refused: RequestRefusal }> {
  if (der.length > BYTES_MAX) return { refused: "malformed" }
  const request = parse(der)
  const key = request && keyOf(request)
  if (!request || !key) return { refused: "malformed" }
  if (!isAllowed(key)) return { refused: "key" }
  if (!(await isSigned(request))) return { refused: "signature" }
  const { publicKey } = request
  const keyPin = createHash("sha256").update(new Uint8Array(publicKey.rawData)).digest("hex")
  return { publicKey, keyPin }
}

/** A request for these keys, DER: it asks for no name, since who signs it would not heed it. */
export async function makeRequest(keys: KeyPair): Promise<Uint8Array> {
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: [{ CN: ["chat"] }],
    keys,
    signingAlgorithm: SIGNING,
  })
  return new Uint8Array(request.rawData)
}

function parse(der: Uint8Array): x509.Pkcs10CertificateRequest | undefined {
  try {
    return new x509.Pkcs10CertificateRequest(new Uint8Array(der))
  } catch {
    return undefined
  }
}

function keyOf(request: x509.Pkcs10CertificateRequest): KeyObject | undefined {
  try {
    return createPublicKey({ key: Buffer.from(request.publicKey.rawData), format: "der", type: "spki" })
  } catch {
    return undefined
  }
}

function isAllowed({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): boolean {
  if (asymmetricKeyType === "ed25519") return true
  if (asymmetricKeyType === "ec") return CURVES.includes(asymmetricKeyDetails?.namedCurve)
  return asymmetricKeyType === "rsa" && (asymmetricKeyDetails?.modulusLength ?? 0) >= RSA_BITS_MIN
}

async function isSigned(request: x509.Pkcs10CertificateRequest): Promise<boolean> {
  try {
    return await request.verify()
  } catch {
    return false
  }
}
