// What an administrator does with accounts: makes them, gives them passwords and roles, and erases what they said.

import {
  accountNameIn,
  accountRegistered,
  changeOfPassword,
  passwordChanged,
} from "../core/commands/account.ts"
import { accountMessagesErased } from "../core/commands/erase.ts"
import { refusalOfPassword } from "../core/commands/register.ts"
import { roleSet } from "../core/commands/role.ts"
import { acted, type StaffActed } from "../core/commands/staff-acted.ts"
import type { EventType } from "../core/event.ts"
import type { Nick } from "../protocol/names.ts"
import type { Role } from "../protocol/rights.ts"
import type { Credentials } from "./credentials.ts"
import { administer, type Outcome } from "./outcome.ts"
import type { Shell } from "./shell.ts"

export class Accounts {
  readonly #shell: Shell
  readonly #credentials: Credentials

  constructor(shell: Shell, credentials: Credentials) {
    this.#shell = shell
    this.#credentials = credentials
  }

  /** Gives an account a role; who is an operator by their former one is none at once. */
  setRole(name: string, role: Role): Outcome {
    const account = this.#shell.engine.net.account(name)
    if (!account) return { error: `there is no account ${name}` }
    const record = acted("role", { target: account.name, details: { role } })
    const fact = { accountName: account.name, role }
    return administer(this.#shell, roleSet, fact, record, `${account.name} is ${role}`)
  }

  /** Makes an account for somebody, who logs in to it with this password. */
  register(wanted: string, password: string): Promise<Outcome> {
    const { net } = this.#shell.engine
    const name = accountNameIn(net, wanted)
    if (!name) return Promise.resolve({ error: `${wanted} cannot be the name of an account` })
    const record = acted("register", { target: name })
    const fact = (text: string) => [accountRegistered, { name, text }] as const
    return this.#keep(name, password, fact, record, `${name} is registered`)
  }

  /** Gives an account another password, or its first when a certificate made it. */
  changePassword(name: string, password: string): Promise<Outcome> {
    const account = this.#shell.engine.net.account(name)
    if (!account) return Promise.resolve({ error: `there is no account ${name}` })
    const changed = (text: string) => [passwordChanged, changeOfPassword(account, text)] as const
    const record = acted("password", { target: account.name })
    return this.#keep(account.name, password, changed, record, `${account.name} has a new password`)
  }

  /** Begins to erase every message that an account has sent; the log's writer does the rest. */
  erase(name: string): Outcome {
    const account = this.#shell.engine.net.account(name)
    if (!account) return { error: `there is no account ${name}` }
    const fact = { name: account.name, accountId: account.id }
    const record = acted("erase", { target: account.name })
    return administer(
      this.#shell,
      accountMessagesErased,
      fact,
      record,
      `what ${account.name} said is being erased`,
    )
  }

  async #keep<F extends object>(
    name: Nick,
    password: string,
    fact: (text: string) => readonly [EventType<F>, F],
    record: StaffActed,
    done: string,
  ): Promise<Outcome> {
    const bad = refusalOfPassword(this.#shell.engine.net, name, password)
    if (bad) return { error: bad.text ?? "" }
    const text = await this.#credentials.make(password)
    if (text === undefined) return { error: "too many passwords are being checked: try again in a moment" }
    return administer(this.#shell, ...fact(text), record, done)
  }
}
