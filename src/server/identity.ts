// Answers what the core asks about passwords: makes credentials, checks them, and slows down who guesses.

import type { IdentityQuestion, IdentityResult } from "../core/identity.ts"
import type { Result } from "../core/seams.ts"
import { folded } from "../protocol/names.ts"
import { countedAs } from "./address.ts"
import { monotonicMs } from "./clock.ts"
import type { Accounts } from "./config.ts"
import type { Connection } from "./connection.ts"
import { Credentials } from "./credentials.ts"
import type { HashingQueue } from "./hashing-queue.ts"
import { LoginDelay, type Outcome } from "./login-delay.ts"
import type { PasswordChecker } from "./password-checker.ts"
import { RegistrationCount } from "./registration-count.ts"
import type { Shell } from "./shell.ts"

const TOO_MANY_WRONG = { type: "tooMany", words: "Too many failed logins: try again in a minute" } as const
/** Nobody else knows the password, and nobody else's TLS names the connection so. */
const SOMEBODY_BETWEEN =
  "the proof is right, for another TLS connection: somebody is between, whom the client trusts"
export const BUSY: IdentityResult = {
  type: "tooMany",
  words: "Too many log in just now: try again in a moment",
}

export class Identity {
  readonly credentials: Credentials
  readonly #registrations: RegistrationCount
  readonly #delay = new LoginDelay()
  readonly #shell: Shell

  constructor(accounts: Accounts, shell: Shell, queue: HashingQueue) {
    this.#shell = shell
    this.credentials = new Credentials(accounts, queue, shell.cloakSecret)
    this.#registrations = new RegistrationCount(accounts.registrationsPerHour)
  }

  /** The configuration was read again. */
  reload(accounts: Accounts) {
    this.credentials.cost = accounts
    this.#registrations.perHour = accounts.registrationsPerHour
  }

  async answer(question: IdentityQuestion, connection: Connection): Promise<IdentityResult> {
    switch (question.type) {
      case "credentials":
        return this.#make(question, connection)
      case "login":
        return this.#attempt(question, connection, async () => {
          const right = await this.credentials.isRight(question.credentials, question.password)
          return right === undefined ? BUSY : { type: "login", right }
        })
      case "scramChallenge": {
        const { salt, iterations } = this.credentials.scramKeys(
          folded(question.accountName),
          question.credentials,
        )
        return { type: "scramChallenge", nonce: crypto.randomUUID().replaceAll("-", ""), salt, iterations }
      }
      case "scramProof":
        return this.#attempt(question, connection, async () => {
          const keys = this.credentials.scramKeys(folded(question.accountName), question.credentials)
          return this.credentials.proven(keys, question, connection.exported)
        })
    }
  }

  /** Once in a few seconds is enough. */
  tick(nowMs: number) {
    this.#delay.tick()
    this.#registrations.tick(nowMs)
  }

  async #make(
    { password, email, isCounted }: Extract<IdentityQuestion, { type: "credentials" }>,
    { address }: Connection,
  ): Promise<IdentityResult> {
    const counts = isCounted && !this.#shell.throttle.isExempt(address)
    if (counts && !this.#registrations.admit(countedAs(address), monotonicMs())) {
      this.#shell.log({ level: "warn", what: "too many accounts from one address", address })
      return {
        type: "tooMany",
        words: "Too many accounts were registered from your address: try again in an hour",
      }
    }
    const text = await this.credentials.make(password, email)
    return text === undefined ? BUSY : { type: "credentials", text }
  }

  /** Who guesses an operator's password waits as who guesses an account's. */
  async operator(
    name: string,
    connection: Connection,
    check: () => ReturnType<PasswordChecker["rightsOf"]>,
  ): Promise<Result> {
    const checked = await this.#guessed(
      `operator ${name}`,
      connection,
      async (): Promise<Result> => {
        const rights = await check()
        return rights === "busy" ? BUSY : { type: "operator", rights }
      },
      (result) => (result.type !== "operator" ? "unchecked" : result.rights ? "right" : "wrong"),
    )
    return checked ?? TOO_MANY_WRONG
  }

  /** Checks what somebody gives for a secret, the later the more have been wrong; undefined when that would take too long. */
  async #guessed<T>(
    whose: string,
    connection: Connection,
    check: () => Promise<T>,
    verdict: (result: T) => Outcome,
  ): Promise<T | undefined> {
    const { address } = connection
    if (this.#shell.throttle.isExempt(address)) return check()
    const end = await this.#delay.begin(countedAs(address), whose)
    if (!end) return undefined
    let outcome: Outcome = "unchecked"
    try {
      // Whoever has not waited for their turn is not to cost the next one theirs.
      if (!connection.isOpen) return undefined
      const result = await check()
      outcome = verdict(result)
      return result
    } finally {
      end(outcome)
    }
  }

  async #attempt(
    { accountName, credentials }: { accountName: string; credentials: string | undefined },
    connection: Connection,
    check: () => Promise<IdentityResult>,
  ): Promise<IdentityResult> {
    const result = await this.#guessed(folded(accountName), connection, check, outcomeOf)
    if (!result) return TOO_MANY_WRONG
    // What is no account's name may be a password in the wrong field.
    const account = credentials === undefined ? undefined : accountName
    const { address } = connection
    const why = "isElsewhere" in result ? SOMEBODY_BETWEEN : undefined
    if (outcomeOf(result) === "wrong")
      this.#shell.log({ level: "warn", what: "failed login", account, address, why })
    return result
  }
}

function outcomeOf(result: IdentityResult): Outcome {
  if (result.type !== "login") return "unchecked"
  return result.right ? "right" : "wrong"
}
