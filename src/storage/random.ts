// What a site is given once, by chance.

const LETTERS = "abcdefghjkmnpqrstvwxyz0123456789"

/** A site's name: 16 lower-case letters and digits, 80 bits, fit for a host in a URI. */
export function randomName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => LETTERS[byte % 32]).join("")
}

/** 256 bits in hex. */
export function randomSecret(): string {
  return crypto.getRandomValues(new Uint8Array(32)).toHex()
}
