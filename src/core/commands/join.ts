// JOIN: https://modern.ircdocs.horse/#join-message, https://ircv3.net/specs/extensions/extended-join.html

import { AWAY_NOTIFY } from "../../protocol/capabilities.ts"
import { NEW_CHANNEL_MODES, OPERATOR } from "../../protocol/modes.ts"
import { nickOf, type ChannelName } from "../../protocol/names.ts"
import {
  ERR_BADCHANMASK,
  ERR_BADCHANNELKEY,
  ERR_BANNEDFROMCHAN,
  ERR_CHANNELISFULL,
  ERR_INVITEONLYCHAN,
  ERR_LINKCHANNEL,
  ERR_NEEDREGGEDNICK,
  ERR_NOSUCHCHANNEL,
  ERR_TOOMANYCHANNELS,
} from "../../protocol/numerics.ts"
import type { Reply } from "../../protocol/reply.ts"
import { banAgainst, endOf, isKeeper, listed, roleOf, type Channel } from "../channel.ts"
import { secrecy } from "../auditorium.ts"
import { command } from "../command.ts"
import { event, from, type Stamp } from "../event.ts"
import { extendedJoin, introductionTo } from "../introduction.ts"
import { introduceMetadata } from "../metadata.ts"
import type { Content } from "../narrow.ts"
import type { Network } from "../network.ts"
import { awayOf, type User, type UserId } from "../user.ts"
import { signsGiven } from "./channel-roles.ts"
import { parting, userParted } from "./part.ts"

export const JOIN = command({
  name: "JOIN",
  syntax: "<channel>{,<channel>} [<key>{,<key>}]",
  help: "Comes into channels, making those that are not there; JOIN 0 leaves all.",
  specification: "https://modern.ircdocs.horse/#join-message",
  run({ net, user, propose }, names: string, keys = "") {
    if (names === "0") {
      for (const channel of user.channels.keys()) propose(userParted, parting(channel, user))
      return
    }
    const refused: Reply[] = []
    const given = keys.split(",")
    for (const [i, text] of names.split(",").entries()) {
      // A channel that was there before the casemapping can be come into all the same.
      const name = net.channel(text)?.name ?? net.parseChannelName(text)
      if (!name) {
        refused.push(
          text.startsWith("#") ? ERR_BADCHANMASK(text) : ERR_NOSUCHCHANNEL(text === "" ? "*" : text),
        )
        continue
      }
      const channel = net.channel(name)
      if (channel && user.channels.has(channel)) continue
      // The key itself never reaches the log.
      const keyRight = channel?.key === undefined || channel.key === given[i]
      const asked = { channel: channel?.name ?? name, user: user.id, realname: user.realname, keyRight }
      propose(
        userJoined,
        channel ? joining(net, user, asked) : { ...asked, ...madeWith(net), ...roomFor(net) },
      )
    }
    return refused
  },
})

interface UserJoined {
  /** Not everybody heard it: an auditorium. */
  readonly hidden?: true
  readonly channel: ChannelName
  readonly user: UserId
  /** At that time, for extended-join in the history. */
  readonly realname?: string
  readonly keyRight: boolean
  /** The channel that was asked for, when its mode f led here. */
  readonly from?: ChannelName
  /** The modes of the channel that is made by this. */
  readonly modes?: string
  /** The sleeping channel that ends so that a new one has room. */
  readonly replaces?: ChannelName
}

function madeWith({ settings }: Network): { modes?: string } {
  const modes = settings.defaultChannelModes
  return modes === NEW_CHANNEL_MODES ? {} : { modes }
}

// Channels that were made and left could otherwise fill the network for good. One without a topic goes first.
function roomFor(net: Network): { replaces?: ChannelName } {
  if (net.channels.size < net.settings.limits.channels) return {}
  const sleeping = net.channels.values().filter((channel) => channel.members.size === 0 && !channel.founder)
  let chosen: Channel | undefined
  for (const channel of sleeping) {
    chosen ??= channel
    if (!channel.topic) return { replaces: channel.name }
  }
  return chosen ? { replaces: chosen.name } : {}
}

function joining(net: Network, user: User, asked: UserJoined): UserJoined {
  const fact = forwarded(net, user, asked)
  return { ...fact, ...secrecy(net.channel(fact.channel), user) }
}

