// The shape of a command: it reads the network, answers, proposes events, and reads no more.

import type { Message } from "../protocol/message.ts"
import type { RefusalCode } from "../protocol/refusals.ts"
import type { Banned } from "./bans.ts"
import type { StaffActed } from "./commands/staff-acted.ts"
import type { Erasures } from "./erasures.ts"
import type { EventType } from "./event.ts"
import type { FailedOpers } from "./failed-opers.ts"
import type { IdentityQuestion } from "./identity.ts"
import type { Content } from "./narrow.ts"
import type { Network } from "./network.ts"
import type { Pace } from "./pace.ts"
import type { Introduction, Logger, Query, Result } from "./seams.ts"
import type { Session } from "./session.ts"
import type { User } from "./user.ts"
import type { Watch } from "./watch.ts"

/** What the sender is told at once; a content without source comes from the server, a numeric is addressed to its nick. */
export type Answer = Content | readonly Content[] | undefined | void

/** A request before the engine adds its session. */
export type Question =
  | { readonly type: "password"; readonly given: string }
  | { readonly type: "operator"; readonly name: string; readonly given: string }
  | Omit<Introduction, "session">
  | IdentityQuestion
  | { readonly type: "reload" }
  | { readonly type: "invitation" }
  | { readonly type: "range"; readonly text: string }
  | { readonly type: "read"; readonly query: Query }

/** A line, or several in one. */
type Said = Message & { readonly cuts?: readonly number[] }

export interface Context {
  readonly net: Network
  readonly session: Session
  /** The disk is full: what may be refused is refused. */
  readonly readOnly: boolean
  /** Every session there is, those that have not registered too. */
  readonly sessions: ReadonlySet<Session>
  /** Who watches whom. */
  readonly watch: Watch
  /** Who spoke when in channels of slow mode. */
  readonly pace: Pace
  /** What was erased lately. */
  readonly erasures: Erasures
  /** Who tried in vain to become an operator lately. */
  readonly failedOpers: FailedOpers
  /** With `cuts` it is one of several lines: core/multiline.ts. */
  readonly message: Said
  /** The table of commands, for HELP. */
  readonly commands: ReadonlyMap<string, Command>
  /** ms since 1970. */
  readonly now: number
  /**
   * Puts a fact before the log, and behind it the record of what somebody of the staff did by it; its refusal, if any, is answered
   * to the sender.
   */
  propose<F extends object>(type: EventType<F>, fact: F, record?: StaffActed): void
  /** Asks the shell; the session's next lines wait until `resume` has answered. */
  ask(question: Question, resume: (result: Result) => Answer): void
  /** Obeys another message in place of this one. */
  obey(message: Said): Answer
  /** Puts off the answer to this line's label; the function takes it up again. */
  defer(): () => void
  /** A new batch's reference. */
  newBatch(): string
  /** Ends the session with `ERROR :words`. */
  end(code: RefusalCode, words?: string): void
  /** Ends another session of the same user. */
  replace(other: Session): void
  /** Ends any session with `ERROR :words`; `others` is what everybody else reads. */
  close(other: Session, code: RefusalCode, words: string, others: string): void
  /** Ends every session of somebody else, and that user. */
  dismiss(user: User, code: RefusalCode, words: string): void
  /** Ends the sessions that are banned by this, if it is in force. */
  expel(banned: Banned): void
  /** Tells who runs the server. */
  readonly log: Logger
}

/** The context of a registered session. */
export interface UserContext extends Context {
  readonly user: User
}

interface Facts {
  readonly name: string
  /** Parameters as HELP and the manual show them; `[…]` are optional, and so the least number of parameters follows. */
  readonly syntax: string
  /** One sentence for HELP and the manual. */
  readonly help: string
  readonly specification: string
  /** NOTICE: what is refused is not answered. */
  readonly quiet?: true
  /** How a service puts what it answers. */
  worded?(session: Session, content: Content): Content
}

/** `when` says whether it needs a registered session, works only before that, or always. */
export type Command = Facts & { readonly paramsMin: number } & (
    | { readonly when: "registered"; run(context: UserContext, ...params: string[]): Answer }
    | { readonly when: "unregistered" | "always"; run(context: Context, ...params: string[]): Answer }
  )

export function command(facts: Facts & { run(context: UserContext, ...params: string[]): Answer }): Command {
  return { ...facts, when: "registered", paramsMin: paramsMin(facts.syntax) }
}

export function anytime(facts: Facts & { run(context: Context, ...params: string[]): Answer }): Command {
  return { ...facts, when: "always", paramsMin: paramsMin(facts.syntax) }
}

export function unregistered(facts: Facts & { run(context: Context, ...params: string[]): Answer }): Command {
  return { ...facts, when: "unregistered", paramsMin: paramsMin(facts.syntax) }
}

/** An answer as its command puts it. */
export function wordedBy({ worded }: Command, session: Session, answer: Answer): Answer {
  if (!worded || !answer) return answer
  return [answer].flat().map((content) => worded(session, content as Content))
}

/** The parameters before the first optional one; `{…}` repeats what is there already. */
export function paramsMin(syntax: string): number {
  const required =
    syntax
      .replace(/\{.*?\}/g, "")
      .split("[")[0]
      ?.trim() ?? ""
  return required === "" ? 0 : required.split(/\s+/).length
}
