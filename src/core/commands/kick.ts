// KICK: https://modern.ircdocs.horse/#kick-message

import { truncated, type ChannelName } from "../../protocol/names.ts"
import {
  ERR_CHANOPRIVSNEEDED,
  ERR_NEEDMOREPARAMS,
  ERR_NOSUCHCHANNEL,
  ERR_NOSUCHNICK,
  ERR_NOTONCHANNEL,
  ERR_USERNOTINCHANNEL,
} from "../../protocol/numerics.ts"
import type { Reply } from "../../protocol/reply.ts"
import { type Channel, isFounder, isHalfOperator, isOperator, isVisible } from "../channel.ts"
import { secrecy } from "../auditorium.ts"
import { command } from "../command.ts"
import { event, from, type Stamp } from "../event.ts"
import type { Content } from "../narrow.ts"
import type { User, UserId } from "../user.ts"

export const KICK = command({
  name: "KICK",
  syntax: "<channel>{,<channel>} <nick>{,<nick>} [<reason>]",
  help: "Removes people from a channel, or each from the channel at its place; for operators.",
  specification: "https://modern.ircdocs.horse/#kick-message",
  run({ net, user, propose }, names: string, nicks: string, reason = "") {
    const channels = names.split(",")
    const people = nicks.split(",")
    // RFC 2812 §3.2.8: "there MUST be either one channel parameter and multiple user parameter, or as many channel
    // parameters as there are user parameters."
    if (channels.length > 1 && channels.length !== people.length) return ERR_NEEDMOREPARAMS("KICK")
    const why = truncated(reason === "" ? user.nick : reason, net.settings.limits.kickLength)
    const refused: Reply[] = []
    for (const [i, nick] of people.entries()) {
      const name = channels[channels.length === 1 ? 0 : i] ?? ""
      const channel = net.channel(name)
      const kicked = net.user(nick)
      if (!channel || !isVisible(channel, user)) refused.push(ERR_NOSUCHCHANNEL(name))
      else if (!kicked) refused.push(ERR_NOSUCHNICK(nick === "" ? "*" : nick))
      else propose(memberKicked, kicking(channel, kicked, why))
    }
    return refused
  },
})

interface MemberKicked {
  /** Not everybody heard it: an auditorium. */
  readonly hidden?: true
  readonly channel: ChannelName
  readonly user: UserId
  /** The nick at that time. */
  readonly kicked?: string
  readonly reason: string
}

export const memberKicked = event<MemberKicked>({
  type: "memberKicked",
  refuse(net, { channel: name, user: id }, by) {
    const channel = net.channel(name)
    const user = net.users.get(id)
    if (!channel || !user) return ERR_NOSUCHCHANNEL(name)
    if (by && !channel.members.has(by)) return ERR_NOTONCHANNEL(name)
    if (by && !mayKick(channel, by, user)) return ERR_CHANOPRIVSNEEDED(name)
    return channel.members.has(user) ? undefined : ERR_USERNOTINCHANNEL(user.nick, name)
  },
  playback: (e, target) => (e.hidden ? undefined : line(e, target)),
  apply(net, e, tell) {
    const channel = net.channel(e.channel)
    const user = net.users.get(e.user)
    if (!channel || !user) return
    tell.witnesses(channel, user, line(e, channel.name))
    net.leave(channel, user)
  },
})

export function kicking(channel: Channel, user: User, reason: string): MemberKicked {
  return { channel: channel.name, user: user.id, kicked: user.nick, reason, ...secrecy(channel, user) }
}

function line(e: MemberKicked & Stamp, target: string): Content {
  return from(e, "KICK", [target, e.kicked ?? "*"], e.reason)
}

// A half-operator removes those who are neither half-operators nor operators; only a founder removes a founder.
export function mayKick(channel: Channel, by: User, user: User | undefined): boolean {
  if (isFounder(channel, user) && !isFounder(channel, by)) return false
  return isOperator(channel, by) || (isHalfOperator(channel, by) && !isHalfOperator(channel, user))
}
