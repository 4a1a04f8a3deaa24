// A channel and who is in it: https://modern.ircdocs.horse/#channels

import { isMute, means } from "../protocol/ban-masks.ts"
import { CHANNEL_MODES, FOUNDER, HALF_OPERATOR, OPERATOR, lettersOf, signs } from "../protocol/modes.ts"
import type { ChannelName } from "../protocol/names.ts"
import { ERR_CANNOTSENDTOCHAN } from "../protocol/numerics.ts"
import type { Reply } from "../protocol/reply.ts"
import { serverTime } from "../protocol/server-time.ts"
import type { Metadata } from "./metadata.ts"
import type { Network } from "./network.ts"
import { sourceOf, type Account, type User } from "./user.ts"

declare const brand: unique symbol
/** The `seq` of the event that made the channel. History belongs to the id, not to the name. */
export type ChannelId = number & { readonly [brand]: "ChannelId" }

export interface Member {
  readonly user: User
  /** Bits of protocol/modes.ts. */
  prefixes: number
  readonly joined: Place
}

/** A place in the log, and its time in ms since 1970. */
export interface Place {
  readonly seq: number
  readonly at: number
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
  /** ms since 1970 when it is lifted; absent when that is for its operators to do. */
  readonly until?: number
}

export interface Channel {
  readonly id: ChannelId
  name: ChannelName
  readonly createdAt: number
  topic: Topic | undefined
  /** Letters of the modes without parameter that are set. */
  readonly flags: Set<string>
  key: string | undefined
  limit: number | undefined
  /** Seconds between two messages of who has no sign. */
  slow: number | undefined
  /** Where who cannot join goes; the id, since another channel may come to have the name. */
  forward: { readonly name: ChannelName; readonly id: ChannelId } | undefined
  /** The lists of masks by the letter of their mode, each by folded mask. */
  readonly lists: ReadonlyMap<string, Map<string, ListEntry>>
  readonly metadata: Metadata
  /** Whose it is; without one it is nobody's, and the first who comes is its operator. */
  founder: Account | undefined
  /** What other accounts are there whenever they come: bits of protocol/modes.ts. */
  readonly roles: Map<Account, number>
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
    slow: undefined,
    forward: undefined,
    lists: new Map([...lettersOf("list")].map((letter) => [letter, new Map()])),
    metadata: new Map(),
    founder: undefined,
    roles: new Map(),
    members: new Map(),
  }
}

export function isFounder(channel: Channel, user: User | undefined): boolean {
  return hasSign(channel, user, FOUNDER)
}

/** Founders are operators. */
export function isOperator(channel: Channel, user: User | undefined): boolean {
  return hasSign(channel, user, FOUNDER | OPERATOR)
}

/** Operators and half-operators: who may give voice and set a topic. */
export function isHalfOperator(channel: Channel, user: User | undefined): boolean {
  return hasSign(channel, user, FOUNDER | OPERATOR | HALF_OPERATOR)
}

function hasSign(channel: Channel, user: User | undefined, bits: number): boolean {
  return user !== undefined && ((channel.members.get(user)?.prefixes ?? 0) & bits) !== 0
}

/** The signs that a user's account has there whenever it comes. */
export function roleOf({ founder, roles }: Channel, { account }: User): number {
  if (!account) return 0
  return account === founder ? FOUNDER : (roles.get(account) ?? 0)
}

/** Whether a user keeps order there by the account, with or without a sign. */
export function isKeeper(channel: Channel, user: User): boolean {
  return roleOf(channel, user) >= OPERATOR
}

/**
 * What of the list `letter` means `user`; masks that are about speaking alone count when that is what is asked. Who logs in does
 * not leave the masks that meant them as a guest, while all of their connections come from there.
 */
export function listed(
  net: Network,
  channel: Channel,
  letter: string,
  user: User,
  speaking = false,
): ListEntry | undefined {
  const list = channel.lists.get(letter)
  if (!list || list.size === 0) return undefined
  const account = user.account && net.folded(user.account.name)
  const meaning = (source: string | undefined) => {
    if (source === undefined) return undefined
    const folded = net.folded(source)
    return longest(list, (mask) => (speaking || !isMute(mask)) && means(mask, folded, account))
  }
  const own = meaning(sourceOf(user))
  if (own) return own
  const asGuests = user.sessions.map(({ guestSource }) => meaning(guestSource))
  return asGuests.includes(undefined) ? undefined : asGuests[0]
}

/** Of those whose mask passes the test the one that goes last. */
function longest(
  list: ReadonlyMap<string, ListEntry>,
  test: (mask: string) => boolean,
): ListEntry | undefined {
  let last: ListEntry | undefined
  for (const [mask, entry] of list) {
    if (!test(mask)) continue
    if (entry.until === undefined) return entry
    if (entry.until > (last?.until ?? 0)) last = entry
  }
  return last
}

/** From joining, or from speaking: https://modern.ircdocs.horse/#ban-channel-mode, #exception-channel-mode */
export function banAgainst(
  net: Network,
  channel: Channel,
  user: User,
  speaking = false,
): ListEntry | undefined {
  const ban = listed(net, channel, "b", user, speaking)
  return ban && !listed(net, channel, "e", user, speaking) ? ban : undefined
}

/** Where a ban or a mute means somebody who is there without a sign: another nick would be heard there, and may lead out of the mask. */
export function bannedIn(net: Network, user: User): Channel | undefined {
  for (const [channel, { prefixes }] of user.channels)
    if (prefixes === 0 && banAgainst(net, channel, user, true)) return channel
  return undefined
}

/** Why `user` may not speak. https://modern.ircdocs.horse/#moderated-channel-mode, #no-external-messages-mode */
export function silenced(net: Network, channel: Channel, user: User): Reply | undefined {
  const { flags, name } = channel
  const member = channel.members.get(user)
  // Any sign lets its bearer speak.
  if (member && member.prefixes !== 0) return undefined
  if ((!member && flags.has("n")) || flags.has("m")) return ERR_CANNOTSENDTOCHAN(name)
  const ban = banAgainst(net, channel, user, true)
  if (ban) return ERR_CANNOTSENDTOCHAN(name, endOf(ban))
  return flags.has("M") && !user.account ? ERR_CANNOTSENDTOCHAN(name, "M") : undefined
}

/** Who may not speak there, or not to all, does not do so in a reason either. */
export function mayBeHeard(net: Network, channel: Channel, user: User): boolean {
  if (silenced(net, channel, user)) return false
  return !channel.flags.has("U") || (channel.members.get(user)?.prefixes ?? 0) > 0
}

/** What who is kept out or silent is told of the end of that, if it has one. */
export function endOf({ until }: ListEntry): string | undefined {
  return until === undefined ? undefined : `b until ${serverTime(until)}`
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
    const param = paramOf(channel, letter)
    if (param === undefined && !channel.flags.has(letter)) continue
    letters += letter
    if (param !== undefined) params.push(String(param))
  }
  return forMember ? [letters, ...params] : [letters]
}

/** What a mode with one parameter is set to. */
export function paramOf({ key, forward, limit, slow }: Channel, letter: string): string | number | undefined {
  switch (letter) {
    case "k":
      return key
    case "f":
      return forward?.name
    case "l":
      return limit
    case "W":
      return slow
    default:
      return undefined
  }
}

/** A nick with its signs, as NAMES, WHO and WHOIS show it. */
export function signed(member: Member, allSigns: boolean): string {
  return signs(member.prefixes, allSigns) + member.user.nick
}
