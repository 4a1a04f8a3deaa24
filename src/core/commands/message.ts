// PRIVMSG and NOTICE: https://modern.ircdocs.horse/#privmsg-message; TAGMSG:
// https://ircv3.net/specs/extensions/message-tags.html#the-tagmsg-tag-only-message

import { ECHO_MESSAGE, MESSAGE_TAGS } from "../../protocol/capabilities.ts"
import type { Tags } from "../../protocol/message.ts"
import { statusTarget } from "../../protocol/modes.ts"
import { isChannelName, type ChannelName } from "../../protocol/names.ts"
import {
  ERR_INPUTTOOLONG,
  ERR_NORECIPIENT,
  ERR_NOSUCHNICK,
  ERR_NOTEXTTOSEND,
  ERR_TOOMANYTARGETS,
  ERR_UNKNOWNCOMMAND,
} from "../../protocol/numerics.ts"
import { isVisible, silenced, type Channel } from "../channel.ts"
import { invalid } from "../client-batch.ts"
import { command, type UserContext } from "../command.ts"
import type { Content } from "../narrow.ts"
import type { Network } from "../network.ts"
import { serviceCalled } from "../service.ts"
import { correspondentId, isRelayable, sourceOf, type Account, type User } from "../user.ts"
import { acceptChanged, hasRoom } from "./accept.ts"
import { isSaid, messageSent, tagsSent, type Kind, type MessageSent, type Status } from "./message-sent.ts"

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

function speak(context: UserContext, kind: Kind, targets: string | undefined, text: string | undefined) {
  if (targets === undefined || targets === "") return ERR_NORECIPIENT(kind)
  if (text === undefined || (text === "" && kind !== "TAGMSG")) return ERR_NOTEXTTOSEND()
  const names = targets.split(",")
  const most = context.net.settings.limits.targets
  if (names.length > most) return ERR_TOOMANYTARGETS(names[most] ?? targets)
  // A service may have to ask the shell, and one line asks once; nor is a password to reach whom a slip put beside it.
  const service = names.length > 1 && kind === "PRIVMSG" ? names.find(serviceCalled) : undefined
  if (service !== undefined) return ERR_TOOMANYTARGETS(service)
  context.session.spokeAt = context.now
  return names.flatMap((target) => speakTo(context, kind, target, text))
}

function speakTo(context: UserContext, kind: Kind, target: string, text: string): Content[] {
  const { net, user, session, message, propose } = context
  const { cuts } = message
  if (cuts === undefined && !isRelayable(user, kind, target, text)) return [ERR_INPUTTOOLONG()]
  const tags = session.has(MESSAGE_TAGS) ? clientOnly(message.tags) : {}
  const sent = kind === "TAGMSG" ? tagsSent : messageSent
  const said = { command: kind, text, ...tags, ...(cuts === undefined ? {} : { cuts }) }
  if (isChannelName(target)) {
    const channel = visibleChannel(net, user, target)
    const name = channel?.name ?? (target as ChannelName)
    // In an op-moderated channel (+U) who has no sign is heard by those who keep order.
    const aside = channel?.flags.has("U") && !channel.members.get(user)?.prefixes
    const to = aside ? { status: { ...asideIn(channel, name, "%"), plain: true } } : { channel: name }
    return speakIn(context, channel, sent, { ...said, ...to })
  }
  const status = statusTarget(target)
  if (status) {
    const channel = visibleChannel(net, user, status.name)
    const name = channel?.name ?? (status.name as ChannelName)
    return speakIn(context, channel, sent, { ...said, status: asideIn(channel, name, status.prefix.sign) })
  }
  const service = serviceCalled(target)
  if (service !== undefined && kind !== "PRIVMSG") return []
  if (service !== undefined && cuts !== undefined) return [invalid("A service obeys one line at a time")]
  if (service !== undefined) return obeyed(context, service, target, text)
  const recipient = net.user(target) ?? whoseAccountIs(net, user, target)
  if (!recipient) return [ERR_NOSUCHNICK(target)]
  if (!("nick" in recipient)) {
    propose(sent, { ...said, peer: recipient.id })
    return []
  }
  if (cuts === undefined && !isRelayable(user, kind, recipient.nick, text)) return [ERR_INPUTTOOLONG()]
  // Who is written to may answer.
  const unanswerable = user.modes.has("R") && recipient !== user && !recipient.account
  if (unanswerable && !user.accepted.has(recipient.id) && hasRoom(net, user)) {
    propose(acceptChanged, { user: recipient.id, on: true })
  }
  const isOfAccount = user.account !== undefined || recipient.account !== undefined
  propose(sent, { ...said, to: recipient.id, ...(isOfAccount ? { peer: correspondentId(recipient) } : {}) })
  return []
}

function asideIn(channel: Channel | undefined, name: ChannelName, sign: string): Status {
  return { sign, channel: name, ...(channel ? { id: channel.id } : {}) }
}

// What the channel refuses is for the event to say; how soon one may speak there again, for the clock.
function speakIn(
  { net, user, pace, propose }: UserContext,
  channel: Channel | undefined,
  sent: typeof messageSent,
  message: MessageSent,
): Content[] {
  const wait = channel && isSaid(message) ? pace.refuse(channel, user) : undefined
  if (wait && channel && !silenced(net, channel, user)) return [wait]
  propose(sent, message)
  return []
}

// An account can be written to by its name, here or not, by who has one as well.
function whoseAccountIs(net: Network, user: User, name: string): User | Account | undefined {
  const account = user.account && net.account(name)
  return account && (net.userOf(account) ?? account)
}

// What is said to a service is a command: nobody hears it, and nothing of it is kept.
function obeyed(
  { user, session, message, obey }: UserContext,
  service: string,
  target: string,
  text: string,
) {
  const echo = { source: sourceOf(user), command: "PRIVMSG", params: [target], text }
  const answer = obey({ tags: message.tags, source: message.source, command: service, params: [text] })
  return [session.has(ECHO_MESSAGE) ? echo : [], (answer ?? []) as Content | Content[]].flat()
}

// Its own spelling, and its modes, would give away that a secret channel is there.
function visibleChannel(net: Network, user: User, name: string): Channel | undefined {
  const channel = net.channel(name)
  return channel && isVisible(channel, user) ? channel : undefined
}

/** "A client-only tag is prefixed with a plus sign (`+`)"; all others are the server's to give. */
function clientOnly(tags: Tags): { tags?: [string, string][] } {
  if (tags.size === 0) return {}
  const own = [...tags].filter(([key]) => CLIENT_ONLY.test(key))
  return own.length === 0 ? {} : { tags: own }
}

/** "<key> ::= [ <client_prefix> ] [ <vendor> '/' ] <key_name>", with the prefix. */
const CLIENT_ONLY = /^\+(?:[A-Za-z0-9.-]+\/)?[A-Za-z0-9-]+$/
