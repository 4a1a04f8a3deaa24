// NICK: https://modern.ircdocs.horse/#nick-message

import { isReserved, type Nick } from "../../protocol/names.ts"
import {
  ERR_ERRONEUSNICKNAME,
  ERR_NICKNAMEINUSE,
  ERR_NONICKNAMEGIVEN,
  RPL_MONOFFLINE,
  RPL_MONONLINE,
} from "../../protocol/numerics.ts"
import { anytime } from "../command.ts"
import { event, from } from "../event.ts"
import { tellWatchersOf } from "../metadata.ts"
import type { Network } from "../network.ts"
import { sourceOf, type Account, type User, type UserId } from "../user.ts"

export const NICK = anytime({
  name: "NICK",
  syntax: "[<nick>]",
  help: "Takes or changes your nick.",
  specification: "https://modern.ircdocs.horse/#nick-message",
  run({ net, session, propose }, text = "") {
    if (text === "") return ERR_NONICKNAMEGIVEN()
    const nick = net.parseNick(text)
    if (!nick || isReserved(nick)) return ERR_ERRONEUSNICKNAME(text)
    const { user } = session
    if (user) return user.nick === nick ? undefined : propose(nickChanged, { user: user.id, nick })
    // Whether it is taken shows at the end of registration: who asks may be its holder, and log in by then.
    session.nick = nick
  },
})

export const nickChanged = event<{ user: UserId; nick: Nick }>({
  type: "nickChanged",
  refuse(net, { user, nick }) {
    const holder = net.users.get(user)
    return isTaken(net, nick, holder?.account, holder) ? ERR_NICKNAMEINUSE(nick) : undefined
  },
  apply(net, e, tell) {
    const user = net.users.get(e.user)
    if (!user) return
    tell.peers(user, from(e, "NICK", [], e.nick, sourceOf(user)))
    const before = user.nick
    const isOther = net.folded(before) !== net.folded(e.nick)
    if (isOther) net.remember(user, e.at)
    net.rename(user, e.nick)
    if (!isOther) return
    tell.watchers(before, RPL_MONOFFLINE(before))
    tell.watchers(e.nick, RPL_MONONLINE(sourceOf(user)))
    tellWatchersOf(user, tell)
  },
})

/** Whether a nick is somebody else's: online, or reserved for the account of that name; or looks like one. */
export function isTaken(net: Network, nick: Nick, account: Account | undefined, self?: User): boolean {
  const user = net.user(nick)
  if (user && user !== self) return true
  const owner = net.account(nick)
  if (owner) return owner !== account
  return net.lookalikes(nick).some((holder) => holder !== self && holder !== account)
}
