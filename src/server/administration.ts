// What an administrator may ask of a running server, from its console or through the socket in its data directory.

import {
  accountNameIn,
  accountRegistered,
  changeOfPassword,
  passwordChanged,
} from "../core/commands/account.ts"
import { accountMessagesErased } from "../core/commands/erase.ts"
import { kicking, memberKicked } from "../core/commands/kick.ts"
import { lockdownSet } from "../core/commands/lockdown.ts"
import { refusalOfPassword } from "../core/commands/register.ts"
import { roleSet } from "../core/commands/role.ts"
import { acted, type StaffActed, staffActed } from "../core/commands/staff-acted.ts"
import type { EventType } from "../core/event.ts"
import type { Session } from "../core/session.ts"
import type { User, UserId } from "../core/user.ts"
import { Approvals } from "./approvals.ts"
import { Bans } from "./bans.ts"
import { Channels } from "./channels.ts"
import { monotonicMs, now } from "./clock.ts"
import type { Role } from "../protocol/rights.ts"
import type { Nick } from "../protocol/names.ts"
import type { Identity } from "./identity.ts"
import { Invitations } from "./invitations.ts"
import { Revocations } from "./revocations.ts"
import type { Shell } from "./shell.ts"
import type { Turns } from "./turns.ts"

/** One session of the list. */
export interface Person {
  readonly nick: string
  /** The name in the certificate, if one was shown. */
  readonly certificate: string | undefined
  /** Undefined for a guest. */
  readonly account: string | undefined
  /** Of the account; undefined for a mere member. */
  readonly role: string | undefined
  readonly address: string
  /** ms since 1970. */
  readonly since: number
  readonly tlsVersion: string
  readonly channels: readonly string[]
}

export interface Status {
  readonly version: string
  readonly uptimeMs: number
  readonly connections: number
  readonly users: number
  readonly channels: number
  /** Counted since the start. */
  readonly accepted: number
  readonly throttled: number
  readonly handshakesFailed: number
  readonly handshakesTimedOut: number
  readonly refused: number
  /** How late the event loop is just now. */
  readonly loopLagMs: number
  readonly rssBytes: number
  readonly epoch: number
  /** The place of the newest fact on disk. */
  readonly seq: number
  readonly readOnly: boolean
  /** Whether nobody new is let in. */
  readonly lockdown: boolean
}

/** What was done, in words; or why nothing was. */
export type Outcome = { readonly done: string } | { readonly error: string }

interface Parts {
  readonly shell: Shell
  readonly identity: Identity
  readonly turns: Turns
  readonly epoch: number
  readonly version: string
}

const LAG_SAMPLE_MS = 20

export class Administration {
  readonly approvals: Approvals
  readonly invitations: Invitations
  readonly bans: Bans
  readonly channels: Channels
  readonly revocations: Revocations
  readonly #parts: Parts
  readonly #startedAtMs = monotonicMs()

  constructor(parts: Parts) {
    this.#parts = parts
    this.approvals = new Approvals(parts.shell)
    this.invitations = new Invitations(parts.shell)
    this.bans = new Bans(parts.shell)
    this.channels = new Channels(parts.shell)
    this.revocations = new Revocations(parts.shell)
  }

  /** When what was done is on disk; on a full disk, which keeps nothing, at once. */
  async settled(): Promise<void> {
    const { engine, durable } = this.#parts.shell
    if (!engine.readOnly) await durable(engine.lastSeq)
  }

  list(): Person[] {
    const { sessions } = this.#parts.shell.engine
    return [...sessions].flatMap((session) => (session.user ? [personOf(session, session.user)] : []))
  }

  /**
   * `NICK [REASON]` or `CHANNEL NICK [REASON]`, in words. `#` begins a comment in most shells, so a channel may be named
   * without it where nobody is called so.
   */
  kickBy([first = "", second, ...rest]: readonly string[]): Outcome {
    const { net } = this.#parts.shell.engine
    const isChannel = first.startsWith("#") || (!net.user(first) && net.channel(`#${first}`) !== undefined)
    if (first === "" || (isChannel && second === undefined))
      return { error: "whom? kick [CHANNEL] NICK [REASON]" }
    if (isChannel) return this.kickFrom(first, second ?? "", reasonOf(rest))
    return this.kick(first, reasonOf(second === undefined ? [] : [second, ...rest]))
  }

  /** The nick of a user who is here. */
  nickOf(id: number): string | undefined {
    return this.#parts.shell.engine.net.users.get(id as UserId)?.nick
  }

  /** Disconnects every session of a user. */
  kick(nick: string, reason?: string): Outcome {
    const { engine, wake } = this.#parts.shell
    const user = engine.net.user(nick)
    if (!user) return { error: `nobody here is called ${nick}` }
    const { nick: exact, account } = user
    this.record(acted("kill", { target: exact, reason, details: { account: account?.name } }))
    engine.dismiss(user, "KICKED", reason)
    wake()
    return { done: `${exact} was disconnected` }
  }

  /** Gives an account a role; who is an operator by their former one is none at once. */
  setRole(name: string, role: Role): Outcome {
    const { engine, wake } = this.#parts.shell
    const account = engine.net.account(name)
    if (!account) return { error: `there is no account ${name}` }
    if (engine.readOnly) return { error: "the disk is full: nothing can be changed until there is room" }
    const record = acted("role", { target: account.name, details: { role } })
    const refusal = engine.administer(roleSet, { accountName: account.name, role }, now(), record)
    if (refusal !== undefined) return { error: refusal }
    wake()
    return { done: `${account.name} is ${role}` }
  }

