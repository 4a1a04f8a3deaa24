// How an invitation is shown to EST: the header Authorization, in either of two schemes.

import { createHash, createHmac, timingSafeEqual } from "node:crypto"

/** An invitation that somebody says to have. */
export interface Claim {
  readonly id: string
  isProven(hash: string, exported: Uint8Array | undefined, der: Uint8Array): boolean
}

/** Proof that its secret is known, for this TLS connection and this request alone. */
export function chatInvite(authorization: string): Claim | undefined {
  const [, id, given] = /^Chat-Invite id="([\w-]{1,64})", ?proof="([\w-]{43})"$/i.exec(authorization) ?? []
  if (id === undefined || given === undefined) return undefined
  const proof = Buffer.from(given, "base64url")
  return {
    id,
    isProven: (hash, exported, der) =>
      exported !== undefined && timingSafeEqual(proof, proofOf(Buffer.from(hash, "hex"), exported, der)),
  }
}

/** The secret itself, as a password: https://www.rfc-editor.org/rfc/rfc7617 */
export function basic(authorization: string): Claim | undefined {
  const [, given = ""] = /^Basic ([A-Za-z0-9+/]+={0,2})$/i.exec(authorization) ?? []
  const [, user, secret] = /^([\w-]{1,64}):(.*)$/s.exec(Buffer.from(given, "base64").toString("latin1")) ?? []
  if (user === undefined || secret === undefined) return undefined
  const hashed = createHash("sha256").update(Buffer.from(secret, "base64url")).digest()
  return { id: user, isProven: (hash) => timingSafeEqual(hashed, Buffer.from(hash, "hex")) }
}

function proofOf(key: Uint8Array, exported: Uint8Array, der: Uint8Array): Uint8Array {
  const request = createHash("sha256").update(der).digest()
  return createHmac("sha256", key).update("chat-enrol-v1").update(exported).update(request).digest()
}
