// The list of certificates that ended before their time (CRL): https://www.rfc-editor.org/rfc/rfc5280#section-5. For others to
// read: the server itself asks its own record. Written by hand, since the library takes time that grows with the square of the
// entries (10,000 took it 21 s) and ends an entry without a reason in an empty sequence, which BoringSSL refuses.
import { createPrivateKey, sign } from "node:crypto"
import * as x509 from "@peculiar/x509"
import type { Authority } from "./authority.ts"
import { der, TAG } from "./der.ts"

/** Reasons with their numbers: https://www.rfc-editor.org/rfc/rfc5280#section-5.3.1 */
export const REASONS = {
  unspecified: 0,
  keyCompromise: 1,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  privilegeWithdrawn: 9,
} as const

export type Reason = keyof typeof REASONS

export interface Revoked {
  /** In hex. */
  readonly serial: string
  readonly at: Date
  readonly reason: Reason
}

export interface RevocationListOptions {
  /** Grows with every list. */
  readonly number: number
  readonly revoked: readonly Revoked[]
  readonly thisUpdate: Date
  readonly nextUpdate: Date
}

/** A signed list, DER. */
export async function makeRevocationList(
  authority: Authority,
  { number, revoked, thisUpdate, nextUpdate }: RevocationListOptions,
): Promise<Uint8Array> {
  const { certificate, keys } = authority
  const authorityKey = await x509.AuthorityKeyIdentifierExtension.create(certificate.publicKey)
  const listed = der(
    TAG.sequence,
    integer(Buffer.from([VERSION_2])),
    ECDSA_SHA256,
    new Uint8Array(certificate.subjectName.toArrayBuffer()),
    time(thisUpdate),
    time(nextUpdate),
    // "When there are no revoked certificates, the revoked certificates list MUST be absent."
    ...(revoked.length > 0 ? [der(TAG.sequence, ...revoked.map(entry))] : []),
    der(
      EXTENSIONS,
      der(
        TAG.sequence,
        new Uint8Array(authorityKey.rawData),
        extension(CRL_NUMBER, integer(bytesOf(BigInt(number).toString(16)))),
      ),
    ),
  )
  const signature = sign("sha256", listed, createPrivateKey(keys.pem))
  return der(TAG.sequence, listed, ECDSA_SHA256, der(BIT_STRING, Buffer.from([0]), signature))
}

const VERSION_2 = 1
const [INTEGER, BIT_STRING, OCTET_STRING, OID, ENUMERATED] = [0x02, 0x03, 0x04, 0x06, 0x0a]
const [UTC_TIME, GENERALIZED_TIME] = [0x17, 0x18]
const EXTENSIONS = 0xa0
/** 1.2.840.10045.4.3.2 */
const ECDSA_SHA256 = der(TAG.sequence, der(OID, Buffer.from("2a8648ce3d040302", "hex")))
/** 2.5.29.20 and 2.5.29.21 */
const CRL_NUMBER = der(OID, Buffer.from("551d14", "hex"))
const REASON_CODE = der(OID, Buffer.from("551d15", "hex"))

function entry({ serial, at, reason }: Revoked): Uint8Array {
  const code = REASONS[reason]
  // "the reason code CRL entry extension SHOULD be absent instead of using the unspecified (0) reasonCode value"
  const why =
    code === 0 ? [] : [der(TAG.sequence, extension(REASON_CODE, der(ENUMERATED, Buffer.from([code]))))]
  return der(TAG.sequence, integer(bytesOf(serial)), time(at), ...why)
}

function extension(oid: Uint8Array, value: Uint8Array): Uint8Array {
  return der(TAG.sequence, oid, der(OCTET_STRING, value))
}

function integer(magnitude: Uint8Array): Uint8Array {
  const negative = ((magnitude[0] ?? 0) & 0x80) !== 0
  return der(INTEGER, ...(negative ? [Buffer.from([0])] : []), magnitude)
}

/** Without the leading zero bytes that DER forbids. */
function bytesOf(hex: string): Uint8Array {
  const even = hex.length % 2 === 0 ? hex : `0${hex}`
  const bytes = Buffer.from(even, "hex")
  const first = bytes.findIndex((byte) => byte !== 0)
  return first < 0 ? Buffer.from([0]) : bytes.subarray(first)
}

/** "CAs conforming to this profile MUST always encode certificate validity dates through the year 2049 as UTCTime". */
function time(at: Date): Uint8Array {
  const digits = `${at.toISOString().replace(/[-:T]/g, "").slice(0, 14)}Z`
  return at.getUTCFullYear() < 2050
    ? der(UTC_TIME, Buffer.from(digits.slice(2)))
    : der(GENERALIZED_TIME, Buffer.from(digits))
}
