// REDACT: https://ircv3.net/specs/extensions/message-redaction.html. What is redacted is erased from the log in the same
// commit; the row stays, empty.

import { MESSAGE_REDACTION } from "../../protocol/capabilities.ts"
import { statusTarget } from "../../protocol/modes.ts"
import { parseMsgid, type Msgid } from "../../protocol/msgid.ts"
import { isChannelName, nickOf, truncated, type ChannelName } from "../../protocol/names.ts"
import { ERR_UNKNOWNCOMMAND } from "../../protocol/numerics.ts"
import { FAIL, type Reply } from "../../protocol/reply.ts"
import { isOperator, mayBeHeard, type Channel } from "../channel.ts"
import { command, type Answer, type UserContext } from "../command.ts"
import { correspondent, nameOf } from "../entitlement.ts"
import { event, from, type Stamp } from "../event.ts"
import type { Network } from "../network.ts"
import type { Row } from "../seams.ts"
import { correspondentId, type User, type UserId } from "../user.ts"
import { mayKick } from "./kick.ts"
import { messageOf, messageSent, ranked, tagsSent, type MessageSent, type Status } from "./message-sent.ts"
import { acted, type StaffActed } from "./staff-acted.ts"

export const REDACT = command({
  name: "REDACT",
  syntax: "<target> <msgid> [<reason>]",
  help: "Takes a message back: it is erased for good. Your own, or what others said in a channel you look after.",
  specification: "https://ircv3.net/specs/extensions/message-redaction.html",
  run(context, target: string, msgid: string, reason?: string) {
    const { net, user, session, erasures, ask } = context
    // "To redact a message, a client MUST negotiate the `draft/message-redaction` capability".
    if (!session.has(MESSAGE_REDACTION)) return ERR_UNKNOWNCOMMAND("REDACT")
    if (!whereIs(net, user, target)) return invalidTarget(target)
    const place = parseMsgid(msgid)
    if (!place || net.epochOf(place.seq) !== place.epoch) return unknown(target, msgid)
    ask({ type: "read", query: { kind: "place", seq: place.seq } }, (result): Answer => {
      if (result.type !== "rows")
        return FAIL("REDACT", "MESSAGE_ERROR", [target, msgid], "Messages cannot be retrieved just now")
      // Who was removed meanwhile is told what a stranger is told.
      const where = whereIs(net, user, target)
      if (!where) return invalidTarget(target)
      const [row] = result.rows.filter((one) => !erasures.has(one))
      const said = row && messageAt(row, net, where, user)
      return said ? redact(context, target, said, reason) : unknown(target, msgid)
    })
  },
})

/** A channel that one is in or keeps order in, or the id of whom one talks to; undefined where one has no business. */
type Where = { readonly channel: Channel } | { readonly peer: number }

function whereIs(net: Network, user: User, target: string): Where | undefined {
  const name = statusTarget(target)?.name ?? target
  if (!isChannelName(name)) {
    const other = correspondent(net, name)
    return other && { peer: other.id }
  }
  const channel = net.channel(name)
  return channel && (channel.members.has(user) || keepsOrder(user)) ? { channel } : undefined
}

const keepsOrder = (user: User) => user.rights.includes("redact")

/** What was said, where, and by whom. */
type Said = Stamp & MessageSent & { readonly author: Author }

interface Author {
  /** Its id at that time. */
  readonly user: UserId | undefined
  readonly account: number | null
}

function messageAt(row: Row, net: Network, where: Where, user: User): Said | undefined {
  if (row.type !== messageSent.type && row.type !== tagsSent.type) return undefined
  const message = messageOf(row, net)
  const said = { ...message, author: { user: message.by, account: row.accountId } }
  if ("channel" in where) {
    // It may go by another name now.
    const { name } = where.channel
    const renamed = said.status ? { status: { ...said.status, channel: name } } : { channel: name }
    return isIn(net, where.channel, row, said, user) ? { ...said, ...renamed } : undefined
  }
  if (row.channelId !== null) return undefined
  // Who has logged in since said it as a guest.
  const { peer } = where
  const isTheirs = [correspondentId(user), user.id].some((own) => isBetween(row, own, peer))
  return isTheirs ? { ...said, peer } : undefined
}

function isBetween({ accountId, peerId }: Row, one: number, other: number): boolean {
  return (accountId === one && peerId === other) || (accountId === other && peerId === one)
}

// What was said to those with a sign alone belongs to no channel's history; its author knows of it, and who has every sign.
function isIn(net: Network, channel: Channel, row: Row, { status, author }: Said, user: User): boolean {
  if (!status) return row.channelId === channel.id
  return (
    isOf(net, status, channel, row) && (isOwn(author, user) || isOperator(channel, user) || keepsOrder(user))
  )
}

function isOf(net: Network, status: Status, channel: Channel, { at }: Row): boolean {
  if (status.id !== undefined) return status.id === channel.id
  return net.folded(status.channel) === net.folded(channel.name) && at >= channel.createdAt
}

