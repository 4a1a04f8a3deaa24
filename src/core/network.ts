// The state of the network: what the log says, and nothing else. Only `apply` of an event changes it.

import { CASEMAPPINGS, type CasemappingName } from "../protocol/casemapping.ts"
import type { ChannelName, Nick } from "../protocol/names.ts"
import type { Invitation, IssuedCertificate } from "./certificates.ts"
import type { Ban, Banned } from "./bans.ts"
import { newChannel, type Channel, type Member, type Place } from "./channel.ts"
import { Lookalikes } from "./lookalikes.ts"
import type { Settings } from "./seams.ts"
import type { Snapshot } from "./snapshot.ts"
import type { Account, User, UserId } from "./user.ts"

/** Who had a nick and gave it up: https://modern.ircdocs.horse/#whowas-message */
export interface Gone {
  readonly nick: Nick
  readonly username: string
  readonly host: string
  readonly realname: string
  /** ms since 1970. */
  readonly at: number
}

export class Network {
  settings: Settings
  /** How names compare, as the run under way began. */
  casemapping: CasemappingName = "ascii"
  readonly users = new Map<UserId, User>()
  readonly channels = new Map<string, Channel>()
  /**
   * The channel in which the staff reads what it did, from the first run on that knows of it. It is not among the others: nobody
   * finds it in a list, founds, renames or ends it.
   */
  audit: Channel | undefined = undefined
  readonly accounts = new Map<string, Account>()
  /** By id; some have expired. */
  readonly invitations = new Map<string, Invitation>()
  /** Made on request, by serial; expired ones go when another is made. */
  readonly certificates = new Map<string, IssuedCertificate>()
  /** ms since 1970 when nobody new was let in any more; undefined while everybody is. */
  lockedSince: number | undefined = undefined
  /** By kind and value; some may be over. */
  readonly bans = new Map<string, Ban>()
  readonly #accountIds = new Map<number, Account>()
  /** By the fingerprint of a certificate. */
  readonly #pinning = new Map<string, Account>()
  readonly #nicks = new Map<string, User>()
  readonly #online = new Map<Account, User>()
  /** Whose names look so, where the casemapping asks. */
  #looks = new Lookalikes<User | Account>("ascii")
  /** ms since 1970; before it no ban of a channel ends. Where they came from a snapshot, nobody has looked yet. */
  #nextEndOfBan = 0
  /** Oldest first, at most `limits.whowas`. */
  readonly gone: Gone[] = []
  /** ms since 1970 when this run began. */
  startedAt = 0
  /** The most users at one time of this run. */
  usersMost = 0
  /** Where each run began, for the msgids of its events; ascending. */
  readonly epochs: { readonly epoch: number; readonly fromSeq: number }[] = []

  constructor(settings: Settings) {
    this.settings = settings
  }

  /** Becomes what a snapshot was taken of; what follows from the rest is made again. */
  restore(snapshot: Snapshot) {
    Object.assign(this, snapshot)
    for (const account of this.accounts.values()) {
      this.#accountIds.set(account.id, account)
      for (const fingerprint of account.certificates.keys()) this.#pinning.set(fingerprint, account)
    }
    for (const user of this.users.values()) if (user.account) this.#online.set(user.account, user)
    this.#keyNames()
  }

  /** The key of a name, or of a mask of names, under this run's casemapping. */
  folded(name: string): string {
    return CASEMAPPINGS[this.casemapping].folded(name)
  }

  parseNick(text: string): Nick | undefined {
    return CASEMAPPINGS[this.casemapping].parseNick(text, this.settings.limits.nickLength)
  }

  isReserved(name: string): boolean {
    return CASEMAPPINGS[this.casemapping].isReserved(name)
  }

  parseChannelName(text: string): ChannelName | undefined {
    return CASEMAPPINGS[this.casemapping].parseChannelName(text, this.settings.limits.channelLength)
  }

  /** Names compare so from now on; none of them clash. */
  adopt(casemapping: CasemappingName) {
    if (casemapping === this.casemapping) return
    this.casemapping = casemapping
    keyAnew(this.channels, ({ name }) => this.folded(name))
    keyAnew(this.accounts, ({ name }) => this.folded(name))
    keyAnew(this.bans, (ban) => this.#banKey(ban))
    for (const { lists } of this.channels.values())
      for (const list of lists.values()) keyAnew(list, ({ mask }) => this.folded(mask))
    this.#keyNames()
  }

  #keyNames() {
    this.#nicks.clear()
    this.#looks = new Lookalikes(this.casemapping)
    for (const user of this.users.values()) {
      this.#nicks.set(this.folded(user.nick), user)
      this.#looks.add(user.nick, user)
    }
    for (const account of this.accounts.values()) this.#looks.add(account.name, account)
  }

  /** Users and accounts whose name looks like this one. */
  lookalikes(name: string): readonly (User | Account)[] {
    return this.#looks.of(name)
  }

  user(nick: string): User | undefined {
    return this.#nicks.get(this.folded(nick))
  }

