// An account's credentials: what is kept in place of its password, for PLAIN an argon2id hash and for SCRAM its keys.

import { randomBytes, timingSafeEqual } from "node:crypto"
import { z } from "zod"
import type { IdentityResult, ScramProof } from "../core/identity.ts"
import type { HashingQueue } from "./hashing-queue.ts"
import { fakeScramKeys, type ScramKeys, scramKeys, scramSignature } from "./scram.ts"

/** What hashing costs, us once and whoever guesses every time. */
export interface HashingCost {
  /** Argon2id's memory in KiB; it passes over it twice. */
  readonly passwordMemoryKib: number
  readonly scramIterations: number
}

const CREDENTIALS = z.object({
  v: z.literal(1),
  argon2id: z.string(),
  scram: z.object({
    salt: z.string(),
    iterations: z.number(),
    storedKey: z.string(),
    serverKey: z.string(),
  }),
  email: z.string().optional(),
})

type Proven = Extract<IdentityResult, { type: "login" }>

export class Credentials {
  /** Replaced when the configuration is read again; what was made before keeps its cost. */
  cost: HashingCost
  readonly #queue: HashingQueue
  readonly #secret: string

  /** From `secret` comes what is shown of accounts that there are not. */
  constructor(cost: HashingCost, queue: HashingQueue, secret: string) {
    this.cost = cost
    this.#queue = queue
    this.#secret = secret
  }

  /** As JSON; undefined when too many are being made. */
  async make(password: string, email?: string): Promise<string | undefined> {
    const { passwordMemoryKib, scramIterations } = this.cost
    const prepared = prepare(password)
    const hashing = { algorithm: "argon2id", memoryCost: passwordMemoryKib, timeCost: TIME_COST } as const
    return this.#queue.run(async () => {
      const argon2id = await Bun.password.hash(prepared, hashing)
      const scram = await scramKeys(prepared, scramIterations)
      return JSON.stringify({ v: 1, argon2id, scram, email } satisfies z.input<typeof CREDENTIALS>)
    })
  }

  /** Undefined when too many are being checked. Takes as long for an account that there is not. */
  async isRight(credentials: string | undefined, password: string): Promise<boolean | undefined> {
    const hash = credentials === undefined ? this.#fakeHash() : read(credentials).argon2id
    const right = await this.#queue.run(() => Bun.password.verify(prepare(password), hash))
    return right === undefined ? undefined : right && credentials !== undefined
  }

  scramKeys(name: string, credentials: string | undefined): ScramKeys {
    return credentials === undefined
      ? fakeScramKeys(this.#secret, name, this.cost.scramIterations)
      : read(credentials).scram
  }

  /** Whether the client's proof is right, and ours in base64; `exported` is what names this TLS connection, if anything can. */
  proven(keys: ScramKeys, given: ScramProof, exported: Uint8Array | undefined): Proven {
    const signature = scramSignature(keys, given.message, given.proof)
    if (signature === undefined) return { type: "login", right: false }
    const connection = given.isBound ? exported : new Uint8Array()
    const expected = connection && Buffer.concat([Buffer.from(given.header), connection])
    const binding = Buffer.from(given.channelBinding, "base64")
    const isOurs = binding.length === expected?.length && timingSafeEqual(binding, expected)
    return isOurs
      ? { type: "login", right: true, signature }
      : { type: "login", right: false, isElsewhere: true }
  }

  #fakeHash(): string {
    const part = (bytes: number) => randomBytes(bytes).toString("base64").replaceAll("=", "")
    return `$argon2id$v=19$m=${this.cost.passwordMemoryKib},t=${TIME_COST},p=1$${part(32)}$${part(32)}`
  }
}

const TIME_COST = 2

function read(credentials: string): z.output<typeof CREDENTIALS> {
  try {
    return CREDENTIALS.parse(JSON.parse(credentials))
  } catch {
    // What the parser says repeats what it read.
    throw new Error("the credentials of an account cannot be read")
  }
}

/** One password typed on two keyboards is one: most of what SASLprep says, https://www.rfc-editor.org/rfc/rfc4013#section-2.2 */
function prepare(password: string): string {
  return password.normalize("NFKC")
}