function isOwn({ user, account }: Author, by: User): boolean {
  return user === by.id || (account !== null && account === by.account?.id)
}

function redact(
  { net, user, now, propose }: UserContext,
  target: string,
  { at, msgid, source, author, channel, status, peer }: Said,
  reason: string | undefined,
): Answer {
  const { settings } = net
  const there = net.channel(channel ?? status?.channel ?? "")
  const isHeard =
    peer !== undefined || keepsOrder(user) || (there !== undefined && mayBeHeard(net, there, user))
  const to = peer !== undefined ? { peer } : status ? { status } : channel === undefined ? {} : { channel }
  const fact = {
    of: msgid,
    author,
    ...to,
    ...(reason === undefined || !isHeard ? {} : { reason: truncated(reason, settings.limits.kickLength) }),
  }
  const isLate = now - at > settings.redactWithinMs
  if (isLate && isOwn(author, user) && !isAbove(net, fact, user))
    return expired(target, msgid, settings.redactWithinMs)
  return propose(messageRedacted, fact, recordOf(net, fact, user, nickOf(source)))
}

/** By the right of an operator alone. */
function recordOf(net: Network, fact: MessageRedacted, by: User, nick: string): StaffActed | undefined {
  const { author, of, channel, status, reason } = fact
  if (fact.peer !== undefined || isOwn(author, by) || ranksAbove(net, fact, by)) return undefined
  const target = (author.account === null ? undefined : net.accountOf(author.account)?.name) ?? nick
  return acted("redact", { target, reason, details: { channel: channel ?? status?.channel, msgid: of } })
}

const invalidTarget = (target: string) =>
  FAIL("REDACT", "INVALID_TARGET", [target], "You cannot redact messages there")
const unknown = (target: string, msgid: string) =>
  FAIL("REDACT", "UNKNOWN_MSGID", [target, msgid], "There is no such message, or not any more")
const forbidden = (target: string, msgid: string) =>
  FAIL("REDACT", "REDACT_FORBIDDEN", [target, msgid], "You may not redact this message")
const expired = (target: string, msgid: string, withinMs: number) =>
  FAIL(
    "REDACT",
    "REDACT_WINDOW_EXPIRED",
    [target, msgid, String(withinMs / 1000)],
    "This message is too old to be redacted",
  )

interface MessageRedacted {
  readonly of: Msgid
  readonly author: Author
  readonly reason?: string
  /** One of the three, as the message had it. */
  readonly channel?: ChannelName
  readonly status?: Status
  /** Of a direct message who is on the other side. */
  readonly peer?: number
}

export const messageRedacted = event<MessageRedacted>({
  type: "messageRedacted",
  refuse(net, fact, by): Reply | undefined {
    const name = fact.channel ?? fact.status?.channel ?? peerOf(net, fact).name ?? "*"
    if (by && fact.peer === undefined && !whereIs(net, by, name)) return invalidTarget(name)
    const may = !by || isOwn(fact.author, by) || isAbove(net, fact, by)
    return may ? undefined : forbidden(name, fact.of)
  },
  erases: ({ of }) => ({ seq: parseMsgid(of)?.seq ?? 0 }),
  playback: (e, target) => from(e, "REDACT", [target, e.of], e.reason),
  apply(net, e, tell) {
    const author = e.by === undefined ? undefined : net.users.get(e.by)
    if (!author) return
    const { channel: name = e.status?.channel, status } = e
    const channel = name === undefined ? undefined : net.channel(name)
    const peer = peerOf(net, e)
    const sign = status?.sign ?? ""
    const target = channel ? (status?.plain ? "" : sign) + channel.name : peer.name
    if (target === undefined) return
    const told = { ...from(e, "REDACT", [target, e.of], e.reason), needs: MESSAGE_REDACTION }
    if (peer.user === author) tell.saidToSelf(author, told)
    else if (channel) tell.said(sign === "" ? channel.members.keys() : ranked(channel, sign), author, told)
    else tell.said(peer.user ? [peer.user] : [], author, told)
  },
})

/** Whom a direct message was with, if they are here, and the name that they go by. */
function peerOf(net: Network, { peer: id }: MessageRedacted): { user?: User | undefined; name?: string } {
  if (id === undefined) return {}
  const account = net.accountOf(id)
  const user = account ? net.userOf(account) : net.users.get(id as UserId)
  return { user, name: user?.nick ?? nameOf(net, id) }
}

/** Whether `by` keeps order over the author, where the message was said. What is said to one person is nobody else's business. */
function isAbove(net: Network, fact: MessageRedacted, by: User): boolean {
  const { channel: name, status } = fact
  if (!net.channel(name ?? status?.channel ?? "")) return false
  return keepsOrder(by) || ranksAbove(net, fact, by)
}

/** By a sign in that channel. */
function ranksAbove(net: Network, { author, channel: name, status }: MessageRedacted, by: User): boolean {
  const channel = net.channel(name ?? status?.channel ?? "")
  if (!channel) return false
  return mayKick(
    channel,
    by,
    [...channel.members.keys()].find((member) => isOwn(author, member)),
  )
}
