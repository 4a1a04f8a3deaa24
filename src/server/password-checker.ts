// The server's password (PASS): plain, or as `Bun.password.hash` made it.

import { createHash, timingSafeEqual } from "node:crypto"

/** Argon2id takes 64 MiB and a fifth of a second: a flood of guesses must not take every core. */
const AT_ONCE_MAX = 2

export class PasswordChecker {
  /** Undefined when there is none. Replaced when the configuration is read again. */
  password: string | undefined
  #running = 0
  readonly #waiting: (() => void)[] = []

  constructor(password: string | undefined) {
    this.password = password
  }

  async check(given: string): Promise<boolean> {
    const { password } = this
    if (password === undefined) return true
    if (!password.startsWith("$argon2")) return timingSafeEqual(digest(given), digest(password))
    if (this.#running >= AT_ONCE_MAX) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    this.#running++
    try {
      return await Bun.password.verify(given, password)
    } finally {
      this.#running--
      this.#waiting.shift()?.()
    }
  }
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest()
}
