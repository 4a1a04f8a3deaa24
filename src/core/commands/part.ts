// PART: https://modern.ircdocs.horse/#part-message

import { truncated, type ChannelName } from "../../protocol/names.ts"
import { ERR_NOSUCHCHANNEL, ERR_NOTONCHANNEL } from "../../protocol/numerics.ts"
import type { Reply } from "../../protocol/reply.ts"
import { command } from "../command.ts"
import { event, from } from "../event.ts"
import type { UserId } from "../user.ts"

export const PART = command({
  name: "PART",
  syntax: "<channel>{,<channel>} [<reason>]",
  help: "Leaves channels.",
  specification: "https://modern.ircdocs.horse/#part-message",
  run({ net, user, propose }, names: string, reason?: string) {
    const refused: Reply[] = []
    const said = reason === undefined ? {} : { reason: truncated(reason, net.settings.limits.kickLength) }
    for (const name of names.split(",")) {
      const channel = net.channel(name)
      if (!channel) refused.push(ERR_NOSUCHCHANNEL(name === "" ? "*" : name))
      else if (!user.channels.has(channel)) refused.push(ERR_NOTONCHANNEL(name))
      else propose(userParted, { channel: channel.name, user: user.id, ...said })
    }
    return refused
  },
})

/** Without `refuse`: leaving is always possible, on a full disk too. Who is not there has left already. */
export const userParted = event<{ channel: ChannelName; user: UserId; reason?: string }>({
  type: "userParted",
  apply(net, e, tell) {
    const channel = net.channel(e.channel)
    const user = net.users.get(e.user)
    if (!channel || !user || !channel.members.has(user)) return
    tell.witnesses(channel, user, from(e, "PART", [channel.name], e.reason))
    net.leave(channel, user)
  },
})
