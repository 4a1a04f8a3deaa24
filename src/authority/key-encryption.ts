// A private key under a passphrase (EncryptedPrivateKeyInfo): https://www.rfc-editor.org/rfc/rfc5958#section-3, by PBES2 of
// https://www.rfc-editor.org/rfc/rfc8018#section-6.2, as openssl reads and writes it. Written by hand, since what `export` of
// node:crypto writes costs a guesser 2,048 rounds and no more.

import { createCipheriv, createPrivateKey, pbkdf2Sync, randomBytes } from "node:crypto"
import { der, TAG } from "./der.ts"
import { EXIT, UserError } from "../user-error.ts"

/** What OWASP asks for PBKDF2 with SHA-256; a fifth of a second here. */
const ITERATIONS = 600_000
const KEY_BYTES = 32
const BLOCK_BYTES = 16

/** Says the passphrase of the key at `path`; is asked for one that is encrypted alone. */
export type AskPassphrase = (path: string) => Promise<string>

export function isEncrypted(pem: string): boolean {
  return /-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(pem)
}

/** A private key's PEM, encrypted. */
export function encryptKey(pem: string, passphrase: string): string {
  const [salt, iv] = [randomBytes(BLOCK_BYTES), randomBytes(BLOCK_BYTES)]
  const cipher = createCipheriv(
    "aes-256-cbc",
    pbkdf2Sync(passphrase, salt, ITERATIONS, KEY_BYTES, "sha256"),
    iv,
  )
  const plain = createPrivateKey(pem).export({ type: "pkcs8", format: "der" })
  const encrypted = Buffer.concat([cipher.update(plain), cipher.final()])
  const iterations = Buffer.from(ITERATIONS.toString(16).padStart(6, "0"), "hex")
  const derivation = der(
    TAG.sequence,
    PBKDF2,
    der(
      TAG.sequence,
      der(OCTET_STRING, salt),
      der(INTEGER, iterations),
      der(TAG.sequence, HMAC_SHA256, der(NULL)),
    ),
  )
  const scheme = der(TAG.sequence, derivation, der(TAG.sequence, AES_256_CBC, der(OCTET_STRING, iv)))
  const info = der(TAG.sequence, der(TAG.sequence, PBES2, scheme), der(OCTET_STRING, encrypted))
  const base64 = Buffer.from(info)
    .toString("base64")
    .replace(/.{64}(?=.)/g, "$&\n")
  return `-----BEGIN ENCRYPTED PRIVATE KEY-----\n${base64}\n-----END ENCRYPTED PRIVATE KEY-----\n`
}

/** The PEM without encryption; throws a UserError (78) that names `path` when the passphrase is another one. */
export function decryptKey(pem: string, passphrase: string, path: string): string {
  try {
    return String(createPrivateKey({ key: pem, passphrase }).export({ type: "pkcs8", format: "pem" }))
  } catch (error) {
    if (/UNSUPPORTED/.test(String(error)))
      throw refused(
        `${path} is encrypted in a way that is not read here`,
        "openssl can change it: openssl pkcs8 -topk8 -v2 aes256 -iter 600000 -in OLD -out NEW",
      )
    throw refused(
      `this is not the passphrase of ${path}`,
      "try again; nothing was changed. Without it the key is lost: put back a copy whose passphrase you know",
    )
  }
}

function refused(message: string, hint: string): UserError {
  return new UserError(message, { hint, exitCode: EXIT.refusedToStart })
}

const [INTEGER, OCTET_STRING, NULL, OID] = [0x02, 0x04, 0x05, 0x06]
/** 1.2.840.113549.1.5.13, 1.2.840.113549.1.5.12, 1.2.840.113549.2.9, 2.16.840.1.101.3.4.1.42 */
const PBES2 = der(OID, Buffer.from("2a864886f70d01050d", "hex"))
const PBKDF2 = der(OID, Buffer.from("2a864886f70d01050c", "hex"))
const HMAC_SHA256 = der(OID, Buffer.from("2a864886f70d0209", "hex"))
const AES_256_CBC = der(OID, Buffer.from("60864801650304012a", "hex"))
