// The client's side of SCRAM-SHA-256: https://www.rfc-editor.org/rfc/rfc5802#section-3, RFC 7677

import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto"
import type { ScramArithmetic } from "../client/sasl.ts"

const KEY_BYTES = 32
const NONCE_BYTES = 18

export const scramSha256: ScramArithmetic = {
  nonce: () => randomBytes(NONCE_BYTES).toString("base64"),
  prove(password, salt, iterations, message) {
    // Most of what SASLprep says: https://www.rfc-editor.org/rfc/rfc4013#section-2.2
    const prepared = password.normalize("NFKC")
    const salted = pbkdf2Sync(prepared, Buffer.from(salt, "base64"), iterations, KEY_BYTES, "sha256")
    const clientKey = hmac(salted, "Client Key")
    const signature = hmac(createHash("sha256").update(clientKey).digest(), message)
    const proof = clientKey.map((byte, i) => byte ^ (signature[i] ?? 0))
    return {
      proof: Buffer.from(proof).toString("base64"),
      signature: hmac(hmac(salted, "Server Key"), message).toString("base64"),
    }
  },
}

function hmac(key: Uint8Array, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest()
}
