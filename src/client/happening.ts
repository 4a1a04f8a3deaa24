// What a session tells its screen, one plain object each. Text in it is as the peer wrote it: whoever shows it makes it
// printable first.

import type { Tags } from "../protocol/message.ts"
import type { RefusalCode } from "../protocol/refusals.ts"

/** `at` in ms since 1970; `target` a channel, or the other person of a direct conversation. */
export interface Spoken {
  readonly type: "message" | "notice" | "action"
  readonly at: number
  readonly id: string | undefined
  readonly target: string
  readonly from: string
  readonly account: string | undefined
  /** Of several lines (draft/multiline) with line feeds between them. */
  readonly text: string
  /** The msgid of the message that this one answers. */
  readonly replyTo: string | undefined
  readonly tags: Tags
  readonly own: boolean
  readonly mention: boolean
  /** Came from history, not live. */
  readonly past: boolean
}

/** A message of ours that waits: for the server's word when it `wasSent`, else for a connection. */
export interface Unconfirmed {
  readonly type: "unconfirmed"
  readonly target: string
  readonly text: string
  readonly wasSent: boolean
}

/** What is `fetched` was read in history: it says how things were, and nothing changes by it. */
export type Happening =
  | Spoken
  | { readonly type: "registered"; readonly nick: string; readonly network: string }
  /** Logged in to an account, by SASL or because the server knows our certificate. */
  | { readonly type: "loggedIn"; readonly account: string }
  /**
   * SASL failed; `code` its numeric, NO_SASL where the server has nothing that would do, or WEAKER where it offers less than it is held
   * to (`reason` begins with what is missing; no password was given). This session cannot begin.
   */
  | { readonly type: "loginRefused"; readonly code: string; readonly reason: string }
  /** A reaction to the message whose msgid is `of`, or one that was taken back. */
  | {
      readonly type: "reaction"
      readonly at: number
      readonly fetched?: true
      readonly target: string
      readonly from: string
      readonly account: string | undefined
      readonly of: string
      readonly text: string
      readonly removed: boolean
      readonly own: boolean
    }
  /** The message whose msgid is `of` was taken back, by its author or by who keeps order. */
  | {
      readonly type: "redacted"
      readonly at: number
      readonly fetched?: true
      readonly target: string
      readonly from: string
      readonly of: string
      readonly reason: string
    }
  /** The answer to `Session.search` or `Session.history`, oldest first. */
  | {
      readonly type: "found"
      readonly by: "search" | "history"
      /** What followed CHATHISTORY or SEARCH. */
      readonly asked: readonly string[]
      readonly messages: readonly Spoken[]
      /** Nothing is kept that was said earlier, or later, than these. */
      readonly end?: "earlier" | "later"
      /** ms since 1970: how far a search had come when its time was up, or a history that had little but who came and went. */
      readonly cutAt?: number | undefined
    }
  /** So many of the messages that follow were not read yet, on any device; `orMore` when older ones were not fetched. */
  | {
      readonly type: "unread"
      readonly target: string
      readonly count: number
      readonly orMore: boolean
    }
  | {
      readonly type: "join"
      readonly at: number
      readonly fetched?: true
      readonly target: string
      readonly from: string
      readonly account: string | undefined
      readonly own: boolean
    }
  | {
      readonly type: "part"
      readonly at: number
      readonly fetched?: true
      readonly target: string
      readonly from: string
      readonly reason: string
      readonly own: boolean
    }
  | {
      readonly type: "quit"
      readonly at: number
      readonly fetched?: true
      readonly from: string
      readonly reason: string
      readonly targets: readonly string[]
    }
  | {
      readonly type: "nick"
      readonly at: number
      readonly fetched?: true
      readonly from: string
      readonly to: string
      readonly own: boolean
      readonly targets: readonly string[]
    }
  | {
      readonly type: "kick"
      readonly at: number
      readonly fetched?: true
      readonly target: string
      readonly from: string
      readonly who: string
      readonly reason: string
      readonly own: boolean
    }
  | {
      readonly type: "topic"
      readonly at: number
      readonly fetched?: true
      readonly target: string
      readonly from: string | undefined
      readonly text: string
    }
  | {
      readonly type: "mode"
      readonly at: number
      readonly fetched?: true
      readonly target: string
      readonly from: string
      readonly changes: readonly string[]
      /** Nobody did it but the server. */
      readonly byServer: boolean
      /** How long masks that were set stay set, by mask, where the server said so. */
      readonly lastsMs: ReadonlyMap<string, number>
    }
  | { readonly type: "away"; readonly at: number; readonly from: string; readonly text: string | undefined }
  | { readonly type: "invite"; readonly at: number; readonly target: string; readonly from: string }
  | { readonly type: "history"; readonly target: string; readonly phase: "begin" | "end" }
  /** What was missed in `target` while away; not `complete` when the server could not give all of it. */
  | {
      readonly type: "gap"
      readonly at: number
      readonly target: string
      readonly fetched: number
      readonly complete: boolean
    }
  /** All channels are as they would be without the interruption. `tookMs` since the connection was lost. */
  | {
      readonly type: "caughtUp"
      readonly tookMs: number
      readonly fetched: number
      readonly complete: boolean
    }
  | Unconfirmed
  /** A message of ours that the server refused, or that nobody can vouch for any more. */
  | {
      readonly type: "undelivered"
      readonly target: string
      readonly text: string
      readonly code: string
      readonly reason: string
    }
  /** A refused JOIN; `code` a numeric. */
  | { readonly type: "joinRefused"; readonly target: string; readonly code: string; readonly reason: string }
  /** The nick was refused before registration; another is tried, or (`using` undefined) this session cannot begin. */
  | {
      readonly type: "nickTaken"
      readonly wanted: string
      readonly using: string | undefined
      readonly reason: string
    }
  /** The server's last word before it closes. */
  | { readonly type: "refused"; readonly code: RefusalCode | undefined; readonly text: string }
  /** An error that belongs to no message of ours: a numeric or the code of a FAIL. */
  | {
      readonly type: "error"
      readonly code: string
      readonly params: readonly string[]
      readonly text: string
    }
  /** Any other answer to read: LIST, NAMES, WHOIS, MOTD … `code` is its numeric, or NOTE and WARN. */
  | {
      readonly type: "answer"
      readonly code: string
      readonly params: readonly string[]
      readonly text: string
    }
