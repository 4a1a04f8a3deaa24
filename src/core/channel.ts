// A channel and who is in it: https://modern.ircdocs.horse/#channels

import { matches } from "../protocol/masks.ts"
import { CHANNEL_MODES, OPERATOR, VOICE, signs } from "../protocol/modes.ts"
import { folded, type ChannelName } from "../protocol/names.ts"
import { sourceOf, type User } from "./user.ts"

declare const brand: unique symbol
/** The `seq` of the event that made the channel. History belongs to the id, not to the name. */
export type ChannelId = number & { readonly [brand]: "ChannelId" }

export interface Member {
  readonly user: User
  /** Bits of protocol/modes.ts. */
  prefixes: number
}

export interface Topic {
  readonly text: string
  /** nick!user@host of who set it. */
  readonly setter: string
  readonly at: number
}

export interface ListEntry {
  readonly mask: string
  readonly setter: string
  readonly at: number
}

export interface Channel {
  readonly id: ChannelId
  readonly name: ChannelName
  readonly createdAt: number
  topic: Topic | undefined
  /** Letters of the modes without parameter that are set. */
  readonly flags: Set<string>
  key: string | undefined
  limit: number | undefined
  readonly bans: Map<string, ListEntry>
  readonly members: Map<User, Member>
}

export function newChannel(id: number, name: ChannelName, createdAt: number, flags: string): Channel {
  return {
    id: id as ChannelId,
    name,
    createdAt,
    topic: undefined,
    flags: new Set(flags),
    key: undefined,
    limit: undefined,
    bans: new Map(),
    members: new Map(),
  }
}

export function isOperator(channel: Channel, user: User | undefined): boolean {
  return user !== undefined && ((channel.members.get(user)?.prefixes ?? 0) & OPERATOR) !== 0
}

export function isBanned(channel: Channel, user: User): boolean {
  if (channel.bans.size === 0) return false
  const source = folded(sourceOf(user))
  for (const mask of channel.bans.keys()) if (matches(mask, source)) return true
  return false
}

/** https://modern.ircdocs.horse/#moderated-channel-mode, #no-external-messages-mode, #ban-channel-mode */
export function maySpeak(channel: Channel, user: User): boolean {
  const member = channel.members.get(user)
  if (!member) return !channel.flags.has("n") && !channel.flags.has("m") && !isBanned(channel, user)
  if (member.prefixes & (OPERATOR | VOICE)) return true
  return !channel.flags.has("m") && !isBanned(channel, user)
}

/** Whether `user` may know that the channel is there. */
export function isVisible(channel: Channel, user: User): boolean {
  return !channel.flags.has("s") || channel.members.has(user)
}

/** The modes as 324 shows them; parameters for members only, since a key is a secret. */
export function modesOf(channel: Channel, forMember: boolean): string[] {
  let letters = "+"
  const params: string[] = []
  for (const { letter } of CHANNEL_MODES) {
    if (letter === "k" && channel.key !== undefined) {
      letters += letter
      params.push(channel.key)
    } else if (letter === "l" && channel.limit !== undefined) {
      letters += letter
      params.push(String(channel.limit))
    } else if (channel.flags.has(letter)) letters += letter
  }
  return forMember ? [letters, ...params] : [letters]
}

/** A nick with its signs, as NAMES, WHO and WHOIS show it. */
export function signed(member: Member, allSigns: boolean): string {
  return signs(member.prefixes, allSigns) + member.user.nick
}
