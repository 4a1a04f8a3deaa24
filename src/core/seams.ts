// Where the core meets the rest: the types of what goes in and out. Nothing else crosses (docs/ARCHITECTURE.md, law 1).

import type { CasemappingName } from "../protocol/casemapping.ts"
import type { Limits } from "../protocol/limits.ts"
import type { RefusalCode } from "../protocol/refusals.ts"
import type { Right } from "../protocol/rights.ts"
import type { IdentityQuestion, IdentityResult } from "./identity.ts"
import type { Session } from "./session.ts"
import type { Snapshot } from "./snapshot.ts"
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
  /** The author's account; of a direct message with a guest, the guest's own id stands for one. */
  readonly accountId: number | null
  /** The account that a direct message is for. */
  readonly peerId: number | null
  readonly text: string | null
  readonly body: string
  /** What goes for good when this row is made durable. */
  readonly erases?: Erasure
}

/**
 * Text that is wiped from the log: of one row, or of every row of these types that an account wrote up to the end of the
 * turn. The rows stay, marked in their body.
 */
export type Erasure =
  { readonly seq: number } | { readonly accountId: number; readonly types: readonly string[] }

/** The ordered record of what happened, in memory or in SQLite. */
export interface Log {
  /** How this log begins: the run's number (greater than any before), the next place, and the site's secret for cloaks. */
  readonly epoch: number
  readonly nextSeq: number
  readonly lastAt: number
  readonly cloakSecret: string
  /** What `replay` goes on from; without one it begins with the first row. */
  readonly snapshot?: Snapshot | undefined
  /** Every row that changes the network's state, in order, for rebuilding it; before the first `append`. */
  replay(): Iterable<Row>
  /**
   * Makes one turn's rows durable as one commit and then calls `done`. The caller waits for `done` before it appends
   * again. A commit that fails for any reason but a full disk ends in `onBroken`, and `done` is never called.
   */
  append(rows: readonly Row[], done: () => void): void
  /** Rows in ascending order, of what has been acknowledged and not erased. Rejects only for a fault of the disk. */
  read(query: Exclude<Query, SearchQuery>): Promise<readonly Row[]>
  search(query: SearchQuery): Promise<Found>
  /** Called when the disk is full (true: refuse what may be refused) and when there is room again (false). */
  onReadOnly: (readOnly: boolean) => void
  /** Called once when a commit failed: nothing after it may be told to anybody. */
  onBroken: (error: Error) => void
  /** After the last `append` was acknowledged. */
  close(): Promise<void>
}

/** One place in history: a row, or a time in ms since 1970. */
export type Reference =
  { readonly kind: "seq"; readonly seq: number } | { readonly kind: "at"; readonly at: number }

/** Both bounds are exclusive; `limit` keeps the oldest or the newest of what lies between them. */
interface Stretch {
  /** Types of events wanted. */
  readonly types: readonly string[]
  readonly after?: Reference | undefined
  readonly before?: Reference | undefined
  readonly keep: "oldest" | "newest"
  readonly limit: number
}

/** A channel, or what two accounts said to each other (an account may talk to itself). */
export type Conversation = { readonly channelId: number } | { readonly accountIds: readonly [number, number] }

/** What is asked of the log. */
export type Query = PageQuery | ConversationsQuery | SearchQuery | PlaceQuery

/** Rows of one conversation; to a channel's belong those, too, that name it in `channelIds` of their body (a QUIT, a NICK). */
export interface PageQuery extends Stretch {
  readonly kind: "page"
  readonly of: Conversation
}

/** The newest row of each conversation of an account and of these channels, where it lies in the stretch. */
export interface ConversationsQuery extends Stretch, Readables {
  readonly kind: "conversations"
}

/** What somebody may read. */
interface Readables {
  /** Whose direct messages. */
  readonly accountId: number | null
  readonly channelIds: readonly number[]
  /** By a channel's id, the place that its rows must lie after; those of other channels may lie anywhere. */
  readonly channelsAfter?: Readonly<Record<number, number>> | undefined
}

/**
 * Rows whose text holds every one of `words`, in upper or lower case, with or without accents, in these channels and in the
 * account's direct messages. What it takes too long to look through is left out; `Found` says so.
 */
export interface SearchQuery extends Stretch, Readables {
  readonly kind: "search"
  readonly words: readonly string[]
  /** Of the direct messages, only those with this account. */
  readonly peerId?: number | undefined
  /** Of this account alone, or of whoever had this nick then. */
  readonly author?: { readonly accountId: number } | { readonly nick: string } | undefined
  /** Only those that hold a web address. */
  readonly hasLink?: boolean | undefined
}

/** What a search has found, in ascending order. */
export interface Found {
  readonly rows: readonly Row[]
  /** ms since 1970: how far it had come, from the end that it keeps, when its time was up. */
  readonly cutAt?: number | undefined
}

/** The row at one place, or none. */
export interface PlaceQuery {
  readonly kind: "place"
  readonly seq: number
}

