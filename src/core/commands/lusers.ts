// LUSERS: https://modern.ircdocs.horse/#lusers-message

import {
  RPL_GLOBALUSERS,
  RPL_LOCALUSERS,
  RPL_LUSERCHANNELS,
  RPL_LUSERCLIENT,
  RPL_LUSERME,
  RPL_LUSEROP,
  RPL_LUSERUNKNOWN,
} from "../../protocol/numerics.ts"
import type { Reply } from "../../protocol/reply.ts"
import { command } from "../command.ts"
import type { Network } from "../network.ts"
import type { Session } from "../session.ts"

export const LUSERS = command({
  name: "LUSERS",
  syntax: "",
  help: "Counts the users and channels.",
  specification: "https://modern.ircdocs.horse/#lusers-message",
  run: ({ net, sessions }) => lusers(net, sessions),
})

/** As the greeting has them too. */
export function lusers(net: Network, sessions: ReadonlySet<Session>): Reply[] {
  const users = [...net.users.values()]
  const invisible = count(users, (user) => user.modes.has("i"))
  return [
    RPL_LUSERCLIENT(users.length - invisible, invisible),
    RPL_LUSEROP(count(users, (user) => user.modes.has("o"))),
    RPL_LUSERUNKNOWN(count(sessions, (session) => session.user === undefined)),
    RPL_LUSERCHANNELS(count(net.channels.values(), (channel) => channel.members.size > 0)),
    RPL_LUSERME(users.length),
    RPL_LOCALUSERS(users.length, net.usersMost),
    RPL_GLOBALUSERS(users.length, net.usersMost),
  ]
}

function count<T>(things: Iterable<T>, which: (thing: T) => boolean): number {
  let found = 0
  for (const thing of things) if (which(thing)) found++
  return found
}
