// Asks a server for the certificate that follows ours: https://www.rfc-editor.org/rfc/rfc7030#section-4.2.2. Who we are is shown
// by the one that we have, which may have ended a while ago; the key is a new one, made here.

import { X509Certificate } from "node:crypto"
import { makeKeyPair } from "../authority/keys.ts"
import { pinOf } from "../authority/pin.ts"
import { makeRequest } from "../authority/request.ts"
import { EXIT, UserError } from "../user-error.ts"
import type { Address } from "./address.ts"
import { type Answer, certificateIn, certificatesIn, exchange, requestText, saidIn } from "./enrol.ts"
import type { Pair } from "./pair.ts"

/** The server will not, and says why; `clock` is its time in ms since 1970. */
export class NotRenewed extends UserError {
  readonly clock: number | undefined

  constructor(said: string, clock: number | undefined) {
    super(said, { exitCode: EXIT.identity })
    this.clock = clock
  }
}

/** A certificate of the same authority, by its own signature, that lasts longer than the one that is known. */
function newerAuthority(answer: Answer, ca: string): string | undefined {
  const [known, pin] = [new X509Certificate(ca), pinOf(ca)]
  return certificatesIn(answer).find((pem) => {
    const next = new X509Certificate(pem)
    return pinOf(pem) === pin && next.verify(known.publicKey) && next.validToDate > known.validToDate
  })
}

/** Throws a UserError, also when `signal` says that nobody waits any longer. The server keeps the former certificate for one more day. */
export async function renew(
  address: Address,
  ca: string,
  former: Pair,
  signal: AbortSignal,
): Promise<Pair & { readonly newerCa: string | undefined }> {
  const { pem: key, ...keys } = await makeKeyPair()
  const request = await makeRequest({ ...keys, pem: key })
  const text = requestText(address, "simplereenroll", request)
  const answer = await exchange(address, { ca, ...former }, () => text, signal)
  const clock = Date.parse(answer.headers.get("date") ?? "")
  if (answer.status === 403 || answer.status === 503)
    throw new NotRenewed(saidIn(answer), Number.isNaN(clock) ? undefined : clock)
  return { cert: certificateIn(address, answer, ca, key), key, newerCa: newerAuthority(answer, ca) }
}
