// Who makes certificates for members, as far as the server knows: src/authority/signer.ts is one.

export interface Terms {
  /** In lower-case hex. */
  readonly serial: string
  /** ms since 1970. */
  readonly notBefore: number
  readonly notAfter: number
}

export interface Signer {
  /** Pin of the issuing key, in hex. */
  readonly issuer: string
  /** A PKCS #7 message of certificates. */
  readonly caCertificates: Uint8Array
  /** What `chat join` takes. */
  link(invitation: { readonly address: string; readonly id: string; readonly secret: string }): string
  terms(nowMs: number): Terms
  /** A list of revoked certificates in DER; times in ms since 1970, and a number that grows with every list. */
  revocationList(
    revoked: readonly { readonly serial: string; readonly at: number; readonly reason: string }[],
    made: { readonly number: number; readonly at: number },
  ): Promise<Uint8Array>
  read(der: Uint8Array): Promise<{ readonly refused: string } | SoundRequest>
}

/** "locked": the authority's key is here, and encrypted. */
export type SignerOrLocked = Signer | "locked" | undefined

export const LOCKED = "the authority's key is locked: who runs this server has to open it (chat certs unlock)"

export interface SoundRequest {
  /** SHA-256 of its key, in hex. */
  readonly keyPin: string
  /** The same in words for people to compare. */
  readonly words: string
  certify(name: string, terms: Terms): Promise<Uint8Array>
}
