// Who may say for whom it connects, by WEBIRC: https://ircv3.net/specs/extensions/webirc.html

import { isIP } from "node:net"
import type { Introduction, Logger, RefusalCode } from "../core/seams.ts"
import { isWithin, normaliseAddress, type Range } from "./address.ts"
import type { Connection } from "./connection.ts"
import type { PasswordChecker } from "./password-checker.ts"

/** One `[[webirc]]` of chat.toml: what is given of password and fingerprint must be right. */
export interface Gateway {
  readonly name: string
  readonly from: readonly Range[]
  /** `plain:` and the password, or an argon2 hash. */
  readonly password?: string | undefined
  /** SHA-256 of its certificate in lower-case hex. */
  readonly fingerprint?: string | undefined
}

export class Gateways {
  /** Replaced when the configuration is read again. */
  list: readonly Gateway[]
  readonly #passwords: PasswordChecker
  readonly #log: Logger

  constructor(list: readonly Gateway[], passwords: PasswordChecker, log: Logger) {
    this.list = list
    this.#passwords = passwords
    this.#log = log
  }

  /** Makes a gateway's connection that of its user, or says why not: to the peer with few words, in the log with more. */
  async introduce({ session, password, address, isSecure }: Introduction): Promise<RefusalCode | undefined> {
    const connection = session.arrival as Connection
    const refuse = (code: RefusalCode, why: string) => {
      this.#log({ level: "warn", what: "WEBIRC was refused", address: connection.address, why })
      return code
    }
    const near = this.list.filter(({ from }) => isWithin(connection.address, from))
    if (near.length === 0) return refuse("NOT_A_GATEWAY", "its address is not in from of [[webirc]]")
    const gateway = await this.#authenticated(near, connection, password)
    if (!gateway) return refuse("NOT_A_GATEWAY", "its password or certificate is wrong")
    if (isIP(address) === 0) return refuse("NOT_A_GATEWAY", "what it announced is no address")
    const via = { address: connection.address, gateway: gateway.name, isSecure }
    if (connection.announce(normaliseAddress(address), via)) return undefined
    return refuse("TOO_MANY_CONNECTIONS", `too many connections from ${normaliseAddress(address)}`)
  }

  async #authenticated(
    near: readonly Gateway[],
    { certificate }: Connection,
    given: string,
  ): Promise<Gateway | undefined> {
    for (const gateway of near) {
      const { password, fingerprint } = gateway
      const isKnown = fingerprint === undefined || fingerprint === certificate?.fingerprint
      if (isKnown && (password === undefined || (await this.#passwords.matches(given, password)) === true))
        return gateway
    }
    return undefined
  }
}
