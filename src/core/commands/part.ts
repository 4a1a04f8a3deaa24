// PART: https://modern.ircdocs.horse/#part-message

import { truncated, type ChannelName } from "../../protocol/names.ts"
import { ERR_NOSUCHCHANNEL, ERR_NOTONCHANNEL } from "../../protocol/numerics.ts"
import type { Reply } from "../../protocol/reply.ts"
import { secrecy } from "../auditorium.ts"
import { mayBeHeard, type Channel } from "../channel.ts"
import { command } from "../command.ts"
import { event, from, type Stamp } from "../event.ts"
import type { Content } from "../narrow.ts"
import type { User, UserId } from "../user.ts"

export const PART = command({
  name: "PART",
  syntax: "<channel>{,<channel>} [<reason>]",
  help: "Leaves channels.",
  specification: "https://modern.ircdocs.horse/#part-message",
  run({ net, user, pace, propose }, names: string, reason?: string) {
    const refused: Reply[] = []
    for (const name of names.split(",")) {
      const channel = net.channel(name)
      if (!channel) refused.push(ERR_NOSUCHCHANNEL(name === "" ? "*" : name))
      else if (!user.channels.has(channel)) refused.push(ERR_NOTONCHANNEL(name))
      else {
        const isHeard = mayBeHeard(net, channel, user) && !pace.refuse(channel, user)
        const said = { reason: truncated(reason ?? "", net.settings.limits.kickLength) }
        propose(userParted, parting(channel, user, reason !== undefined && isHeard ? said : {}))
      }
    }
    return refused
  },
})

interface UserParted {
  /** Not everybody heard it: an auditorium. */
  readonly hidden?: true
  readonly channel: ChannelName
  readonly user: UserId
  readonly reason?: string
}

/** Without `refuse`: leaving is always possible, on a full disk too. Who is not there has left already. */
export const userParted = event<UserParted>({
  type: "userParted",
  playback: (e, target) => (e.hidden ? undefined : line(e, target)),
  apply(net, e, tell) {
    const channel = net.channel(e.channel)
    const user = net.users.get(e.user)
    if (!channel || !user || !channel.members.has(user)) return
    if (e.reason !== undefined) tell.pace.spoke(channel, user)
    tell.witnesses(channel, user, line(e, channel.name))
    net.leave(channel, user)
  },
})

export function parting(channel: Channel, user: User, said: { reason?: string } = {}): UserParted {
  return { channel: channel.name, user: user.id, ...said, ...secrecy(channel, user) }
}

function line(e: UserParted & Stamp, target: string): Content {
  return from(e, "PART", [target], e.reason)
}
