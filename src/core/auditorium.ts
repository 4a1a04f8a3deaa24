// Auditoriums, channels of mode `u` as Ergo has it: who has no sign is seen there by those who have one, and by nobody else.
// What people say is heard by all. https://modern.ircdocs.horse/#channel-modes

import type { Channel, Member } from "./channel.ts"
import type { User } from "./user.ts"

/** Whether members without a sign do not see this one. */
export function isHidden(channel: Channel, member: Member | undefined): boolean {
  return channel.flags.has("u") && (member === undefined || member.prefixes === 0)
}

/** For the fact that `user` comes or goes: what not everybody hears is in nobody's history. */
export function secrecy(channel: Channel | undefined, user: User): { hidden?: true } {
  return channel && isHidden(channel, channel.members.get(user)) ? { hidden: true } : {}
}

/** Whether `viewer`, who may be outside, may know that `user` is in the channel. */
export function sees(channel: Channel, viewer: User | undefined, user: User): boolean {
  if (user === viewer || !isHidden(channel, channel.members.get(user))) return true
  return viewer !== undefined && !isHidden(channel, channel.members.get(viewer))
}

/** The members who may know that `user` is in the channel, or comes or goes. */
export function witnesses(channel: Channel, user: User): Iterable<User> {
  const { members } = channel
  if (!isHidden(channel, members.get(user))) return members.keys()
  const seeing = [...members.values()].filter((member) => member.user === user || member.prefixes !== 0)
  return seeing.map((member) => member.user)
}
