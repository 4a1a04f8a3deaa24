// Where the core meets the rest: the types of what goes in and out. Nothing else crosses (docs/ARCHITECTURE.md, law 1).

import type { Limits } from "../protocol/limits.ts"
import type { RefusalCode } from "../protocol/refusals.ts"
import type { Right } from "../protocol/rights.ts"
import type { Session } from "./session.ts"
import type { Output } from "./outbox.ts"

/**
 * One row of the log. Message text stands alone in `text`, where it can be erased; ids of channels and accounts are the
 * `seq` of the event that made them. `body` is a JSON object of everything else.
 */
export interface Row {
  readonly seq: number
  /** ms since 1970; never less than the row's before. */
  readonly at: number
  readonly type: string
  readonly channelId: number | null
  readonly accountId: number | null
  readonly text: string | null
  readonly body: string
}

/** The ordered record of what happened, in memory or in SQLite. */
export interface Log {
  /** How this log begins: the run's number (greater than any before), the next place, and the site's secret for cloaks. */
  readonly epoch: number
  readonly nextSeq: number
  readonly lastAt: number
  readonly cloakSecret: string
  /** Every row that changes the network's state, in order, for rebuilding it; before the first `append`. */
  replay(): Iterable<Row>
  /**
   * Makes one turn's rows durable as one commit and then calls `done`. The caller waits for `done` before it appends
   * again. A commit that fails for any reason but a full disk ends in `onBroken`, and `done` is never called.
   */
  append(rows: readonly Row[], done: () => void): void
  /** A page of history, of what has been acknowledged. Rejects only for a fault of the disk. */
  history(query: HistoryQuery): Promise<Row[]>
  /** Called when the disk is full (true: refuse what may be refused) and when there is room again (false). */
  onReadOnly: (readOnly: boolean) => void
  /** Called once when a commit failed: nothing after it may be told to anybody. */
  onBroken: (error: Error) => void
  /** After the last `append` was acknowledged. */
  close(): Promise<void>
}

/** One place in history: a row, a time, or the newest end. */
export type Reference =
  | { readonly kind: "seq"; readonly seq: number }
  | { readonly kind: "at"; readonly at: number }
  | { readonly kind: "newest" }

/** Rows of one channel in ascending order: `latest` those nearest to the end and after `reference`, `after` those just after it. */
export interface HistoryQuery {
  readonly channelId: number
  readonly direction: "latest" | "after"
  readonly reference: Reference
  readonly limit: number
  /** Types of events wanted; `messageSent` alone unless event playback is asked for. */
  readonly types: readonly string[]
}

/** What the shell knows of a connection when its TLS handshake is done. */
export interface Arrival {
  /** Normalised address, for administrators only; never in an event. */
  readonly address: string
  /** What others see in place of the address. */
  readonly host: string
  readonly tlsVersion: string
  /** The certificate the shell has judged valid, if any; `issuer` is the pin of the issuing key in hex. */
  readonly certificate?: Certificate
}

export interface Certificate {
  readonly name: string
  readonly issuer: string
  readonly fingerprint: string
}

/** What the core asks of the shell. */
export type Request =
  | { readonly type: "close"; readonly session: Session }
  | { readonly type: "password"; readonly session: Session; readonly given: string }
  | { readonly type: "operator"; readonly session: Session; readonly name: string; readonly given: string }
  | { readonly type: "reload"; readonly session: Session }
  | { readonly type: "history"; readonly session: Session; readonly query: HistoryQuery }

/** What the shell answers to any request but `close`. */
export type Result =
  | { readonly type: "password"; readonly right: boolean }
  /** No rights: name or password are wrong. */
  | { readonly type: "operator"; readonly rights: readonly Right[] | undefined }
  | { readonly type: "reloaded" }
  | { readonly type: "history"; readonly rows: readonly Row[] }
  | { readonly type: "failed" }

/** Everything one turn brought about. Lines may leave only when the events are durable; requests wait likewise. */
export interface Turn {
  readonly rows: readonly Row[]
  readonly deliveries: readonly Delivery[]
  readonly requests: readonly Request[]
}

/** What one session is to be sent, as one write. */
export interface Delivery {
  readonly session: Session
  readonly output: Output
}

/** What a site has decided; replaced as a whole when the configuration is read again. */
export interface Settings {
  readonly serverName: string
  readonly networkName: string
  readonly description: string
  readonly version: string
  /** How to reach who runs the server, if they want to be reached. */
  readonly admin?: string | undefined
  /** Lines of the message of the day; none when it is empty. */
  readonly motd: readonly string[]
  readonly access: "members" | "open"
  /** Whether PASS is needed; the shell compares it. */
  readonly passwordNeeded: boolean
  readonly limits: Limits
}

export interface LogEntry {
  readonly level: "info" | "warn" | "error"
  readonly what: string
  readonly [field: string]: string | number | boolean | undefined
}

/** Where people who run the server read what happened; text is made printable by the receiver. */
export type Logger = (entry: LogEntry) => void

export type { RefusalCode }
