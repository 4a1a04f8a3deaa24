// INVITE: https://modern.ircdocs.horse/#invite-message; members hear of it by
// https://ircv3.net/specs/extensions/invite-notify.html

import { INVITE_NOTIFY } from "../../protocol/capabilities.ts"
import type { ChannelName } from "../../protocol/names.ts"
import {
  ERR_CHANOPRIVSNEEDED,
  ERR_NEEDMOREPARAMS,
  ERR_NOSUCHCHANNEL,
  ERR_NOSUCHNICK,
  ERR_NOTONCHANNEL,
  ERR_USERONCHANNEL,
  RPL_ENDOFINVITELIST,
  RPL_INVITELIST,
  RPL_INVITING,
} from "../../protocol/numerics.ts"
import type { Reply } from "../../protocol/reply.ts"
import { isOperator, isVisible } from "../channel.ts"
import { command } from "../command.ts"
import { event, from } from "../event.ts"
import type { Network } from "../network.ts"
import type { User, UserId } from "../user.ts"

export const INVITE = command({
  name: "INVITE",
  syntax: "[<nick>] [<channel>]",
  help: "Invites somebody to a channel; opens an invite-only one to them. Alone: the channels that await you.",
  specification: "https://modern.ircdocs.horse/#invite-message",
  run({ net, user, propose }, nick?: string, name?: string) {
    if (nick === undefined) return invitations(net, user)
    if (name === undefined) return ERR_NEEDMOREPARAMS("INVITE")
    const channel = net.channel(name)
    if (!channel || !isVisible(channel, user)) return ERR_NOSUCHCHANNEL(name)
    const invited = net.user(nick)
    return invited ? propose(userInvited, { channel: channel.name, user: invited.id }) : ERR_NOSUCHNICK(nick)
  },
})

// One that ended since then awaits nobody.
function invitations(net: Network, user: User): Reply[] {
  const open = [...user.invitations].filter((channel) => net.channel(channel.name) === channel)
  return [...open.map((channel) => RPL_INVITELIST(channel.name)), RPL_ENDOFINVITELIST()]
}

export const userInvited = event<{ channel: ChannelName; user: UserId }>({
  type: "userInvited",
  refuse(net, { channel: name, user: id }, by) {
    const channel = net.channel(name)
    const user = net.users.get(id)
    if (!channel || !user) return ERR_NOSUCHCHANNEL(name)
    if (by && !channel.members.has(by)) return ERR_NOTONCHANNEL(name)
    // Whoever may invite to an auditorium learns who is there.
    const closed = channel.flags.has("i") || channel.flags.has("u")
    if (by && closed && !isOperator(channel, by)) return ERR_CHANOPRIVSNEEDED(name)
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
    const heard = from(e, "INVITE", [user.nick, channel.name])
    tell.user(user, heard)
    tell.channel(channel, { ...heard, needs: INVITE_NOTIFY }, author)
  },
})
