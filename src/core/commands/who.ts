// WHO: https://modern.ircdocs.horse/#who-message

import { MULTI_PREFIX } from "../../protocol/capabilities.ts"
import { isMask, matches } from "../../protocol/masks.ts"
import { signs } from "../../protocol/modes.ts"
import { folded, isChannelName } from "../../protocol/names.ts"
import { RPL_ENDOFWHO, RPL_WHOREPLY } from "../../protocol/numerics.ts"
import type { Reply } from "../../protocol/reply.ts"
import { isVisible, type Channel } from "../channel.ts"
import { command, type UserContext } from "../command.ts"
import type { User } from "../user.ts"

export const WHO = command({
  name: "WHO",
  syntax: "[<mask>]",
  help: "Lists the members of a channel, or the users that a mask matches.",
  specification: "https://modern.ircdocs.horse/#who-message",
  run(context, mask = "*") {
    const { net, user: asker } = context
    if (isChannelName(mask)) {
      const channel = net.channel(mask)
      const seen = channel && isVisible(channel, asker) ? members(context, channel) : []
      return [...seen, RPL_ENDOFWHO(mask)]
    }
    const users = [...net.users.values()].filter(
      (user) => answersTo(mask, user) && mayFind(asker, user, mask),
    )
    return [...users.map((user) => reply(context, user, undefined)), RPL_ENDOFWHO(mask)]
  },
})

function members(context: UserContext, channel: Channel): Reply[] {
  const inside = channel.members.has(context.user)
  return [...channel.members.keys()]
    .filter((user) => inside || !user.modes.has("i"))
    .map((user) => reply(context, user, channel))
}

function answersTo(mask: string, user: User): boolean {
  const wanted = folded(mask === "0" ? "*" : mask)
  return [user.nick, user.username, user.host, user.realname].some((text) => matches(wanted, folded(text)))
}

// The invisible are found by who shares a channel with them or knows the whole nick.
function mayFind(asker: User, user: User, mask: string): boolean {
  if (user === asker || !user.modes.has("i") || !isMask(mask)) return true
  for (const channel of user.channels.keys()) if (asker.channels.has(channel)) return true
  return false
}

function reply({ net, session, user: asker }: UserContext, user: User, channel: Channel | undefined): Reply {
  const shown = channel ?? [...user.channels.keys()].find((candidate) => isVisible(candidate, asker))
  const member = shown && user.channels.get(shown)
  const flags =
    (user.away === undefined ? "H" : "G") + signs(member?.prefixes ?? 0, session.has(MULTI_PREFIX))
  const { serverName } = net.settings
  return RPL_WHOREPLY(
    shown?.name ?? "*",
    user.username,
    user.host,
    serverName,
    user.nick,
    flags,
    user.realname,
  )
}
