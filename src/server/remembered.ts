// Which member a certificate is of follows from its bytes, and the same certificates come again with every connection: to read
// one costs more than the rest of the handshake.

import { createHash } from "node:crypto"
import type { Rules } from "./certificate-judge.ts"

const REMEMBERED_MAX = 10_000

/** The same answers, the newest of them given from memory. */
export function remembered(memberOf: Rules["memberOf"]): Rules["memberOf"] {
  const known = new Map<string, ReturnType<Rules["memberOf"]>>()
  return (der) => {
    const key = createHash("sha256").update(der).digest("base64")
    if (!known.has(key)) known.set(key, memberOf(der))
    const member = known.get(key)
    const [oldest] = known.size > REMEMBERED_MAX ? known.keys() : []
    if (oldest !== undefined) known.delete(oldest)
    return member
  }
}