  /** Lets nobody new in from now on, or everybody again. Who is here stays. */
  lockdown(on: boolean): Outcome {
    const { engine, wake } = this.#parts.shell
    if (engine.readOnly) return { error: "the disk is full: nothing can be changed until there is room" }
    const record = acted("lockdown", { target: on ? "on" : "off" })
    const refusal = engine.administer(lockdownSet, { on }, now(), record)
    if (refusal !== undefined) return { error: refusal }
    wake()
    return { done: on ? "nobody new is let in" : "new people are let in again" }
  }

  /** Removes a user from a channel, as its operators can. `channel` may lack its `#`. */
  kickFrom(channel: string, nick: string, reason = "by an administrator"): Outcome {
    const { engine, wake } = this.#parts.shell
    const found = engine.net.channel(channel) ?? engine.net.channel(`#${channel}`)
    const user = engine.net.user(nick)
    if (!found) return { error: `there is no channel ${channel}` }
    if (!user) return { error: `nobody here is called ${nick}` }
    const record = acted("kick", { target: user.nick, reason, details: { channel: found.name } })
    const refusal = engine.administer(memberKicked, kicking(found, user, reason), now(), record)
    wake()
    return refusal ? { error: refusal } : { done: `${user.nick} was kicked from ${found.name}` }
  }

  /** Makes an account for somebody, who logs in to it with this password. */
  register(wanted: string, password: string): Promise<Outcome> {
    const { net } = this.#parts.shell.engine
    const name = accountNameIn(net, wanted)
    if (!name) return Promise.resolve({ error: `${wanted} cannot be the name of an account` })
    const record = acted("register", { target: name })
    const fact = (text: string) => [accountRegistered, { name, text }] as const
    return this.#keep(name, password, fact, record, `${name} is registered`)
  }

  /** Gives an account another password, or its first when a certificate made it. */
  changePassword(name: string, password: string): Promise<Outcome> {
    const account = this.#parts.shell.engine.net.account(name)
    if (!account) return Promise.resolve({ error: `there is no account ${name}` })
    const changed = (text: string) => [passwordChanged, changeOfPassword(account, text)] as const
    const record = acted("password", { target: account.name })
    return this.#keep(account.name, password, changed, record, `${account.name} has a new password`)
  }

  async #keep<F extends object>(
    name: Nick,
    password: string,
    fact: (text: string) => readonly [EventType<F>, F],
    record: StaffActed,
    done: string,
  ): Promise<Outcome> {
    const { engine, wake } = this.#parts.shell
    const bad = refusalOfPassword(engine.net, name, password)
    if (bad) return { error: bad.text ?? "" }
    const text = await this.#parts.identity.credentials.make(password)
    if (text === undefined) return { error: "too many passwords are being checked: try again in a moment" }
    const refusal = engine.administer(...fact(text), now(), record)
    wake()
    return refusal === undefined ? { done } : { error: refusal }
  }

  /** Begins to erase every message that an account has sent; the log's writer does the rest. */
  erase(name: string): Outcome {
    const { engine, wake } = this.#parts.shell
    const account = engine.net.account(name)
    if (!account) return { error: `there is no account ${name}` }
    const fact = { name: account.name, accountId: account.id }
    const record = acted("erase", { target: account.name })
    const refusal = engine.administer(accountMessagesErased, fact, now(), record)
    wake()
    return refusal ? { error: refusal } : { done: `what ${account.name} said is being erased` }
  }

  /** Writes down what is done outside the log; a full disk keeps nobody from it. */
  record(record: StaffActed) {
    const { engine, wake } = this.#parts.shell
    engine.administer(staffActed, record, now())
    wake()
  }

  async status(): Promise<Status> {
    const { shell, turns, epoch, version } = this.#parts
    const { net } = shell.engine
    return {
      version,
      uptimeMs: Math.round(monotonicMs() - this.#startedAtMs),
      connections: shell.connections.size,
      users: net.users.size,
      channels: [...net.channels.values()].filter((channel) => channel.members.size > 0).length,
      ...shell.counters,
      loopLagMs: await loopLagMs(),
      rssBytes: process.memoryUsage.rss(),
      epoch,
      seq: turns.lastSeq,
      readOnly: shell.engine.readOnly,
      lockdown: net.lockedSince !== undefined,
    }
  }
}

function reasonOf(words: readonly string[]): string | undefined {
  return words.length > 0 ? words.join(" ") : undefined
}

function personOf(session: Session, user: User): Person {
  const { certificate, address, tlsVersion } = session.arrival
  return {
    nick: user.nick,
    certificate: certificate?.name,
    account: user.account?.name,
    role: user.account?.role,
    address,
    since: session.since,
    tlsVersion,
    channels: [...user.channels.keys()].map(({ name }) => name),
  }
}

async function loopLagMs(): Promise<number> {
  const begun = monotonicMs()
  await Bun.sleep(LAG_SAMPLE_MS)
  return Math.round(Math.max(0, monotonicMs() - begun - LAG_SAMPLE_MS) * 10) / 10
}
