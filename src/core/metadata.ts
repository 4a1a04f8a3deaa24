// Metadata of people and channels: https://ircv3.net/specs/extensions/metadata.html, as `draft/metadata-3` changes it
// (https://github.com/ircv3/ircv3-specifications/pull/613): what is told of is told by the numerics 761 and 766.

import { METADATA } from "../protocol/capabilities.ts"
import { METADATA_SYNC_MEMBERS_MAX } from "../protocol/limits.ts"
import { RPL_KEYNOTSET, RPL_KEYVALUE, RPL_METADATASYNCLATER } from "../protocol/numerics.ts"
import type { Reply } from "../protocol/reply.ts"
import { sees, witnesses } from "./auditorium.ts"
import type { Channel } from "./channel.ts"
import type { Content } from "./narrow.ts"
import type { Session } from "./session.ts"
import type { Tell } from "./tell.ts"
import type { User } from "./user.ts"

/** By key. An account's belongs to the account and outlives its sessions, a guest's goes with the guest. */
export type Metadata = Map<string, string>

/** 761, or 766 for what is not set. */
export function valueOf(target: string, key: string, metadata: ReadonlyMap<string, string>): Reply {
  const value = metadata.get(key)
  return value === undefined ? RPL_KEYNOTSET(target, key) : RPL_KEYVALUE(target, key, value)
}

/** A `metadata` batch about `target`. */
export function metadataBatch(target: string, contents: readonly Content[], batch: string): Content[] {
  return [
    { command: "BATCH", params: [`+${batch}`, "metadata", target] },
    ...contents.map((content) => ({ ...content, batch })),
    { command: "BATCH", params: [`-${batch}`] },
  ]
}

/** Everything that is set on a target. */
export function valuesOf(target: string, metadata: ReadonlyMap<string, string>): Reply[] {
  return [...metadata.keys()].map((key) => valueOf(target, key, metadata))
}

/** What of a target `session` has subscribed to. */
export function subscribedValuesOf(
  session: Session,
  target: string,
  metadata: ReadonlyMap<string, string>,
): Reply[] {
  const { subscriptions } = session
  if (!subscriptions || metadata.size === 0) return []
  return [...subscriptions].filter((key) => metadata.has(key)).map((key) => valueOf(target, key, metadata))
}

/** The same of a channel and of everybody who is seen in it. */
export function subscribedValuesIn(session: Session, channel: Channel): Reply[] {
  if (!session.subscriptions?.size) return []
  const replies = subscribedValuesOf(session, channel.name, channel.metadata)
  for (const user of channel.members.keys())
    if (sees(channel, session.user, user))
      replies.push(...subscribedValuesOf(session, user.nick, user.metadata))
  return replies
}

/**
 * Metadata around a JOIN: the one who comes reads that of the channel, the members that of the one who comes. In a large
 * channel everybody asks for it with SYNC.
 */
export function introduceMetadata(channel: Channel, user: User, tell: Tell) {
  for (const session of user.sessions) {
    if (!listens(session)) continue
    if (channel.members.size > METADATA_SYNC_MEMBERS_MAX)
      tell.session(session, RPL_METADATASYNCLATER(channel.name))
    else for (const reply of subscribedValuesIn(session, channel)) tell.session(session, reply)
  }
  if (user.metadata.size === 0 || channel.members.size > METADATA_SYNC_MEMBERS_MAX) return
  for (const member of witnesses(channel, user)) {
    if (member === user) continue
    for (const session of member.sessions) {
      if (!listens(session)) continue
      for (const reply of subscribedValuesOf(session, user.nick, user.metadata)) tell.session(session, reply)
    }
  }
}

/** "when one of their monitored users comes online" */
export function tellWatchersOf({ nick, metadata }: User, tell: Tell) {
  if (metadata.size === 0) return
  for (const session of tell.watch.of(nick)) {
    if (!listens(session)) continue
    for (const reply of subscribedValuesOf(session, nick, metadata)) tell.session(session, reply)
  }
}

/** Who sees `user` in a channel, `user` too, and who watches: "users they are currently monitoring". */
export function tellOfUser(user: User, key: string, tell: Tell) {
  const sessions = new Set(user.sessions)
  for (const channel of user.channels.keys())
    for (const member of witnesses(channel, user))
      for (const session of member.sessions) sessions.add(session)
  for (const session of tell.watch.of(user.nick)) sessions.add(session)
  tellEach(sessions, key, valueOf(user.nick, key, user.metadata), tell)
}

/** Its members. */
export function tellOfChannel(channel: Channel, key: string, tell: Tell) {
  const reply = valueOf(channel.name, key, channel.metadata)
  for (const { sessions } of channel.members.keys()) tellEach(sessions, key, reply, tell)
}

// "excluding changes they make themselves": who made it has its answer.
function tellEach(sessions: Iterable<Session>, key: string, reply: Reply, tell: Tell) {
  for (const session of sessions) {
    const wanted = session !== tell.origin && listens(session) && session.subscriptions?.has(key)
    if (wanted && session.user) tell.session(session, reply)
  }
}

function listens(session: Session): boolean {
  return session.has(METADATA) && session.subscriptions !== undefined
}
