// Who is on the network. A user has a set of sessions: several devices of one account are one nick.

import { LINE_BYTES_MAX } from "../protocol/limits.ts"
import { byteLength, type Nick } from "../protocol/names.ts"
import type { Right, Role } from "../protocol/rights.ts"
import type { Revocation } from "./certificates.ts"
import type { Channel, Member } from "./channel.ts"
import type { Metadata } from "./metadata.ts"
import type { Reference } from "./seams.ts"
import type { Session } from "./session.ts"

declare const brand: unique symbol
/** The `seq` of the event that brought the user. */
export type UserId = number & { readonly [brand]: "UserId" }

export interface Account {
  /** The `seq` of the event that made it. */
  readonly id: number
  readonly name: Nick
  /** Pin of the authority whose certificates name it; none when it was registered with a password. */
  readonly issuer?: string
  /** What a password is checked against, as the shell made it; nothing here reads it. */
  credentials?: string
  /** The place in the log of the event that holds them. */
  credentialsSeq?: number
  /** What OPER gives without a password; none of a mere member. */
  role?: Role
  /** Whether it stays online when its last session ends, and may have several; undefined as the site has it. */
  alwaysOn?: boolean | undefined
  multiclient?: boolean | undefined
  /** The names of certificates that it logs in with, by their fingerprint. */
  readonly certificates: Map<string, string>
  /** Certificates of its name from before this are revoked; those that were made on request are so one by one. */
  certificatesEnded?: Revocation
  readonly metadata: Metadata
  readonly readMarkers: ReadMarkers
  /** Where somebody was there as it last, who is gone; undefined before it was there at all. */
  seen?: Reference
  /** ms since 1970 when somebody came to be there as it; undefined before the first. */
  backAt?: number
}

/** Until when something was read, in ms since 1970, by the id of the channel, account or guest. */
export type ReadMarkers = Map<number, number>

export interface User {
  readonly id: UserId
  nick: Nick
  readonly username: string
  host: string
  realname: string
  account: Account | undefined
  /** ms since 1970. */
  readonly since: number
  away: string | undefined
  /** ms since 1970 when the last session of a user who stays online ended; undefined while there is one. */
  absentSince: number | undefined
  /** The account's own, where there is one. */
  metadata: Metadata
  /** A guest's; an account has its own. */
  readonly readMarkers: ReadMarkers
  readonly modes: Set<string>
  /** What OPER gave; nothing without mode `o`. */
  rights: readonly Right[]
  readonly channels: Map<Channel, Member>
  /** Channels whose operators invited this user. */
  readonly invitations: Set<Channel>
  /** Who may write to this user in spite of mode R; some may have left. */
  readonly accepted: Set<UserId>
  /** Sessions of this process; empty while the log is replayed. */
  readonly sessions: Session[]
}

/** "the user is not present for an unspecified reason": https://ircv3.net/specs/extensions/pre-away.html */
export const ABSENT = "*"

/** What is said of who stays online without a session and left no other word. */
export const NOT_CONNECTED = "Not connected; will read it later"

/** Why others do not expect an answer at once, if they should not. */
export function awayOf({ away, absentSince }: User): string | undefined {
  return away ?? (absentSince === undefined ? undefined : NOT_CONNECTED)
}

/** The same in words for people: "Servers MAY substitute a human-readable message for the `*`". */
export function awayWordsOf(user: User): string | undefined {
  const away = awayOf(user)
  if (away !== ABSENT) return away
  return user.account ? NOT_CONNECTED : "Not there just now"
}

/** Seconds since any of the user's sessions sent a message, or since the last of them ended. */
export function idleSecondsOf(user: User, now: number): number {
  const spokeAt = Math.max(user.absentSince ?? 0, ...user.sessions.map((session) => session.spokeAt))
  return Math.max(0, Math.floor((now - spokeAt) / 1000))
}

/** Whom direct messages are with: the account, or the guest. Both are places in the log, so that no two are alike. */
export function correspondentId({ id, account }: User): number {
  return account?.id ?? id
}

/** nick!user@host: https://modern.ircdocs.horse/#clients */
export function sourceOf(user: Pick<User, "nick" | "username" | "host">): string {
  return `${user.nick}!${user.username}@${user.host}`
}

/** Whether what `user` says reaches others whole: what would be cut short is refused. */
export function isRelayable(user: User, command: string, target: string, text: string): boolean {
  return byteLength(`:${sourceOf(user)} ${command} ${target} :${text}\r\n`) <= LINE_BYTES_MAX
}
