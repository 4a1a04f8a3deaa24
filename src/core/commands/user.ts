// USER: https://modern.ircdocs.horse/#user-message

import { byteLength, truncated, type Nick } from "../../protocol/names.ts"
import { ERR_NEEDMOREPARAMS, RPL_MONONLINE } from "../../protocol/numerics.ts"
import { unregistered } from "../command.ts"
import { event } from "../event.ts"
import { tellWatchersOf } from "../metadata.ts"
import { comeToMailbox } from "../seen.ts"
import { ABSENT, sourceOf, type User, type UserId } from "../user.ts"

export const USER = unregistered({
  name: "USER",
  syntax: "<username> <mode> <unused> <realname>",
  help: "Says who you are while you connect; the two in the middle are ignored.",
  specification: "https://modern.ircdocs.horse/#user-message",
  run({ net, session }, username: string, _mode: string, _unused: string, realname: string) {
    // "The minimum length of <username> is 1 … If it is empty, the server SHOULD reject the command", and so irctest of a realname.
    if (username === "" || realname === "") return ERR_NEEDMOREPARAMS("USER")
    const { limits } = net.settings
    // Only what can stand in nick!user@host and in a mask; there is no ident to contradict it.
    session.username = username.replace(/[^A-Za-z0-9._-]/g, "").slice(0, limits.usernameLength) || "user"
    session.realname =
      byteLength(realname) > limits.realnameLength ? truncated(realname, limits.realnameLength) : realname
  },
})

interface UserConnected {
  readonly nick: Nick
  readonly username: string
  readonly host: string
  readonly realname: string
  readonly accountName?: string
  readonly away?: string
  /** Letters of the modes it begins with. */
  readonly modes?: string
}

export const userConnected = event<UserConnected>({
  type: "userConnected",
  apply(net, e, tell) {
    const account = e.accountName === undefined ? undefined : net.account(e.accountName)
    const user: User = {
      id: e.seq as UserId,
      nick: e.nick,
      username: e.username,
      host: e.host,
      realname: e.realname,
      account,
      metadata: account?.metadata ?? new Map(),
      readMarkers: new Map(),
      since: e.at,
      away: e.away,
      absentSince: undefined,
      modes: new Set(e.modes),
      rights: [],
      channels: new Map(),
      invitations: new Set(),
      accepted: new Set(),
      sessions: [],
    }
    net.addUser(user)
    if (user.away !== ABSENT) comeToMailbox(user, e)
    tell.watchers(user.nick, RPL_MONONLINE(sourceOf(user)))
    tellWatchersOf(user, tell)
  },
})
