// Who may read what of history. Every command that reads it asks here: CHATHISTORY, SEARCH, MARKREAD.

import { isChannelName } from "../protocol/names.ts"
import type { Channel, Place } from "./channel.ts"
import type { Network } from "./network.ts"
import type { Conversation, Reference, Row } from "./seams.ts"
import { correspondentId, type User, type UserId } from "./user.ts"

/** What somebody may read under one name. */
export interface Readable {
  /** As it is spelt now. */
  readonly name: string
  /** Of the channel, or of who is at the other end. */
  readonly id: number
  readonly of: Conversation
  readonly channel?: Channel
}

/**
 * What `target` means to `user`. Who is outside a channel, invited, banned or an operator of the server, learns no more of it
 * than of one that is not there.
 */
export function readable(net: Network, user: User, target: string): Readable | undefined {
  if (!isChannelName(target)) {
    const other = correspondent(net, target)
    return other && { ...other, of: { accountIds: [correspondentId(user), other.id] } }
  }
  const channel = net.channel(target)
  if (!channel || !user.channels.has(channel)) return undefined
  return { name: channel.name, id: channel.id, of: { channelId: channel.id }, channel }
}

/** Whether `user` may read this row, now; `of` is the channel whose history it was found in. */
export function mayRead(net: Network, user: User, row: Row, of = row.channelId): boolean {
  const own = correspondentId(user)
  if (of === null) return row.peerId !== null && (row.accountId === own || row.peerId === own)
  const channel = user.channels.keys().find(({ id }) => id === of)
  return channel !== undefined && row.seq > (beginning(net, user, channel)?.seq ?? 0)
}

/** `after`, or the member's JOIN where history begins there and that is later. */
export function notBefore(
  net: Network,
  user: User,
  { channel }: Readable,
  after: Reference | undefined,
): Reference | undefined {
  const from = channel && beginning(net, user, channel)
  if (!from) return after
  const isLater = after && (after.kind === "seq" ? after.seq >= from.seq : after.at >= from.at)
  return isLater ? after : { kind: "seq", seq: from.seq }
}

/** Where what `user` may read begins, by the ids of channels where it is not the first row. */
export function beginnings(net: Network, user: User): Readonly<Record<number, number>> {
  const places = [...user.channels.keys()].map((channel) => [channel.id, beginning(net, user, channel)?.seq])
  return Object.fromEntries(places.filter(([, seq]) => seq !== undefined))
}

// Who may read the audit reads all of it.
function beginning(net: Network, user: User, channel: Channel): Place | undefined {
  const isFromJoin = net.settings.historyFrom === "join" && channel !== net.audit
  return isFromJoin ? user.channels.get(channel)?.joined : undefined
}

/** Whom a nick means in direct messages: who has it, or whose account has that name; or a guest who is gone. */
export function correspondent(net: Network, nick: string): { id: number; name: string } | undefined {
  const account = net.account(nick)
  const user = net.user(nick) ?? (account && net.userOf(account))
  if (user) return { id: correspondentId(user), name: user.nick }
  if (account) return { id: account.id, name: account.name }
  const id = Number(GONE.exec(nick)?.[1] ?? 0)
  return id > 0 && nickNow(net, id) === undefined ? { id, name: nameOf(net, id) } : undefined
}

/** Under which name one reads what was said with somebody. */
export function nameOf(net: Network, id: number): string {
  return nickNow(net, id) ?? guestName(id)
}

/** The nick of a guest who left is the next one's; what was said with them is found by a name that no nick can be. */
export function guestName(id: number): string {
  return `guest/${id}`
}

const GONE = /^guest\/([1-9]\d{0,14})$/i

/** The nick, or else the account's name, of who is at the other end of direct messages; none of a guest who left, or logged in. */
export function nickNow(net: Network, id: number): string | undefined {
  const account = net.accountOf(id)
  const user = account ? net.userOf(account) : net.users.get(id as UserId)
  return user && correspondentId(user) === id ? user.nick : account?.name
}
