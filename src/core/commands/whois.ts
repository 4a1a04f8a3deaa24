// WHOIS: https://modern.ircdocs.horse/#whois-message

import { METADATA, MULTI_PREFIX } from "../../protocol/capabilities.ts"
import {
  ERR_NONICKNAMEGIVEN,
  ERR_NOSUCHNICK,
  RPL_AWAY,
  RPL_ENDOFWHOIS,
  RPL_WHOISACCOUNT,
  RPL_WHOISACTUALLY,
  RPL_WHOISBOT,
  RPL_WHOISCHANNELS,
  RPL_WHOISGATEWAY,
  RPL_WHOISIDLE,
  RPL_WHOISKEYVALUE,
  RPL_WHOISOPERATOR,
  RPL_WHOISSECURE,
  RPL_WHOISSERVER,
  RPL_WHOISUSER,
} from "../../protocol/numerics.ts"
import type { Reply } from "../../protocol/reply.ts"
import { BOT, signs } from "../../protocol/modes.ts"
import { packed } from "../../protocol/names.ts"
import { sees } from "../auditorium.ts"
import { isVisible } from "../channel.ts"
import { command, type UserContext } from "../command.ts"
import { awayWordsOf, idleSecondsOf, type User } from "../user.ts"

/** Bytes of channel names in one 319; the rest of a line is the server's name and two nicks. */
const CHANNELS_BYTES_MAX = 300

export const WHOIS = command({
  name: "WHOIS",
  syntax: "[<server>] [<nick>]",
  help: "Tells about a user.",
  specification: "https://modern.ircdocs.horse/#whois-message",
  run(context, first = "", second?: string) {
    const nick = second ?? first
    if (nick === "") return ERR_NONICKNAMEGIVEN()
    const user = context.net.user(nick)
    return user
      ? [...about(user, context), RPL_ENDOFWHOIS(user.nick)]
      : [ERR_NOSUCHNICK(nick), RPL_ENDOFWHOIS(nick)]
  },
})

function about(user: User, context: UserContext): Reply[] {
  const { nick } = user
  const { serverName, description } = context.net.settings
  const replies: Reply[] = [
    RPL_WHOISUSER(nick, user.username, user.host, user.realname),
    ...channels(user, context),
  ]
  replies.push(RPL_WHOISSERVER(nick, serverName, description))
  const away = awayWordsOf(user)
  if (away !== undefined) replies.push(RPL_AWAY(nick, away))
  if (user.account) replies.push(RPL_WHOISACCOUNT(nick, user.account.name))
  if (user.modes.has("o")) replies.push(RPL_WHOISOPERATOR(nick))
  if (user.modes.has(BOT)) replies.push(RPL_WHOISBOT(nick))
  if (user === context.user) replies.push(...addresses(user))
  if (context.session.has(METADATA))
    for (const [key, value] of user.metadata) replies.push(RPL_WHOISKEYVALUE(nick, key, value))
  replies.push(...connections(user))
  replies.push(RPL_WHOISIDLE(nick, idleSecondsOf(user, context.now), Math.floor(user.since / 1000)))
  return replies
}

// Nobody but oneself: an address is never shown to others.
function addresses(user: User): Reply[] {
  return [...new Set(user.sessions.map((session) => session.arrival.address))].map((address) =>
    RPL_WHOISACTUALLY(user.nick, `${user.username}@${user.host}`, address),
  )
}

// "IRC servers SHOULD show when a WebIRC connection is in use", and secure is who is so all the way.
function connections({ nick, sessions }: User): Reply[] {
  const gateways = new Set(sessions.flatMap(({ arrival }) => arrival.via?.gateway ?? []))
  const isSecure = sessions.length > 0 && sessions.every(({ arrival }) => arrival.via?.isSecure ?? true)
  return [
    ...[...gateways].map((gateway) => RPL_WHOISGATEWAY(nick, gateway)),
    ...(isSecure ? [RPL_WHOISSECURE(nick, "is using a secure connection (TLS)")] : []),
  ]
}

function channels(user: User, { user: asker, session }: UserContext): Reply[] {
  const names: string[] = []
  for (const [channel, member] of user.channels) {
    const shown =
      isVisible(channel, asker) &&
      sees(channel, asker, user) &&
      (!user.modes.has("i") || user === asker || asker.channels.has(channel))
    if (shown) names.push(signs(member.prefixes, session.has(MULTI_PREFIX)) + channel.name)
  }
  return packed(names, " ", CHANNELS_BYTES_MAX).map((line) => RPL_WHOISCHANNELS(user.nick, line))
}
