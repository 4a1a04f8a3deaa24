// RENAME: https://ircv3.net/specs/extensions/channel-rename.html

import { CHANNEL_RENAME } from "../../protocol/capabilities.ts"
import { BOT } from "../../protocol/modes.ts"
import { truncated, type ChannelName } from "../../protocol/names.ts"
import { ERR_CHANOPRIVSNEEDED, ERR_NOSUCHCHANNEL, ERR_NOTONCHANNEL } from "../../protocol/numerics.ts"
import { FAIL } from "../../protocol/reply.ts"
import { isFounder, isOperator, isVisible, type Channel } from "../channel.ts"
import { command } from "../command.ts"
import { event, from } from "../event.ts"
import { introductionTo, joinOf } from "../introduction.ts"
import type { Network } from "../network.ts"
import type { Tell } from "../tell.ts"
import { sourceOf, type User } from "../user.ts"

export const RENAME = command({
  name: "RENAME",
  syntax: "<channel> <name> [<reason>]",
  help: "Gives a channel another name; its members, modes and history stay. For operators.",
  specification: "https://ircv3.net/specs/extensions/channel-rename.html",
  run({ net, user, propose }, old: string, wanted: string, reason = "") {
    const channel = net.channel(old)
    if (!channel || !isVisible(channel, user)) return ERR_NOSUCHCHANNEL(old)
    const { kickLength } = net.settings.limits
    const name = net.parseChannelName(wanted)
    if (!name) return cannot(channel.name, wanted, "That is no name for a channel")
    return propose(channelRenamed, { channel: channel.name, name, reason: truncated(reason, kickLength) })
  },
})

function cannot(old: string, wanted: string, why: string) {
  return FAIL("RENAME", "CANNOT_RENAME", [old, wanted], why)
}

export const channelRenamed = event<{ channel: ChannelName; name: ChannelName; reason: string }>({
  type: "channelRenamed",
  refuse(net, { channel: old, name }, by) {
    const channel = net.channel(old)
    if (!channel) return ERR_NOSUCHCHANNEL(old)
    if (by && !channel.members.has(by)) return ERR_NOTONCHANNEL(old)
    const may = channel.founder ? isFounder : isOperator
    if (by && !may(channel, by)) return ERR_CHANOPRIVSNEEDED(old)
    if (channel.name === name) return cannot(old, name, "That is its name already")
    const other = net.channel(name)
    if (!other || other === channel) return undefined
    return FAIL("RENAME", "CHANNEL_NAME_IN_USE", [old, name], "The name is taken by another channel")
  },
  apply(net, e, tell) {
    const channel = net.channel(e.channel)
    if (!channel) return
    const old = channel.name
    net.renameChannel(channel, e.name)
    tell.channel(channel, { ...from(e, "RENAME", [old, e.name], e.reason), needs: CHANNEL_RENAME })
    // "This fallback SHOULD NOT be used if the rename only changes the case of the channel name".
    if (net.folded(old) === net.folded(e.name)) return
    for (const user of channel.members.keys()) moved(net, tell, channel, old, user, e)
  },
})

// Who did not negotiate the capability sees itself leave the one and come into the other.
function moved(
  net: Network,
  tell: Tell,
  channel: Channel,
  old: ChannelName,
  user: User,
  { at, reason }: { readonly at: number; readonly reason: string },
) {
  const tags = { at, account: user.account?.name, bot: user.modes.has(BOT) }
  const text = reason === "" ? undefined : reason
  const part = { source: sourceOf(user), command: "PART", params: [old], text, ...tags }
  for (const session of user.sessions) {
    if (session.has(CHANNEL_RENAME)) continue
    tell.session(session, part)
    tell.session(session, { ...joinOf(channel, user), ...tags })
    for (const reply of introductionTo(channel, session, net)) tell.session(session, reply)
  }
}
