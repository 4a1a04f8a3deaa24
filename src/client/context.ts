// What the handlers of incoming lines may use of the session they belong to.

import type { Message } from "../protocol/message.ts"
import { parseServerTime } from "../protocol/server-time.ts"
import type { Direct } from "./direct.ts"
import type { Happening } from "./happening.ts"
import type { Histories } from "./histories.ts"
import type { Inquiries } from "./inquiries.ts"
import type { Moderation } from "./moderation.ts"
import type { Outbox } from "./outbox.ts"
import type { Reading } from "./reading.ts"
import type { Registration } from "./registration.ts"
import type { Sasl } from "./sasl.ts"
import type { View } from "./view.ts"

export interface Context {
  readonly view: View
  readonly outbox: Outbox
  readonly histories: Histories
  readonly direct: Direct
  readonly inquiries: Inquiries
  readonly moderation: Moderation
  readonly reading: Reading
  readonly sasl: Sasl
  readonly registration: Registration
  /** Channels to be in, now and after a reconnect, by folded name. */
  readonly wanted: Map<string, { readonly name: string; readonly password: string | undefined }>
  /** ms since 1970, of the line or tick at hand. */
  readonly now: number
  /** Queues a line for the server. */
  send(line: string): void
  /** Tells the screen, after what of the same target is still being fetched. `id` of the line that it came with, if not of the one at hand. */
  tell(happening: Happening, id?: string): void
  /** A PONG or an ACK with the label of a message of ours. */
  confirm(label: string): void
  /** Tells that our doubtful messages to such targets cannot be vouched for. */
  giveUp(accepts: (target: string) => boolean): void
  /** Tells that nothing of ours to a target will be delivered; of what is in doubt, that it cannot be vouched for. */
  refuseAll(target: string, code: string, reason: string): void
}

export type Handler = (context: Context, message: Message) => void

/** When it happened, ms since 1970: https://ircv3.net/specs/extensions/server-time.html, or now. */
export function timeOf(context: Context, message: Message): number {
  return parseServerTime(message.tags.get("time") ?? "") ?? context.now
}

/** The nick (or server name) in front of `!user@host`. */
export function nickOf(message: Message): string {
  return message.source?.split("!", 1)[0] ?? ""
}