/** "471", "473" and "477": who is banned or lacks the key is sent nowhere. */
const FORWARDED: readonly string[] = ["471", "473", "477"]

/** What is joined in place of a channel that cannot be; its own forward leads no further. */
function forwarded(net: Network, user: User, asked: UserJoined): UserJoined {
  const channel = net.channel(asked.channel)
  const to = channel?.forward && net.channel(channel.forward.name)
  if (!channel || !to || to.id !== channel.forward?.id || to.members.has(user)) return asked
  const refusal = refusedBy(net, channel, user, asked.keyRight)
  if (!refusal || !FORWARDED.includes(refusal.command)) return asked
  const instead = { ...asked, channel: to.name, keyRight: to.key === undefined, from: channel.name }
  return userJoined.refuse?.(net, instead, user) ? asked : instead
}

export const userJoined = event<UserJoined>({
  type: "userJoined",
  refuse(net, { channel: name, user: id, keyRight, replaces }) {
    const channel = net.channel(name)
    const user = net.users.get(id)
    const { limits } = net.settings
    if (!user || user.channels.size >= limits.channelsPerUser) return ERR_TOOMANYCHANNELS(name)
    const isFull = net.channels.size >= limits.channels && replaces === undefined
    if (!channel) return isFull ? ERR_TOOMANYCHANNELS(name) : undefined
    return refusedBy(net, channel, user, keyRight)
  },
  playback: (e, target) => (e.hidden ? undefined : line(e, target)),
  apply(net, e, tell) {
    const user = net.users.get(e.user)
    if (!user) return
    if (e.replaces !== undefined) net.endIfAsleep(e.replaces)
    const channel =
      net.channel(e.channel) ?? net.addChannel(e.seq, e.channel, e.at, e.modes ?? NEW_CHANNEL_MODES)
    if (channel.members.has(user)) return
    if (e.from !== undefined) tell.reply(ERR_LINKCHANNEL(e.from, channel.name))
    const isFirst = channel.members.size === 0 && !channel.founder && channel !== net.audit
    const role = roleOf(channel, user)
    net.join(channel, user, isFirst ? role | OPERATOR : role, e)
    const { at, account, bot } = e
    tell.witnesses(channel, user, line(e, channel.name))
    // away-notify: "Clients will be sent an AWAY message … when a user joins and has an away message set", and no second message
    // has this msgid.
    const away = { source: e.source, command: "AWAY", params: [], text: awayOf(user), at, account, bot }
    if (away.text !== undefined) tell.witnesses(channel, user, { ...away, needs: AWAY_NOTIFY }, user)
    if (role !== 0) tell.channel(channel, signsGiven(channel, user, role, at))
    for (const session of user.sessions) {
      for (const reply of introductionTo(channel, session, net)) tell.session(session, reply)
    }
    introduceMetadata(channel, user, tell)
  },
})

const FOR_OPERATORS = "Cannot join channel: it is for operators of the server"

function line(e: UserJoined & Stamp, target: string): Content {
  const extended = extendedJoin(target, e.account, e.realname ?? nickOf(e.source))
  return { ...from(e, "JOIN", [target]), extended }
}

// Who keeps order there by the account always may. An operator's invitation opens +i, and the ban, the key, the limit and +R as well; a mask of +I opens +i alone.
function refusedBy(net: Network, channel: Channel, user: User, keyRight: boolean): Reply | undefined {
  if (channel === net.audit)
    return user.rights.includes("audit") ? undefined : ERR_INVITEONLYCHAN(channel.name, FOR_OPERATORS)
  if (user.invitations.has(channel) || isKeeper(channel, user)) return undefined
  if (channel.flags.has("i") && !listed(net, channel, "I", user)) return ERR_INVITEONLYCHAN(channel.name)
  const ban = banAgainst(net, channel, user)
  if (ban) return ERR_BANNEDFROMCHAN(channel.name, endOf(ban))
  if (channel.flags.has("R") && !user.account)
    return ERR_NEEDREGGEDNICK(channel.name, "Cannot join channel (+R): an account is needed")
  if (!keyRight) return ERR_BADCHANNELKEY(channel.name)
  if (channel.limit !== undefined && channel.members.size >= channel.limit)
    return ERR_CHANNELISFULL(channel.name)
  return undefined
}
