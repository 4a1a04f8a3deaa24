// A fact in the past tense: proposed by a command, ordered by the log, applied to the network. `refuse` is asked when the
// event is proposed and again when its place in the log comes, so `apply` never fails and never decides.

import type { Msgid } from "../protocol/msgid.ts"
import type { Reply } from "../protocol/reply.ts"
import type { Content } from "./narrow.ts"
import type { Network } from "./network.ts"
import type { Erasure } from "./seams.ts"
import type { Tell } from "./tell.ts"
import type { User, UserId } from "./user.ts"

/** What the log adds to a fact. */
export interface Stamp {
  readonly seq: number
  /** ms since 1970, never less than that of the event before. */
  readonly at: number
  readonly msgid: Msgid
  /** Who caused it; absent when the server did. */
  readonly by?: UserId
  /** nick!user@host of that user at that time, or the server's name. */
  readonly source: string
  /** Name of that user's account at that time. */
  readonly account?: string
  /** That user was marked as a bot at that time. */
  readonly bot?: true
}

/** A kind of event; `F` are its own fields, all JSON. `channel` and `text` among them have columns of their own. */
export interface EventType<F extends object> {
  readonly type: string
  /** False for a fact that is ordered but not kept (a message to a guest, typing); kept when absent. */
  kept?(network: Network, fact: F, by: User | undefined): boolean
  /** Why this cannot be. An event without `refuse` may not be refused, not even when the disk is full. */
  refuse?(network: Network, fact: F, by: User | undefined): Reply | undefined
  /**
   * What is read of it in the history of `target`: the line that was heard, made from the event alone. Nothing where not everybody
   * heard it.
   */
  playback?(event: F & Stamp, target: string, newBatch: () => string): Content | undefined
  /** What goes from the log for good with it. */
  erases?(fact: F): Erasure
  /** Changes the network and says who hears what. */
  apply(network: Network, event: F & Stamp, tell: Tell): void
}

export function event<F extends object>(definition: EventType<F>): EventType<F> {
  return definition
}

/** What people hear of an event: from its author (or `source`), with its time, msgid and account. */
export function from(
  e: Stamp,
  command: string,
  params: readonly string[],
  text?: string,
  source = e.source,
): Content {
  return { source, command, params, text, at: e.at, msgid: e.msgid, account: e.account, bot: e.bot }
}
