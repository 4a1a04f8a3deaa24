// The arithmetic of SCRAM-SHA-256, the server's side: https://www.rfc-editor.org/rfc/rfc5802#section-3, RFC 7677

import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from "node:crypto"
import { promisify } from "node:util"

/** What the server keeps: nobody can log in with it, and a guessed password can be tried on it. Bytes in base64. */
export interface ScramKeys {
  readonly salt: string
  readonly iterations: number
  readonly storedKey: string
  readonly serverKey: string
}

const SALT_BYTES = 16
const KEY_BYTES = 32

export async function scramKeys(password: string, iterations: number): Promise<ScramKeys> {
  const salt = randomBytes(SALT_BYTES)
  const salted = await promisify(pbkdf2)(password, salt, iterations, KEY_BYTES, "sha256")
  return {
    salt: salt.toString("base64"),
    iterations,
    storedKey: sha256(hmac(salted, "Client Key")).toString("base64"),
    serverKey: hmac(salted, "Server Key").toString("base64"),
  }
}

/** Keys that no password has, always the same for one name: an account that there is not looks like one that there is. */
export function fakeScramKeys(secret: string, name: string, iterations: number): ScramKeys {
  const of = (what: string) => hmac(Buffer.from(secret), `scram ${what} ${name}`)
  return {
    salt: of("salt").subarray(0, SALT_BYTES).toString("base64"),
    iterations,
    storedKey: of("stored key").toString("base64"),
    serverKey: of("server key").toString("base64"),
  }
}

/** The server's own proof, in base64, when the client's is right; `message` is what both of them sign. */
export function scramSignature(keys: ScramKeys, message: string, proof: string): string | undefined {
  const given = Buffer.from(proof, "base64")
  const signature = hmac(Buffer.from(keys.storedKey, "base64"), message)
  const clientKey = signature.map((byte, i) => byte ^ (given[i] ?? 0))
  const isRight = timingSafeEqual(sha256(clientKey), Buffer.from(keys.storedKey, "base64"))
  if (!isRight || given.length !== KEY_BYTES) return undefined
  return hmac(Buffer.from(keys.serverKey, "base64"), message).toString("base64")
}

function hmac(key: Uint8Array, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest()
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest()
}
