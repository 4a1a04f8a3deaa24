// The server's password (PASS): plain, or as `Bun.password.hash` made it; and those of its operators (OPER).

import { createHash, timingSafeEqual } from "node:crypto"
import type { Right } from "../protocol/rights.ts"
import type { HashingQueue } from "./hashing-queue.ts"

/** Says that what follows is the password itself. */
const PLAIN = "plain:"

/** One `[[oper]]` of chat.toml. */
export interface Operator {
  readonly name: string
  /** `plain:` and the password, or an argon2 hash. */
  readonly password: string
  /** Whether the password is only good over a connection that has shown a certificate of the user's account. */
  readonly certificate: boolean
  readonly rights: readonly Right[]
}

/** Too many passwords wait to be checked: whether this one is right is not known. */
type Busy = "busy"

export class PasswordChecker {
  /** Undefined when there is none. Replaced, as the operators are, when the configuration is read again. */
  password: string | undefined
  operators: readonly Operator[]
  readonly #queue: HashingQueue

  constructor(password: string | undefined, operators: readonly Operator[], queue: HashingQueue) {
    this.password = password
    this.operators = operators
    this.#queue = queue
  }

  async check(given: string): Promise<boolean | Busy> {
    const { password } = this
    if (password === undefined) return true
    return password.startsWith("$argon2") ? this.#verify(given, password) : isSame(given, password)
  }

  /** The operator of that name. */
  operator(name: string): Operator | undefined {
    return this.operators.find((one) => one.name === name)
  }

  /** What the operator of that name may do; undefined when there is none, which takes as long, or the password is wrong. */
  async rightsOf(name: string, given: string): Promise<readonly Right[] | undefined | Busy> {
    const operator = this.operator(name)
    const kept = (operator ?? this.operators[0])?.password
    if (kept === undefined) return undefined
    const right = await this.matches(given, kept)
    return right === true ? operator?.rights : right || undefined
  }

  /** Whether `given` is the password `kept`, which is `plain:` and itself, or an argon2 hash. */
  async matches(given: string, kept: string): Promise<boolean | Busy> {
    return kept.startsWith(PLAIN) ? isSame(given, kept.slice(PLAIN.length)) : this.#verify(given, kept)
  }

  async #verify(given: string, hash: string): Promise<boolean | Busy> {
    return (await this.#queue.run(() => Bun.password.verify(given, hash))) ?? "busy"
  }
}

function isSame(given: string, password: string): boolean {
  return timingSafeEqual(digest(given), digest(password))
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest()
}
