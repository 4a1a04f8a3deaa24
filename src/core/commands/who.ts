// WHO: https://modern.ircdocs.horse/#who-message

import { MULTI_PREFIX } from "../../protocol/capabilities.ts"
import { matches } from "../../protocol/masks.ts"
import { signs } from "../../protocol/modes.ts"
import { folded, isChannelName } from "../../protocol/names.ts"
import { RPL_ENDOFWHO, RPL_WHOREPLY } from "../../protocol/numerics.ts"
import type { Reply } from "../../protocol/reply.ts"
import { isVisible, type Channel } from "../channel.ts"
import { command, type UserContext } from "../command.ts"
import type { User } from "../user.ts"

export const WHO = command({
  name: "WHO",
  syntax: "[<mask>] [o]",
  help: "Lists the members of a channel, or the users that a mask matches.",
  specification: "https://modern.ircdocs.horse/#who-message",
  run(context, mask = "*", filter = "") {
    // Operators of the server are not users of it.
    if (filter.toLowerCase() === "o") return RPL_ENDOFWHO(mask)
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

// "Visible users are users who either aren't invisible (user mode +i) or have a common channel with the requesting client";
// an exact nick finds everybody.
function mayFind(asker: User, user: User, mask: string): boolean {
  if (user === asker || !user.modes.has("i") || folded(mask) === folded(user.nick)) return true
  for (const channel of user.channels.keys()) if (asker.channels.has(channel)) return true
  return false
}

// Where the invisible are is seen only by who is there too.
function maySeeIn(channel: Channel, asker: User, user: User): boolean {
  if (asker.channels.has(channel)) return true
  return isVisible(channel, asker) && (user === asker || !user.modes.has("i"))
}

function reply({ net, session, user: asker }: UserContext, user: User, channel: Channel | undefined): Reply {
  const shown = channel ?? [...user.channels.keys()].find((candidate) => maySeeIn(candidate, asker, user))
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
