// What a session is told of a channel it comes into: its topic and who is there.
// https://modern.ircdocs.horse/#join-message, #names-message

import {
  EXTENDED_JOIN,
  MULTI_PREFIX,
  NO_IMPLICIT_NAMES,
  READ_MARKER,
  USERHOST_IN_NAMES,
} from "../protocol/capabilities.ts"
import { LINE_BYTES_MAX } from "../protocol/limits.ts"
import { byteLength, packed } from "../protocol/names.ts"
import { RPL_ENDOFNAMES, RPL_NAMREPLY, RPL_TOPIC, RPL_TOPICWHOTIME } from "../protocol/numerics.ts"
import type { Reply } from "../protocol/reply.ts"
import { isHidden } from "./auditorium.ts"
import { signed, type Channel, type Member, type Topic } from "./channel.ts"
import type { Content } from "./narrow.ts"
import type { Network } from "./network.ts"
import { markersOf, markread } from "./read-markers.ts"
import type { Session } from "./session.ts"
import { sourceOf, type User } from "./user.ts"

/** https://ircv3.net/specs/extensions/extended-join.html: an asterisk says that "the user has not logged in to an account". */
export function extendedJoin(name: string, account: string | undefined, realname: string) {
  return { bit: EXTENDED_JOIN, params: [name, account ?? "*"], text: realname }
}

export function joinOf({ name }: Channel, user: User): Content {
  const extended = extendedJoin(name, user.account?.name, user.realname)
  return { source: sourceOf(user), command: "JOIN", params: [name], extended }
}

export function introductionTo(channel: Channel, session: Session, net: Network): Reply[] {
  return [
    ...readMarkerIn(channel, session),
    ...(channel.topic ? topicReplies(channel, channel.topic) : []),
    ...(session.has(NO_IMPLICIT_NAMES)
      ? []
      : [...namesReplies(channel, session, net), RPL_ENDOFNAMES(channel.name)]),
  ]
}

// "after the server sends a server JOIN command … the server MUST send a MARKREAD command for that channel", before 366.
function readMarkerIn({ id, name }: Channel, session: Session): Reply[] {
  return session.user && session.has(READ_MARKER) ? [markread(name, markersOf(session.user).get(id))] : []
}

export function topicReplies(channel: Channel, topic: Topic): Reply[] {
  return [
    RPL_TOPIC(channel.name, topic.text),
    RPL_TOPICWHOTIME(channel.name, topic.setter, Math.floor(topic.at / 1000)),
  ]
}

/** 353 as often as needed. Who is not a member does not see the invisible, nor who has no sign in an auditorium even himself. */
export function namesReplies(channel: Channel, session: Session, net: Network): Reply[] {
  const own = session.user && channel.members.get(session.user)
  const hides = isHidden(channel, own)
  const symbol = channel.flags.has("s") ? "@" : "="
  const room =
    LINE_BYTES_MAX -
    byteLength(`:${net.settings.serverName} 353 ${session.addressee} ${symbol} ${channel.name} :\r\n`)
  const names: string[] = []
  for (const member of channel.members.values())
    if ((own || !member.user.modes.has("i")) && !(hides && isHidden(channel, member)))
      names.push(nameIn(member, session))
  return packed(names, " ", room).map((line) => RPL_NAMREPLY(symbol, channel.name, line))
}

/** https://ircv3.net/specs/extensions/userhost-in-names.html */
function nameIn(member: Member, session: Session): string {
  const name = signed(member, session.has(MULTI_PREFIX))
  const { username, host } = member.user
  return session.has(USERHOST_IN_NAMES) ? `${name}!${username}@${host}` : name
}
