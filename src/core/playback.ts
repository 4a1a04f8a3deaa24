// What is read in history: rows of the log as the lines that were heard, made by the same functions.
// https://ircv3.net/specs/extensions/chathistory.html

import { EVENT_PLAYBACK, MESSAGE_REDACTION, MESSAGE_TAGS } from "../protocol/capabilities.ts"
import { nickOf } from "../protocol/names.ts"
import { channelModesChanged } from "./commands/channel-modes-changed.ts"
import { userJoined } from "./commands/join.ts"
import { memberKicked } from "./commands/kick.ts"
import { messageSent, tagsSent } from "./commands/message-sent.ts"
import { nickChanged } from "./commands/nick.ts"
import { userParted } from "./commands/part.ts"
import { userQuit } from "./commands/quit.ts"
import { staffActed } from "./commands/staff-acted.ts"
import { messageRedacted } from "./commands/redact.ts"
import { topicChanged } from "./commands/topic.ts"
import type { UserContext } from "./command.ts"
import { nameOf, nickNow } from "./entitlement.ts"
import type { EventType } from "./event.ts"
import type { Content } from "./narrow.ts"
import { eventOf } from "./rows.ts"
import type { Row } from "./seams.ts"
import type { Session } from "./session.ts"

const PLAYED: readonly EventType<never>[] = [
  channelModesChanged,
  memberKicked,
  messageRedacted,
  messageSent,
  nickChanged,
  staffActed,
  tagsSent,
  topicChanged,
  userJoined,
  userParted,
  userQuit,
]

const BY_TYPE: ReadonlyMap<string, EventType<object>> = new Map(
  PLAYED.map((type) => [type.type, type as unknown as EventType<object>]),
)

/** What else a client must know of to be played it. */
const NEEDED: ReadonlyMap<string, number> = new Map([
  [messageRedacted.type, MESSAGE_REDACTION],
  [tagsSent.type, MESSAGE_TAGS],
])

/** PRIVMSG and NOTICE. */
export const MESSAGES: readonly string[] = [messageSent.type, staffActed.type]

/** "If the client has not negotiated the draft/event-playback capability, the server MUST NOT send any lines other than PRIVMSG and NOTICE". */
export function typesFor(session: Session): readonly string[] {
  if (!session.has(EVENT_PLAYBACK)) return MESSAGES
  return [...BY_TYPE.keys()].filter((type) => session.has(NEEDED.get(type) ?? EVENT_PLAYBACK))
}

/** The line of a row, in a channel or, where it was said to one person, under the nicks that both have now. */
export function played(
  { net, newBatch }: Pick<UserContext, "net" | "newBatch">,
  row: Row,
  channelName: string | undefined,
): Content[] {
  const event = eventOf(row, net)
  const type = BY_TYPE.get(row.type)
  if (channelName !== undefined) return [type?.playback?.(event, channelName, newBatch) ?? []].flat()
  const then = nickOf(event.source)
  // "servers may wish to rewrite the sources or targets of messages to correspond to the current nicknames of the two users"
  const source = (nickNow(net, row.accountId ?? 0) ?? then) + event.source.slice(then.length)
  return [type?.playback?.({ ...event, source }, nameOf(net, row.peerId ?? 0), newBatch) ?? []].flat()
}

/** Lines as a batch of their own. */
export function batched(contents: readonly Content[], batch: string, ...type: readonly string[]): Content[] {
  return [
    { command: "BATCH", params: [`+${batch}`, ...type] },
    ...contents.map((content) => ({ ...content, batch })),
    { command: "BATCH", params: [`-${batch}`] },
  ]
}
