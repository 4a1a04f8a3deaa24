// PRIVMSG and NOTICE: https://modern.ircdocs.horse/#privmsg-message; TAGMSG:
// https://ircv3.net/specs/extensions/message-tags.html#the-tagmsg-tag-only-message

import { MESSAGE_TAGS } from "../../protocol/capabilities.ts"
import { LINE_BYTES_MAX } from "../../protocol/limits.ts"
import type { Tags } from "../../protocol/message.ts"
import { PREFIXES, statusTarget } from "../../protocol/modes.ts"
import { byteLength, isChannelName, type ChannelName } from "../../protocol/names.ts"
import {
  ERR_CANNOTSENDTOCHAN,
  ERR_CANTSENDTOUSER,
  ERR_INPUTTOOLONG,
  ERR_NEEDREGGEDNICK,
  ERR_NORECIPIENT,
  ERR_NOSUCHCHANNEL,
  ERR_NOSUCHNICK,
  ERR_NOTEXTTOSEND,
  ERR_TOOMANYTARGETS,
  ERR_UNKNOWNCOMMAND,
  RPL_AWAY,
} from "../../protocol/numerics.ts"
import type { Reply } from "../../protocol/reply.ts"
import { isVisible, silenced, type Channel } from "../channel.ts"
import { command, type UserContext } from "../command.ts"
import { event, from } from "../event.ts"
import { sourceOf, type User, type UserId } from "../user.ts"
import { acceptChanged, hasRoom } from "./accept.ts"

const SPECIFICATION = "https://modern.ircdocs.horse/#privmsg-message"

export const PRIVMSG = command({
  name: "PRIVMSG",
  syntax: "[<target>{,<target>}] [<text>]",
  help: "Sends a message to channels or people.",
  specification: SPECIFICATION,
  run: (context, targets?: string, text?: string) => speak(context, "PRIVMSG", targets, text),
})

export const NOTICE = command({
  name: "NOTICE",
  syntax: "[<target>{,<target>}] [<text>]",
  help: "Sends a message that no program may answer.",
  // "they must not send any error back to the client on receipt of a NOTICE command"
  quiet: true,
  specification: "https://modern.ircdocs.horse/#notice-message",
  run(context, targets?: string, text?: string) {
    speak(context, "NOTICE", targets, text)
  },
})

export const TAGMSG = command({
  name: "TAGMSG",
  syntax: "[<target>{,<target>}]",
  help: "Sends tags without a text, such as a reaction.",
  specification: "https://ircv3.net/specs/extensions/message-tags.html",
  run(context, targets?: string) {
    if (!context.session.has(MESSAGE_TAGS)) return ERR_UNKNOWNCOMMAND("TAGMSG")
    return speak(context, "TAGMSG", targets, "")
  },
})

type Kind = "PRIVMSG" | "NOTICE" | "TAGMSG"

function speak(context: UserContext, kind: Kind, targets: string | undefined, text: string | undefined) {
  if (targets === undefined || targets === "") return ERR_NORECIPIENT(kind)
  if (text === undefined || (text === "" && kind !== "TAGMSG")) return ERR_NOTEXTTOSEND()
  const names = targets.split(",")
  const most = context.net.settings.limits.targets
  if (names.length > most) return ERR_TOOMANYTARGETS(names[most] ?? targets)
  context.session.spokeAt = context.now
  return names.flatMap((target) => speakTo(context, kind, target, text))
}

function speakTo(
  { net, user, session, message, propose }: UserContext,
  kind: Kind,
  target: string,
  text: string,
): Reply[] {
  // What would reach others cut short is refused whole.
  const relayed = byteLength(`:${sourceOf(user)} ${kind} ${target} :${text}\r\n`)
  if (relayed > LINE_BYTES_MAX) return [ERR_INPUTTOOLONG()]
  const tags = session.has(MESSAGE_TAGS) ? clientOnly(message.tags) : {}
  const said = kind === "TAGMSG" ? { command: kind, ...tags } : { command: kind, text, ...tags }
  if (isChannelName(target)) {
    const channel = net.channel(target)
    const name = nameOf(channel, user, target)
    // In an op-moderated channel (+U) who has no sign is heard by those who keep order.
    const aside = channel?.flags.has("U") && !channel.members.get(user)?.prefixes
    const to = aside ? { status: { sign: "%", channel: name, plain: true } } : { channel: name }
    propose(messageSent, { ...said, ...to })
    return []
  }
  const status = statusTarget(target)
  if (status) {
    const channel = nameOf(net.channel(status.name), user, status.name)
    propose(messageSent, { ...said, status: { sign: status.prefix.sign, channel } })
    return []
  }
  const recipient = net.user(target)
  if (!recipient) return [ERR_NOSUCHNICK(target)]
  // Who is written to may answer.
  const unanswerable = user.modes.has("R") && recipient !== user && !recipient.account
  if (unanswerable && !user.accepted.has(recipient.id) && hasRoom(net, user)) {
    propose(acceptChanged, { user: recipient.id, on: true })
  }
  propose(messageSent, { ...said, to: recipient.id })
  return []
}