/** What the shell knows of a connection when its TLS handshake is done. */
export interface Arrival {
  /** Normalised address, for administrators only; never in an event (a ban holds what an administrator typed). */
  readonly address: string
  /** What others see in place of the address. */
  readonly host: string
  /** What they see once an account says who it is. */
  readonly memberHost?: string
  readonly tlsVersion: string
  /** The certificate the shell has judged valid, if any; `issuer` is the pin of the issuing key in hex. */
  readonly certificate?: Certificate
  /** SHA-512, in lower-case hex, of the certificate whose key the peer holds, whoever issued it. */
  readonly fingerprint?: string
  /** Whether its address lies in a range of a ban, as the shell wrote it. */
  isWithin?(range: string): boolean
  /** Who announced the address, if it is not the connection's own. */
  readonly via?: Via
}

/** A proxy, or a WEBIRC gateway, which has a name. */
export interface Via {
  /** Its own address, for administrators only. */
  readonly address: string
  readonly gateway?: string
  /** Whether TLS reaches as far as the user. */
  readonly isSecure: boolean
}

export interface Certificate {
  readonly name: string
  readonly issuer: string
  readonly fingerprint: string
  /** In lower-case hex. */
  readonly serial?: string
}

/** WEBIRC: who says whose connection this is. */
export interface Introduction {
  readonly type: "webirc"
  readonly session: Session
  readonly password: string
  /** As it was written. */
  readonly address: string
  readonly isSecure: boolean
}

/** What the core asks of the shell. */
export type Request =
  | { readonly type: "close"; readonly session: Session }
  | { readonly type: "password"; readonly session: Session; readonly given: string }
  | { readonly type: "operator"; readonly session: Session; readonly name: string; readonly given: string }
  | (IdentityQuestion & { readonly session: Session })
  | Introduction
  | { readonly type: "reload"; readonly session: Session }
  /** For a member's other device. */
  | { readonly type: "invitation"; readonly session: Session }
  | { readonly type: "range"; readonly session: Session; readonly text: string }
  | { readonly type: "read"; readonly session: Session; readonly query: Query }

/** What the shell answers to any request but `close`. */
export type Result =
  | { readonly type: "password"; readonly right: boolean }
  /** No rights: name or password are wrong; the password, if the name is known. Some want a certificate of the account besides. */
  | {
      readonly type: "operator"
      readonly rights: readonly Right[] | undefined
      readonly isKnown?: boolean
      readonly needsCertificate?: boolean
    }
  | IdentityResult
  /** Without a refusal the session's arrival is the user's now. */
  | { readonly type: "webirc"; readonly refusal: RefusalCode | undefined }
  | { readonly type: "reloaded" }
  /** `hash` is that of the secret in `link`, which is told once and kept nowhere; no link where no certificates are made. */
  | {
      readonly type: "invitation"
      readonly made: { readonly id: string; readonly hash: string; readonly link: string } | undefined
    }
  /** As ranges are written; undefined where the text is neither an address nor a range. */
  | { readonly type: "range"; readonly range: string | undefined }
  | ({ readonly type: "rows" } & Found)
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
  /** How far back members of a channel read: from their JOIN on, or all of it. */
  readonly historyFrom: "join" | "all"
  /** Whether PASS is needed; the shell compares it. */
  readonly passwordNeeded: boolean
  readonly accounts: AccountSettings
  /** How names compare; what a run began with stays until its end. */
  readonly casemapping: CasemappingName
  /** Letters of what a user, and what a channel, begins with. */
  readonly defaultUserModes: string
  readonly defaultChannelModes: string
  readonly limits: Limits
  /** How long authors may take back what they said; `Infinity` is for ever. */
  readonly redactWithinMs: number
}

/** Which accounts stay online without a session: none, those that ask for it, those that do not decline it, or all. */
export type AlwaysOn = "off" | "opt-in" | "opt-out" | "mandatory"

/** `[accounts]` of chat.toml, as far as the core obeys it. */
export interface AccountSettings {
  /** Whether anybody may register one. */
  readonly registration: boolean
  /** Whether that may be done before USER and NICK are done. */
  readonly beforeConnect: boolean
  readonly emailRequired: boolean
  /** Whether an account may have another name than its maker's nick. */
  readonly customNames: boolean
  /** Whether an account may have several connections at once; otherwise the newest takes the others' place. */
  readonly multiclient: boolean
  readonly alwaysOn: AlwaysOn
  /** How long who stays online does so without being there; `Infinity` is for ever. */
  readonly alwaysOnMs: number
  /** Characters. */
  readonly passwordLengthMin: number
  /** Whether certificates are asked for, so that SASL EXTERNAL can succeed. */
  readonly external: boolean
}

export interface LogEntry {
  readonly level: "info" | "warn" | "error"
  readonly what: string
  readonly [field: string]: string | number | boolean | undefined
}

/** Where people who run the server read what happened; text is made printable by the receiver. */
export type Logger = (entry: LogEntry) => void

export type { RefusalCode }
