// What was said, in a channel or to one person: a fact of the log, and what those hear whom it is for.
// https://modern.ircdocs.horse/#privmsg-message

import { MESSAGE_TAGS } from "../../protocol/capabilities.ts"
import { LINE_BYTES_MAX } from "../../protocol/limits.ts"
import { PREFIXES } from "../../protocol/modes.ts"
import { byteLength, truncated, type ChannelName } from "../../protocol/names.ts"
import {
  ERR_CANNOTSENDTOCHAN,
  ERR_CANTSENDTOUSER,
  ERR_NEEDREGGEDNICK,
  ERR_NOSUCHCHANNEL,
  ERR_NOSUCHNICK,
  RPL_AWAY,
} from "../../protocol/numerics.ts"
import type { Reply } from "../../protocol/reply.ts"
import { isVisible, silenced, type Channel, type ChannelId } from "../channel.ts"
import { event, from, type EventType, type Stamp } from "../event.ts"
import type { Content } from "../narrow.ts"
import { linesOf, split } from "../multiline.ts"
import type { Network } from "../network.ts"
import { eventOf } from "../rows.ts"
import type { Row } from "../seams.ts"
import type { Tell } from "../tell.ts"
import { awayWordsOf, type Account, type User, type UserId, NOT_CONNECTED } from "../user.ts"

export type Kind = "PRIVMSG" | "NOTICE" | "TAGMSG"

/** What is said by tags alone and belongs to the history: reactions, and what asks for it. Typing never does. */
const KEPT_TAGS: ReadonlySet<string> = new Set(["+draft/persist", "+draft/react", "+draft/unreact"])

function isKept(tags: MessageSent["tags"] = []): boolean {
  return tags.some(([key]) => KEPT_TAGS.has(key)) && !tags.some(([key]) => key === "+typing")
}

/** Not so typing, which is shown and forgotten. */
export function isSaid({ command: kind, tags }: MessageSent): boolean {
  return kind !== "TAGMSG" || isKept(tags)
}

export interface Status {
  readonly sign: string
  readonly channel: ChannelName
  /** Of that channel, which may have another name later. */
  readonly id?: ChannelId
  /** Whether it reads as if it were said to the channel. */
  readonly plain?: boolean
}

export interface MessageSent {
  readonly command: Kind
  /** Empty where tags say all: what is kept of them is erased as text is. */
  readonly text: string
  /** Of a text of several lines: core/multiline.ts. */
  readonly cuts?: readonly number[]
  readonly tags?: readonly (readonly [string, string])[]
  /** One of the three. */
  readonly channel?: ChannelName
  readonly to?: UserId
  /** The recipient's account, or the guest that an account's user writes to: without it a message to one person is not kept. */
  readonly peer?: number
  /** To the members with this sign or a higher one; not a `channel`, whose history every member may read. */
  readonly status?: Status
}

export const messageSent = event<MessageSent>({
  type: "messageSent",
  // A guest's nick is the next guest's tomorrow: what one says to another is delivered and forgotten.
  kept(_, message) {
    return isSaid(message) && (message.to === undefined || message.peer !== undefined)
  },
  refuse(net, message, by) {
    const { channel: whole, to, peer, status } = message
    const name = whole ?? status?.channel
    if (name === undefined) {
      const user = to === undefined ? undefined : net.users.get(to)
      if (user) return by && by !== user ? unwanted(user, by, message) : undefined
      return to === undefined && peer !== undefined ? undefined : ERR_NOSUCHNICK("*")
    }
    const channel = net.channel(name)
    if (!channel || (by && !isVisible(channel, by))) return ERR_NOSUCHCHANNEL(name)
    if (channel.flags.has("C") && holdsCtcp(message)) return ERR_CANNOTSENDTOCHAN(channel.name, "C")
    return by && silenced(net, channel, by)
  },
  playback: contentOf,
  apply(net, e, tell) {
    const author = e.by === undefined ? undefined : net.users.get(e.by)
    if (!author) return
    const name = e.channel ?? e.status?.channel
    if (name === undefined) return sayTo(net, e, author, tell)
    const channel = net.channel(name)
    if (!channel) return
    if (isSaid(e)) tell.pace.spoke(channel, author)
    const sign = e.status?.sign ?? ""
    const heard = contentOf(e, (e.status?.plain ? "" : sign) + channel.name, tell.newBatch)
    tell.said(sign === "" ? channel.members.keys() : ranked(channel, sign), author, heard)
  },
})