  channel(name: string): Channel | undefined {
    const key = this.folded(name)
    return this.channels.get(key) ?? (this.#isAudit(key) ? this.audit : undefined)
  }

  account(name: string): Account | undefined {
    return this.accounts.get(this.folded(name))
  }

  /** The account that logs in with a certificate which it has said to be its own. */
  accountPinning(fingerprint: string): Account | undefined {
    return this.#pinning.get(fingerprint)
  }

  pin(account: Account, fingerprint: string, name: string) {
    account.certificates.set(fingerprint, name)
    this.#pinning.set(fingerprint, account)
  }

  unpin(account: Account, fingerprint: string) {
    if (account.certificates.delete(fingerprint)) this.#pinning.delete(fingerprint)
  }

  accountOf(id: number): Account | undefined {
    return this.#accountIds.get(id)
  }

  /** The user that an account is online as. */
  userOf(account: Account): User | undefined {
    return this.#online.get(account)
  }

  addUser(user: User) {
    this.users.set(user.id, user)
    this.#nicks.set(this.folded(user.nick), user)
    this.#looks.add(user.nick, user)
    if (user.account) this.#online.set(user.account, user)
    this.usersMost = Math.max(this.usersMost, this.users.size)
  }

  removeUser(user: User) {
    for (const channel of user.channels.keys()) this.leave(channel, user)
    this.users.delete(user.id)
    if (user.account) this.#online.delete(user.account)
    this.#nicks.delete(this.folded(user.nick))
    this.#looks.remove(user.nick, user)
  }

  logIn(user: User, account: Account) {
    if (user.account) this.#online.delete(user.account)
    user.account = account
    this.#online.set(account, user)
  }

  /** Keeps for WHOWAS who had this nick until now. */
  remember({ nick, username, host, realname }: User, at: number) {
    this.gone.push({ nick, username, host, realname, at })
    while (this.gone.length > this.settings.limits.whowas) this.gone.shift()
  }

  rename(user: User, nick: Nick) {
    this.#nicks.delete(this.folded(user.nick))
    this.#looks.remove(user.nick, user)
    user.nick = nick
    this.#nicks.set(this.folded(nick), user)
    this.#looks.add(nick, user)
  }

  addAccount(account: Account) {
    this.accounts.set(this.folded(account.name), account)
    this.#accountIds.set(account.id, account)
    this.#looks.add(account.name, account)
  }

  addChannel(seq: number, name: ChannelName, at: number, flags: string): Channel {
    const channel = newChannel(seq, name, at, flags)
    this.channels.set(this.folded(name), channel)
    return channel
  }

  #isAudit(key: string): boolean {
    return this.audit !== undefined && key === this.folded(this.audit.name)
  }

  /** The id, and so the history, stays; what forwards to the channel goes on doing so. */
  renameChannel(channel: Channel, name: ChannelName) {
    this.channels.delete(this.folded(channel.name))
    channel.name = name
    this.channels.set(this.folded(name), channel)
    for (const other of this.channels.values())
      if (other.forward?.id === channel.id) other.forward = { name, id: channel.id }
  }

  join(channel: Channel, user: User, prefixes: number, { seq, at }: Place): Member {
    const member = { user, prefixes, joined: { seq, at } }
    channel.members.set(user, member)
    user.channels.set(channel, member)
    user.invitations.delete(channel)
    return member
  }

  /**
   * A channel that empties is dormant; one that was locked ends, so that nobody reads later what was said behind the lock. One
   * that has a founder stays locked.
   */
  leave(channel: Channel, user: User) {
    channel.members.delete(user)
    user.channels.delete(channel)
    this.endIfLocked(channel)
  }

  endIfLocked(channel: Channel) {
    if (channel.members.size > 0 || channel.founder) return
    const locked = channel.flags.has("i") || channel.flags.has("s") || channel.key !== undefined
    if (locked) this.channels.delete(this.folded(channel.name))
  }

  endIfAsleep(name: ChannelName) {
    const channel = this.channel(name)
    if (channel?.members.size === 0 && !channel.founder) this.channels.delete(this.folded(name))
  }

  ban(banned: Banned): Ban | undefined {
    return this.bans.get(this.#banKey(banned))
  }

  setBan(ban: Ban) {
    this.bans.set(this.#banKey(ban), ban)
  }

  liftBan(banned: Banned) {
    this.bans.delete(this.#banKey(banned))
  }

  #banKey({ kind, value }: Banned): string {
    return `${kind} ${this.folded(value)}`
  }

  /** A ban of a channel ends then. */
  expectEndOfBan(at: number) {
    this.#nextEndOfBan = Math.min(this.#nextEndOfBan, at)
  }

  /** Masks of channels whose time is over by `now`; looks for them only when there may be one. */
  overdueBans(now: number): (readonly [Channel, string[]])[] {
    if (now < this.#nextEndOfBan) return []
    this.#nextEndOfBan = Infinity
    return [...this.channels.values()].flatMap((channel) => {
      const masks: string[] = []
      for (const { mask, until = Infinity } of channel.lists.get("b")?.values() ?? []) {
        if (until <= now) masks.push(mask)
        else this.expectEndOfBan(until)
      }
      return masks.length > 0 ? [[channel, masks] as const] : []
    })
  }

  /** The run in which `seq` got its place. */
  epochOf(seq: number): number {
    for (let i = this.epochs.length - 1; i >= 0; i--) {
      const run = this.epochs[i]
      if (run && run.fromSeq <= seq) return run.epoch
    }
    return 0
  }
}

function keyAnew<T>(map: Map<string, T>, key: (value: T) => string) {
  const values = [...map.values()]
  map.clear()
  for (const value of values) map.set(key(value), value)
}
