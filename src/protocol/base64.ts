// Base64 as SASL uses it: https://www.rfc-editor.org/rfc/rfc4648#section-4, with its padding and nothing else.

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/** The bytes that `text` stands for, or undefined. */
export function fromBase64(text: string): Uint8Array | undefined {
  if (!BASE64.test(text)) return undefined
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
}

export function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
}

/** UTF-8 in base64. */
export function textToBase64(text: string): string {
  return toBase64(new TextEncoder().encode(text))
}

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

/** What these bytes say in UTF-8, or undefined. */
export function utf8(bytes: Uint8Array): string | undefined {
  try {
    return UTF8.decode(bytes)
  } catch {
    return undefined
  }
}
