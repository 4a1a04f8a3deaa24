// The authority's key under a passphrase: openssl reads what we write, we read what openssl writes, nobody else reads either.

import { expect, test } from "bun:test"
import { createPrivateKey } from "node:crypto"
import { mkdtempSync, rmSync, writeFileSync, readFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { decryptKey, encryptKey, isEncrypted } from "../../src/authority/key-encryption.ts"
import { makeKeyPair } from "../../src/authority/keys.ts"
import { UserError } from "../../src/user-error.ts"
import { openssl } from "./openssl.ts"

const PASSPHRASE = "correct horse ünïcode"
const { pem } = await makeKeyPair()
const spki = (key: string) => createPrivateKey(key).export({ type: "pkcs8", format: "der" }).toString("hex")

test("what is encrypted comes back with the passphrase, and never looks the same twice", () => {
  const encrypted = encryptKey(pem, PASSPHRASE)
  expect(isEncrypted(pem)).toBe(false)
  expect(isEncrypted(encrypted)).toBe(true)
  expect(encryptKey(pem, PASSPHRASE)).not.toBe(encrypted)
  expect(spki(decryptKey(encrypted, PASSPHRASE, "ca.key"))).toBe(spki(pem))
})

test("another passphrase, or a damaged file, is an error in words that names the file", () => {
  const encrypted = encryptKey(pem, PASSPHRASE)
  for (const [text, passphrase] of [
    [encrypted, `${PASSPHRASE} `],
    [encrypted, ""],
    [encrypted.replace(/\n(.{8})/, "\nAAAAAAAA"), PASSPHRASE],
  ] as const) {
    const error = thrownBy(() => decryptKey(text, passphrase, "certs/ca.key"))
    expect([error.message, error.exitCode]).toEqual(["this is not the passphrase of certs/ca.key", 78])
  }
})

test("openssl reads what is written here, with many rounds, and what it writes is read here", () => {
  const folder = mkdtempSync(join(tmpdir(), "chat-encryption-"))
  try {
    writeFileSync(join(folder, "ca.key"), encryptKey(pem, PASSPHRASE))
    const opened = openssl(folder, "pkey", "-in", "ca.key", "-passin", `pass:${PASSPHRASE}`, "-out", "plain")
    expect(opened).toEqual({ code: 0, out: "" })
    expect(spki(readFileSync(join(folder, "plain"), "utf8"))).toBe(spki(pem))
    expect(openssl(folder, "asn1parse", "-in", "ca.key").out).toMatch(/:0927C0\n[^]*:aes-256-cbc/)
    const pass = ["-passout", `pass:${PASSPHRASE}`]
    openssl(
      folder,
      "pkcs8",
      "-topk8",
      "-in",
      "plain",
      "-v2",
      "aes256",
      "-iter",
      "5000",
      ...pass,
      "-out",
      "v2",
    )
    openssl(folder, "ec", "-aes256", "-in", "plain", ...pass, "-out", "old")
    openssl(folder, "pkcs8", "-topk8", "-in", "plain", "-scrypt", ...pass, "-out", "scrypt")
    const read = (name: string) => readFileSync(join(folder, name), "utf8")
    for (const name of ["v2", "old"]) {
      expect(isEncrypted(read(name))).toBe(true)
      expect(spki(decryptKey(read(name), PASSPHRASE, name))).toBe(spki(pem))
    }
    expect(thrownBy(() => decryptKey(read("scrypt"), PASSPHRASE, "scrypt")).message).toBe(
      "scrypt is encrypted in a way that is not read here",
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
})

function thrownBy(action: () => unknown): UserError {
  try {
    action()
  } catch (error) {
    if (error instanceof UserError) return error
    throw error
  }
  throw new Error("nothing was thrown")
}
