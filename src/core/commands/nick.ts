// NICK: https://modern.ircdocs.horse/#nick-message

import type { Nick } from "../../protocol/names.ts"
import {
  ERR_BANNICKCHANGE,
  ERR_ERRONEUSNICKNAME,
  ERR_NICKNAMEINUSE,
  ERR_NONICKNAMEGIVEN,
  RPL_MONOFFLINE,
  RPL_MONONLINE,
} from "../../protocol/numerics.ts"
import { bannedIn } from "../channel.ts"
import { anytime } from "../command.ts"
import { event, from, type Stamp } from "../event.ts"
import { tellWatchersOf } from "../metadata.ts"
import type { Content } from "../narrow.ts"
import type { Network } from "../network.ts"
import { sourceOf, type Account, type User, type UserId } from "../user.ts"
import { heardIn } from "./quit.ts"

export const NICK = anytime({
  name: "NICK",
  syntax: "[<nick>]",
  help: "Takes or changes your nick.",
  specification: "https://modern.ircdocs.horse/#nick-message",
  run({ net, session, propose }, text = "") {
    if (text === "") return ERR_NONICKNAMEGIVEN()
    const nick = net.parseNick(text)
    if (!nick || net.isReserved(nick)) return ERR_ERRONEUSNICKNAME(text)
    const { user } = session
    if (user) return user.nick === nick ? undefined : propose(nickChanged, renaming(user, nick))
    // Whether it is taken shows at the end of registration: who asks may be its holder, and log in by then.
    session.nick = nick
  },
})

interface NickChanged {
  readonly user: UserId
  readonly nick: Nick
  /** The channels it was heard in. */
  readonly channelIds?: readonly number[]
}

/** Caused by the user, also where the server gave the nick: its source is the nick before. */
export const nickChanged = event<NickChanged>({
  type: "nickChanged",
  refuse(net, { user, nick }) {
    const holder = net.users.get(user)
    if (isTaken(net, nick, holder?.account, holder)) return ERR_NICKNAMEINUSE(nick)
    const channel = holder && bannedIn(net, holder)
    return channel && ERR_BANNICKCHANGE(nick, channel.name)
  },
  playback: line,
  apply(net, e, tell) {
    const user = net.users.get(e.user)
    if (!user) return
    tell.peers(user, line(e))
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

export function renaming(user: User, nick: Nick): NickChanged {
  return { user: user.id, nick, ...heardIn(user) }
}

function line(e: NickChanged & Stamp): Content {
  return from(e, "NICK", [], e.nick)
}

/** Whether a nick is somebody else's: online, or reserved for the account of that name; or looks like one. */
export function isTaken(net: Network, nick: Nick, account: Account | undefined, self?: User): boolean {
  const user = net.user(nick)
  if (user && user !== self) return true
  const owner = net.account(nick)
  if (owner) return owner !== account
  return net.lookalikes(nick).some((holder) => holder !== self && holder !== account)
}
