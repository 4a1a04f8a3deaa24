// What a running server signs with: certificates for requests whose holder it knows, each of them as the log says it is, so that
// the same one can be made twice.
import { type Authority, BACKDATED_MS, DAY_MS, newSerial } from "./authority.ts"
import { encodeCertsOnly } from "./certs-only.ts"
import { type Invitation, linkOf } from "./invitation.ts"
import { certifyClient, LEAF_DAYS } from "./issue.ts"
import { pinOf, sixWords } from "./pin.ts"
import { readRequest } from "./request.ts"
import { makeRevocationList, type Reason, REASONS } from "./revocation-list.ts"

/** What tells one certificate from another; times in ms since 1970, whole seconds. */
export interface Terms {
  readonly serial: string
  readonly notBefore: number
  readonly notAfter: number
}

/** How long a list of revoked certificates is good. */
const LIST_DAYS = 7

/** Signs for one authority; its certificates last `days`. */
export function signerOf(authority: Authority, days = LEAF_DAYS) {
  const pin = pinOf(authority.pem)
  return {
    /** Pin of its key, in hex. */
    issuer: pin,
    /** Of an invitation to ask it for a certificate. */
    link: (invitation: Omit<Invitation, "pin">) => linkOf({ ...invitation, pin }),
    /** Its certificate alone, as EST sends it. */
    caCertificates: encodeCertsOnly(authority.pem),
    /** Of a certificate that is made now. */
    terms(nowMs: number): Terms {
      const second = Math.floor(nowMs / 1000) * 1000
      const end = Math.min(second + days * DAY_MS, authority.certificate.notAfter.getTime())
      return { serial: newSerial(), notBefore: second - BACKDATED_MS, notAfter: end }
    },
    /** All that are revoked, for others to read, in DER; the server itself asks its own record. */
    revocationList: (
      revoked: readonly { serial: string; at: number; reason: string }[],
      made: { number: number; at: number },
    ) =>
      makeRevocationList(authority, {
        number: made.number,
        revoked: revoked.map(({ serial, at, reason }) => ({
          serial,
          at: new Date(at),
          reason: reasonIn(reason),
        })),
        thisUpdate: new Date(made.at - BACKDATED_MS),
        nextUpdate: new Date(made.at + LIST_DAYS * DAY_MS),
      }),
    /** The request in `der`, or why it is refused. */
    async read(der: Uint8Array) {
      const request = await readRequest(der)
      if ("refused" in request) return request
      const { publicKey, keyPin } = request
      return {
        keyPin,
        words: sixWords(keyPin),
        /** Its certificate with that of the authority, as EST sends them. */
        async certify(name: string, { serial, notBefore, notAfter }: Terms): Promise<Uint8Array> {
          const options = { serial, notBefore: new Date(notBefore), notAfter: new Date(notAfter) }
          const { leafPem } = await certifyClient(authority, name, publicKey, options)
          return encodeCertsOnly(leafPem + authority.pem)
        },
      }
    },
  }
}

/** A reason that is one of the field's words is said in the list; any other is for people. */
function reasonIn(text: string): Reason {
  return Object.hasOwn(REASONS, text) ? (text as Reason) : "unspecified"
}