// Its own spelling would give away that a secret channel is there.
function nameOf(channel: Channel | undefined, user: User, given: string): ChannelName {
  return channel && isVisible(channel, user) ? channel.name : (given as ChannelName)
}

/** "A client-only tag is prefixed with a plus sign (`+`)"; all others are the server's to give. */
function clientOnly(tags: Tags): { tags?: [string, string][] } {
  if (tags.size === 0) return {}
  const own = [...tags].filter(([key]) => CLIENT_ONLY.test(key))
  return own.length === 0 ? {} : { tags: own }
}

/** "<key> ::= [ <client_prefix> ] [ <vendor> '/' ] <key_name>", with the prefix. */
const CLIENT_ONLY = /^\+(?:[A-Za-z0-9.-]+\/)?[A-Za-z0-9-]+$/

interface Status {
  readonly sign: string
  readonly channel: ChannelName
  /** Whether it reads as if it were said to the channel. */
  readonly plain?: boolean
}

interface MessageSent {
  readonly command: Kind
  readonly text?: string
  readonly tags?: readonly (readonly [string, string])[]
  /** One of the three. */
  readonly channel?: ChannelName
  readonly to?: UserId
  /** To the members with this sign or a higher one; not a `channel`, whose history every member may read. */
  readonly status?: Status
}

export const messageSent = event<MessageSent>({
  type: "messageSent",
  // A guest's nick is the next guest's tomorrow: what was said to or by one is delivered and forgotten.
  kept(net, { command: kind, to }, by) {
    if (kind === "TAGMSG") return false
    return to === undefined || (by?.account !== undefined && net.users.get(to)?.account !== undefined)
  },
  refuse(net, { command: kind, channel: whole, to, status, text }, by) {
    const name = whole ?? status?.channel
    if (name === undefined) {
      const user = to === undefined ? undefined : net.users.get(to)
      if (!user) return ERR_NOSUCHNICK("*")
      return by && by !== user ? unwanted(user, by, kind, text) : undefined
    }
    const channel = net.channel(name)
    if (!channel || (by && !isVisible(channel, by))) return ERR_NOSUCHCHANNEL(name)
    if (text !== undefined && isCtcp(text) && channel.flags.has("C"))
      return ERR_CANNOTSENDTOCHAN(channel.name, "C")
    return by && silenced(channel, by)
  },
  apply(net, e, tell) {
    const author = e.by === undefined ? undefined : net.users.get(e.by)
    const name = e.channel ?? e.status?.channel
    const channel = name === undefined ? undefined : net.channel(name)
    const to = e.to === undefined ? undefined : net.users.get(e.to)
    const sign = e.status?.sign ?? ""
    const target = channel ? (e.status?.plain ? "" : sign) + channel.name : to?.nick
    if (!author || target === undefined) return
    const heard = { ...from(e, e.command, [target], e.text), ...tagsOf(e) }
    if (to === author) tell.saidToSelf(author, heard)
    else if (channel) tell.said(sign === "" ? channel.members.keys() : ranked(channel, sign), author, heard)
    else tell.said(to ? [to] : [], author, heard)
    if (e.command === "PRIVMSG" && to?.away !== undefined) tell.reply(RPL_AWAY(to.nick, to.away))
  },
})

/** The members with this sign or a higher one. */
function ranked(channel: Channel, sign: string): User[] {
  const least = PREFIXES.find((prefix) => prefix.sign === sign)?.bit ?? 0
  return [...channel.members.values()].filter(({ prefixes }) => prefixes >= least).map(({ user }) => user)
}

/** Why `user` does not want to be written to by `author`. What answers a CTCP is a NOTICE, and is wanted. */
function unwanted(user: User, author: User, kind: Kind, text: string | undefined): Reply | undefined {
  if (user.modes.has("R") && !author.account && !user.accepted.has(author.id))
    return ERR_NEEDREGGEDNICK(user.nick, "You need an account to write to this user (+R)")
  const ctcp = kind === "PRIVMSG" && text !== undefined && isCtcp(text)
  return ctcp && user.modes.has("T")
    ? ERR_CANTSENDTOUSER(user.nick, "This user takes no CTCP (+T)")
    : undefined
}

/** CTCP, ACTION apart: https://modern.ircdocs.horse/ctcp.html */
function isCtcp(text: string): boolean {
  return text.startsWith("\x01") && !/^\x01ACTION(?:[ \x01]|$)/i.test(text)
}

function tagsOf({ command: kind, tags }: MessageSent) {
  return { clientTags: tags && new Map(tags), needs: kind === "TAGMSG" ? MESSAGE_TAGS : 0 }
}
