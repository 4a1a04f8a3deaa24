// What the core asks of the shell about passwords and what proves them, and what it is told: the arithmetic is slow, and
// its secrets are the shell's. https://www.rfc-editor.org/rfc/rfc5802#section-3

/** Who says that an account is his. Of an unknown account, too: nobody is to learn from the answer which there are. */
interface Claim {
  readonly accountName: string
  readonly credentials: string | undefined
}

export type IdentityQuestion =
  | {
      readonly type: "credentials"
      readonly password: string
      readonly email?: string | undefined
      /** Whether it is counted against its address, which may register only so many accounts. */
      readonly isCounted: boolean
    }
  | ({ readonly type: "login"; readonly password: string } & Claim)
  | ({ readonly type: "scramChallenge" } & Claim)
  | ({ readonly type: "scramProof" } & Claim & ScramProof)

export interface ScramProof {
  /** What both sides sign. */
  readonly message: string
  /** In base64. */
  readonly proof: string
  /** The header of the client's first message. */
  readonly header: string
  /** In base64, what the client makes of that header and of the connection. */
  readonly channelBinding: string
  /** Whether the header names the connection. */
  readonly isBound: boolean
}

export type IdentityResult =
  /** JSON, which nobody but the shell reads. */
  | { readonly type: "credentials"; readonly text: string }
  /**
   * `signature`, in base64, proves to a SCRAM client that we know its password too. `isElsewhere`: the proof is right, and was made
   * for another TLS connection than the one it came by.
   */
  | {
      readonly type: "login"
      readonly right: boolean
      readonly signature?: string
      readonly isElsewhere?: true
    }
  /** What is added to the client's nonce, and how it comes from its password to a proof; the salt in base64. */
  | {
      readonly type: "scramChallenge"
      readonly nonce: string
      readonly salt: string
      readonly iterations: number
    }
  /** Too many of them from there, or at once. */
  | { readonly type: "tooMany"; readonly words: string }
