// What a running server signs with: certificates for requests whose holder it knows, each of them as the log says it is, so that
// the same one can be made twice.
import { type Authority, BACKDATED_MS, DAY_MS, newSerial } from "./authority.ts"
import { encodeCertsOnly } from "./certs-only.ts"
import { certifyClient, LEAF_DAYS } from "./issue.ts"
import { pinOf } from "./pin.ts"
import { readRequest } from "./request.ts"

/** What tells one certificate from another; times in ms since 1970, whole seconds. */
export interface Terms {
  readonly serial: string
  readonly notBefore: number
  readonly notAfter: number
}

/** Signs for one authority. */
export function signerOf(authority: Authority) {
  return {
    /** Pin of its key, in hex. */
    issuer: pinOf(authority.pem),
    /** Its certificate alone, as EST sends it. */
    caCertificates: encodeCertsOnly(authority.pem),
    /** Of a certificate that is made now. */
    terms(nowMs: number): Terms {
      const second = Math.floor(nowMs / 1000) * 1000
      const end = Math.min(second + LEAF_DAYS * DAY_MS, authority.certificate.notAfter.getTime())
      return { serial: newSerial(), notBefore: second - BACKDATED_MS, notAfter: end }
    },
    /** The request in `der`, or why it is refused. */
    async read(der: Uint8Array) {
      const request = await readRequest(der)
      if ("refused" in request) return request
      const { publicKey, keyPin } = request
      return {
        keyPin,
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
