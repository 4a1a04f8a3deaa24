// A connection with its capabilities, from TLS to close. Session state is never in the log.

import type { Unreadable } from "../protocol/line-reader.ts"
import type { Nick } from "../protocol/names.ts"
import type { RefusalCode } from "../protocol/refusals.ts"
import type { OpenBatch } from "./client-batch.ts"
import type { Metadata } from "./metadata.ts"
import type { Output } from "./outbox.ts"
import type { Arrival, Reference, Result } from "./seams.ts"
import type { Response } from "./response.ts"
import { sourceOf, type Account, type User } from "./user.ts"
import type { Answer, Context } from "./command.ts"

/** A command that waits for the shell; the session's next lines wait behind it. */
export interface Waiting {
  readonly command: string
  readonly response: Response | undefined
  readonly resume: (result: Result) => Answer
  readonly backlog: (string | Unreadable)[]
}

/** SASL under way: what has come of a response, and what is to be done when it is complete. */
export interface Exchange {
  encoded: string
  respond(context: Context, response: Uint8Array): Answer
}

export class Session {
  readonly id: number
  readonly arrival: Arrival
  /** ms since 1970. */
  readonly since: number
  /** Bits of protocol/capabilities.ts. */
  capabilities = 0
  /** The number that `CAP LS` named; 0 before it. */
  capVersion = 0
  /** True from CAP LS or REQ until CAP END: registration waits. */
  negotiating = false
  nick: Nick | undefined
  username: string | undefined
  realname: string | undefined
  password: string | undefined
  /** What AWAY said; empty is "present", absent nothing. */
  away: string | undefined
  passwordRight = false
  /** Whether it has sent a command, known or not: WEBIRC must be the first. */
  hasSpoken = false
  /** The account it logged in to before registration, or which its certificate names. */
  account: Account | undefined
  /** SASL under way. */
  exchange: Exchange | undefined
  user: User | undefined
  /** Keys whose changes it wants to hear of. */
  subscriptions: Set<string> | undefined
  /** Accounts that were written to and are not connected, as it has been told. */
  readonly toldAbsent = new Set<number>()
  /** What METADATA set before registration. */
  metadata: Metadata | undefined
  /** The place from which on it hears by itself what is said to its account. */
  hearsFrom = 0
  /** Since when nobody was there as its account, as long as it has not been played what was said from then until it heard by itself. */
  missed: Reference | undefined
  /**
   * Since when it is played that, until it has confirmed it by a PONG with the token of the PING that follows it, or by being
   * there after this time (ms since 1970).
   */
  mail: { readonly since: Reference; token?: string; sureAfter: number } | undefined
  closing: RefusalCode | undefined
  /** ms since 1970 of its last line, and whether a PING is unanswered since. */
  heardAt: number
  pinged = false
  /** ms since 1970 of its last message, for WHOIS. */
  spokeAt: number
  waiting: Waiting | undefined
  /** The batch it has opened. */
  batch: OpenBatch | undefined
  /** What the turn under way has for it; owned by the outbox. */
  output: Output | undefined

  constructor(id: number, arrival: Arrival, now: number) {
    this.id = id
    this.arrival = arrival
    this.since = now
    this.heardAt = now
    this.spokeAt = now
  }

  has(capability: number): boolean {
    return (this.capabilities & capability) !== 0
  }

  /** nick!user@host, with `*` for what it has not said yet. */
  get source(): string {
    const { nick = "*", username = "*", arrival } = this
    return this.user ? sourceOf(this.user) : `${nick}!${username}@${arrival.host}`
  }

  /**
   * As whom others would see it if it had not logged in: bans on that host still mean it. Who shows a certificate of a trusted
   * authority was given it, and is nobody's guest.
   */
  get guestSource(): string | undefined {
    const { user, arrival } = this
    if (!user?.account || arrival.certificate) return undefined
    const { nick, username } = user
    return sourceOf({ nick, username, host: arrival.host })
  }

  /** The nick as numerics address it: `*` before registration has one. */
  get addressee(): string {
    return this.user?.nick ?? this.nick ?? "*"
  }
}
