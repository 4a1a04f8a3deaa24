// WHO: https://modern.ircdocs.horse/#who-message, https://ircv3.net/specs/extensions/whox.html

import { MULTI_PREFIX } from "../../protocol/capabilities.ts"
import { matches } from "../../protocol/masks.ts"
import { BOT, signs } from "../../protocol/modes.ts"
import { isChannelName } from "../../protocol/names.ts"
import { RPL_ENDOFWHO, RPL_WHOREPLY } from "../../protocol/numerics.ts"
import type { Reply } from "../../protocol/reply.ts"
import { sees } from "../auditorium.ts"
import { isVisible, type Channel } from "../channel.ts"
import { command, type UserContext } from "../command.ts"
import type { Network } from "../network.ts"
import { awayOf, type User } from "../user.ts"
import { fieldsOf, whox, type Found } from "../whox.ts"

export const WHO = command({
  name: "WHO",
  syntax: "[<mask>] [[o][%<fields>[,<token>]]]",
  help: "Lists the members of a channel, or the users that a mask matches.",
  specification: "https://modern.ircdocs.horse/#who-message",
  run(context, mask = "*", options = "") {
    const channel = isChannelName(mask) ? context.net.channel(mask) : undefined
    const users = isChannelName(mask) ? members(context.user, channel) : usersOf(context, mask)
    const asked = fieldsOf(options)
    // "o": operators of the server alone.
    const wanted = /^[^%]*o/i.test(options) ? users.filter((user) => user.modes.has("o")) : users
    const replies = wanted.map((user) => {
      const found = look(context, user, channel)
      return asked ? whox(found, asked) : reply(found)
    })
    return [...replies, RPL_ENDOFWHO(mask)]
  },
})

function members(asker: User, channel: Channel | undefined): User[] {
  if (!channel || !isVisible(channel, asker)) return []
  const inside = channel.members.has(asker)
  return [...channel.members.keys()].filter(
    (user) => (inside || !user.modes.has("i")) && sees(channel, asker, user),
  )
}

function usersOf({ net, user: asker }: UserContext, mask: string): User[] {
  return [...net.users.values()].filter(
    (user) => answersTo(net, mask, user) && mayFind(net, asker, user, mask),
  )
}

function answersTo(net: Network, mask: string, user: User): boolean {
  const wanted = net.folded(mask === "0" ? "*" : mask)
  return [user.nick, user.username, user.host, user.realname].some((text) =>
    matches(wanted, net.folded(text)),
  )
}

// "Visible users are users who either aren't invisible (user mode +i) or have a common channel with the requesting client";
// an exact nick finds everybody.
function mayFind(net: Network, asker: User, user: User, mask: string): boolean {
  if (user === asker || !user.modes.has("i") || net.folded(mask) === net.folded(user.nick)) return true
  for (const channel of user.channels.keys())
    if (asker.channels.has(channel) && sees(channel, asker, user)) return true
  return false
}

// Where the invisible are is seen only by who is there too.
function maySeeIn(channel: Channel, asker: User, user: User): boolean {
  if (!sees(channel, asker, user)) return false
  if (asker.channels.has(channel)) return true
  return isVisible(channel, asker) && (user === asker || !user.modes.has("i"))
}

function look(
  { net, session, user: asker, now }: UserContext,
  user: User,
  channel: Channel | undefined,
): Found {
  const shown = channel ?? [...user.channels.keys()].find((candidate) => maySeeIn(candidate, asker, user))
  const prefixes = (shown && user.channels.get(shown)?.prefixes) ?? 0
  const flags =
    (awayOf(user) === undefined ? "H" : "G") +
    (user.modes.has("o") ? "*" : "") +
    (user.modes.has(BOT) ? BOT : "") +
    signs(prefixes, session.has(MULTI_PREFIX))
  return { user, channel: shown?.name, flags, serverName: net.settings.serverName, now }
}

function reply({ user, channel = "*", flags, serverName }: Found): Reply {
  return RPL_WHOREPLY(channel, user.username, user.host, serverName, user.nick, flags, user.realname)
}
