// Asks a server for the certificate that follows ours: https://www.rfc-editor.org/rfc/rfc7030#section-4.2.2. Who we are is shown
// by the one that we have; the key is a new one, made here.

import { makeKeyPair } from "../authority/keys.ts"
import { makeRequest } from "../authority/request.ts"
import type { Address } from "./address.ts"
import { certificateIn, exchange, requestText } from "./enrol.ts"
import type { Pair } from "./pair.ts"

/** Throws a UserError, also when `signal` says that nobody waits any longer. The server keeps the former certificate for one more day. */
export async function renew(address: Address, ca: string, former: Pair, signal: AbortSignal): Promise<Pair> {
  const { pem: key, ...keys } = await makeKeyPair()
  const request = await makeRequest({ ...keys, pem: key })
  const text = requestText(address, "simplereenroll", request)
  const answer = await exchange(address, { ca, ...former }, () => text, signal)
  return { cert: certificateIn(address, answer, ca, key), key }
}