function sayTo(net: Network, e: MessageSent & Stamp, author: User, tell: Tell) {
  const account = e.peer === undefined ? undefined : net.accountOf(e.peer)
  const to = e.to === undefined ? account && net.userOf(account) : net.users.get(e.to)
  const target = to?.nick ?? account?.name
  if (target === undefined) return
  const heard = contentOf(e, target, tell.newBatch)
  if (to === author) tell.saidToSelf(author, heard)
  else tell.said(to ? [to] : [], author, heard)
  if (e.command !== "PRIVMSG") return
  const away = to && awayWordsOf(to)
  if (to && away !== undefined) tell.reply(RPL_AWAY(to.nick, away))
  else if (account) tellIfAbsent(account, to, tell)
}

// Said once, until they have been here again.
function tellIfAbsent(account: Account, to: User | undefined, tell: Tell) {
  const told = tell.origin?.toldAbsent
  if (to && to.sessions.length > 0) told?.delete(account.id)
  else if (told && !told.has(account.id)) {
    told.add(account.id)
    tell.reply(RPL_AWAY(to?.nick ?? account.name, NOT_CONNECTED))
  }
}

/** What tags alone say; a type of its own, since not everybody reads it in the history. */
export const tagsSent: EventType<MessageSent> = { ...messageSent, type: "tagsSent" }

/** The members with this sign or a higher one. */
export function ranked(channel: Channel, sign: string): User[] {
  const least = PREFIXES.find((prefix) => prefix.sign === sign)?.bit ?? 0
  return [...channel.members.values()].filter(({ prefixes }) => prefixes >= least).map(({ user }) => user)
}

/** Why `user` does not want to be written to by `author`. What answers a CTCP is a NOTICE, and is wanted. */
function unwanted(user: User, author: User, message: MessageSent): Reply | undefined {
  if (user.modes.has("R") && !author.account && !user.accepted.has(author.id))
    return ERR_NEEDREGGEDNICK(user.nick, "You need an account to write to this user (+R)")
  return message.command === "PRIVMSG" && user.modes.has("T") && holdsCtcp(message)
    ? ERR_CANTSENDTOUSER(user.nick, "This user takes no CTCP (+T)")
    : undefined
}

/** Whether it holds a CTCP, ACTION apart. Each line is one of its own for who knows of no others. */
export function holdsCtcp({ text, cuts = [] }: MessageSent): boolean {
  return text.includes("\x01") && linesOf({ text, cuts }).some((line) => isCtcp(line.text))
}

/** CTCP, ACTION apart: https://modern.ircdocs.horse/ctcp.html */
function isCtcp(text: string): boolean {
  return text.startsWith("\x01") && !/^\x01ACTION(?:[ \x01]|$)/i.test(text)
}

/** The message that a row of the log is. */
export function messageOf(row: Row, net: Network): MessageSent & Stamp {
  return eventOf(row, net) as object as MessageSent & Stamp
}

/** What those hear who are `target`, now or when they read it in the history. */
export function contentOf(e: MessageSent & Stamp, target: string, newBatch: () => string): Content {
  const { command: kind, text, tags } = e
  const lines = linesFor(e, target)
  return {
    ...from(e, kind, [target], kind === "TAGMSG" ? undefined : text),
    clientTags: tags && new Map(tags),
    needs: kind === "TAGMSG" ? MESSAGE_TAGS : 0,
    multiline: lines && { reference: newBatch(), lines },
  }
}

// Undefined where it is one line. Who wrote it, or whom it is for, may have a longer name now than then: what does not fit
// beside it goes on in another line.
function linesFor({ source, command, text, cuts }: MessageSent & Stamp, target: string) {
  // No character of a string takes more than three bytes: most lines need no closer look.
  const most = 3 * (source.length + command.length + target.length + text.length) + "::   \r\n".length
  if (cuts === undefined && most <= LINE_BYTES_MAX) return undefined
  const room = LINE_BYTES_MAX - byteLength(`:${source} ${command} ${target} :\r\n`)
  if (cuts === undefined && truncated(text, room) === text) return undefined
  return linesOf({ text, cuts: cuts ?? [] }).flatMap((line) => split(line, room))
}
