// MODE: https://modern.ircdocs.horse/#mode-message

import { isChannelName } from "../../protocol/names.ts"
import {
  ERR_NOSUCHCHANNEL,
  ERR_NOSUCHNICK,
  ERR_UMODEUNKNOWNFLAG,
  ERR_USERSDONTMATCH,
  RPL_CHANNELMODEIS,
  RPL_CREATIONTIME,
  RPL_UMODEIS,
} from "../../protocol/numerics.ts"
import { USER_MODES } from "../../protocol/modes.ts"
import { isVisible, modesOf, type Channel } from "../channel.ts"
import { command, type Answer, type UserContext } from "../command.ts"
import { event, from } from "../event.ts"
import { leaveAudit } from "../operators.ts"
import { changeModes } from "./channel-modes.ts"

export const MODE = command({
  name: "MODE",
  syntax: "<target> [<modes>] [<parameter>…]",
  help: "Shows or changes the modes of a channel or your own.",
  specification: "https://modern.ircdocs.horse/#mode-message",
  run(context, target: string, modes?: string, ...params: string[]): Answer {
    if (!isChannelName(target)) return userMode(context, target, modes)
    const channel = context.net.channel(target)
    if (!channel || !isVisible(channel, context.user)) return ERR_NOSUCHCHANNEL(target)
    return modes === undefined || modes === ""
      ? shown(channel, context)
      : changeModes(context, channel, modes, params)
  },
})

function shown(channel: Channel, { user }: UserContext): Answer {
  return [
    RPL_CHANNELMODEIS(channel.name, modesOf(channel, channel.members.has(user))),
    RPL_CREATIONTIME(channel.name, Math.floor(channel.createdAt / 1000)),
  ]
}

function userMode({ net, user, propose }: UserContext, nick: string, modes?: string): Answer {
  const target = net.user(nick)
  if (!target) return ERR_NOSUCHNICK(nick)
  if (target !== user) return ERR_USERSDONTMATCH()
  if (modes === undefined || modes === "") return RPL_UMODEIS(`+${[...user.modes].join("")}`)
  const wanted = new Map<string, boolean>()
  let unknown = false
  let adding = true
  for (const letter of modes) {
    if (letter === "+" || letter === "-") adding = letter === "+"
    // "OPER": nobody makes themselves one.
    else if (letter === "o" && adding) continue
    else if (USER_MODES.some((mode) => mode.letter === letter)) wanted.set(letter, adding)
    else unknown = true
  }
  const changes = [...wanted].filter(([letter, on]) => user.modes.has(letter) !== on)
  if (changes.length > 0) propose(userModesChanged, { changes })
  return unknown ? ERR_UMODEUNKNOWNFLAG() : undefined
}

export const userModesChanged = event<{ changes: readonly (readonly [letter: string, on: boolean])[] }>({
  type: "userModesChanged",
  refuse: () => undefined,
  apply(net, e, tell) {
    const user = e.by === undefined ? undefined : net.users.get(e.by)
    if (!user) return
    for (const [letter, on] of e.changes) {
      if (on) user.modes.add(letter)
      else user.modes.delete(letter)
    }
    if (!user.modes.has("o")) user.rights = []
    const on = e.changes.filter((change) => change[1]).map((change) => change[0])
    const off = e.changes.filter((change) => !change[1]).map((change) => change[0])
    const letters = (on.length > 0 ? `+${on.join("")}` : "") + (off.length > 0 ? `-${off.join("")}` : "")
    tell.user(user, from(e, "MODE", [user.nick, letters]))
    leaveAudit(net, user, e, tell)
  },
})
