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
import { command } from "../command.ts"
import { event, from } from "../event.ts"
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
      else propose(memberKicked, { channel: channel.name, user: kicked.id, reason: why })
    }
    return refused
  },
})

export const memberKicked = event<{ channel: ChannelName; user: UserId; reason: string }>({
  type: "memberKicked",
  refuse(net, { channel: name, user: id }, by) {
    const channel = net.channel(name)
    const user = net.users.get(id)
    if (!channel || !user) return ERR_NOSUCHCHANNEL(name)
    if (by && !channel.members.has(by)) return ERR_NOTONCHANNEL(name)
    if (by && !mayKick(channel, by, user)) return ERR_CHANOPRIVSNEEDED(name)
    return channel.members.has(user) ? undefined : ERR_USERNOTINCHANNEL(user.nick, name)
  },
  apply(net, e, tell) {
    const channel = net.channel(e.channel)
    const user = net.users.get(e.user)
    if (!channel || !user) return
    tell.witnesses(channel, user, from(e, "KICK", [channel.name, user.nick], e.reason))
    net.leave(channel, user)
  },
})

// A half-operator removes those who are neither half-operators nor operators; only a founder removes a founder.
export function mayKick(channel: Channel, by: User, user: User | undefined): boolean {
  if (isFounder(channel, user) && !isFounder(channel, by)) return false
  return isOperator(channel, by) || (isHalfOperator(channel, by) && !isHalfOperator(channel, user))
}
