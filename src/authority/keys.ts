// Key pairs: EC P-256, made by selfsigned, held as WebCrypto keys for signing and as PKCS#8 PEM for files.
import { createPrivateKey, createPublicKey, webcrypto } from "node:crypto"
import { EXIT, UserError } from "../user-error.ts"

export const SIGNING = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const

/** A key pair and the PEM (PKCS#8) of its private half. */
export type KeyPair = { publicKey: CryptoKey; privateKey: CryptoKey; pem: string }

/** A new key pair. */
export async function makeKeyPair(): Promise<KeyPair> {
  // Imported when first needed: it takes longer to load than everything else here, and most runs make no key.
  const { generate } = await import("selfsigned")
  const made = await generate([{ name: "commonName", value: "chat" }], {
    keyType: "ec",
    curve: "P-256",
    algorithm: "sha256",
  })
  return importKeyPair(made.private, "the new key")
}

/** Reads a private key from PEM; throws a UserError (78) that names `path` when it is not an EC P-256 key. */
export async function importKeyPair(pem: string, path: string): Promise<KeyPair> {
  const privateKey = readPrivateKey(pem)
  if (privateKey?.asymmetricKeyDetails?.namedCurve !== "prime256v1")
    throw new UserError(`${path} is not a private key of the kind EC P-256`, {
      exitCode: EXIT.refusedToStart,
    })
  const spki = createPublicKey(privateKey).export({ type: "spki", format: "der" })
  const pkcs8 = privateKey.export({ type: "pkcs8", format: "der" })
  return {
    publicKey: await webcrypto.subtle.importKey("spki", new Uint8Array(spki), SIGNING, true, ["verify"]),
    privateKey: await webcrypto.subtle.importKey("pkcs8", new Uint8Array(pkcs8), SIGNING, false, ["sign"]),
    pem: pem.replaceAll("\r\n", "\n").trim() + "\n",
  }
}

/** A private key from PEM; undefined when the text holds none. */
export function readPrivateKey(pem: string) {
  try {
    return createPrivateKey(pem)
  } catch {
    return undefined
  }
}
