// INVITE: https://modern.ircdocs.horse/#invite-message

import type { ChannelName } from "../../protocol/names.ts"
import {
  ERR_CHANOPRIVSNEEDED,
  ERR_NOSUCHCHANNEL,
  ERR_NOSUCHNICK,
  ERR_NOTONCHANNEL,
  ERR_USERONCHANNEL,
  RPL_INVITING,
} from "../../protocol/numerics.ts"
import { isOperator, isVisible } from "../channel.ts"
import { command } from "../command.ts"
import { event, from } from "../event.ts"
import type { UserId } from "../user.ts"

export const INVITE = command({
  name: "INVITE",
  syntax: "<nick> <channel>",
  help: "Invites somebody to a channel; opens an invite-only one to them.",
  specification: "https://modern.ircdocs.horse/#invite-message",
  run({ net, user, propose }, nick: string, name: string) {
    const channel = net.channel(name)
    if (!channel || !isVisible(channel, user)) return ERR_NOSUCHCHANNEL(name)
    const invited = net.user(nick)
    return invited ? propose(userInvited, { channel: channel.name, user: invited.id }) : ERR_NOSUCHNICK(nick)
  },
})

export const userInvited = event<{ channel: ChannelName; user: UserId }>({
  type: "userInvited",
  refuse(net, { channel: name, user: id }, by) {
    const channel = net.channel(name)
    const user = net.users.get(id)
    if (!channel || !user) return ERR_NOSUCHCHANNEL(name)
    if (by && !channel.members.has(by)) return ERR_NOTONCHANNEL(name)
    if (by && channel.flags.has("i") && !isOperator(channel, by)) return ERR_CHANOPRIVSNEEDED(name)
    return channel.members.has(user) ? ERR_USERONCHANNEL(user.nick, name) : undefined
  },
  apply(net, e, tell) {
    const channel = net.channel(e.channel)
    const user = net.users.get(e.user)
    if (!channel || !user) return
    // A member's word lets nobody past a ban or a key: only an operator's invitation opens.
    const author = e.by === undefined ? undefined : net.users.get(e.by)
    if (!author || isOperator(channel, author)) user.invitations.add(channel)
    tell.reply(RPL_INVITING(user.nick, channel.name))
    tell.user(user, from(e, "INVITE", [user.nick, channel.name]))
  },
})
