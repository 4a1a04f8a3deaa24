// ACCEPT, as in Ergo and the Hybrid family: who may write to a user of mode R without an account.
// https://modern.ircdocs.horse/#user-modes

import {
  ERR_ACCEPTEXIST,
  ERR_ACCEPTFULL,
  ERR_ACCEPTNOT,
  ERR_NOSUCHNICK,
  RPL_ACCEPTLIST,
  RPL_ENDOFACCEPT,
} from "../../protocol/numerics.ts"
import type { Reply } from "../../protocol/reply.ts"
import { command } from "../command.ts"
import { event } from "../event.ts"
import type { Network } from "../network.ts"
import type { User, UserId } from "../user.ts"

export const ACCEPT = command({
  name: "ACCEPT",
  syntax: "<*|nick|-nick>{,<*|nick|-nick>}",
  help: "Lets somebody write to you who has no account while you have mode R, or no longer; * shows whom you let.",
  specification: "https://modern.ircdocs.horse/#user-modes",
  run({ net, user, propose }, words: string) {
    const answers: Reply[] = []
    for (const word of words.split(",")) {
      const on = !word.startsWith("-")
      const nick = on ? word : word.slice(1)
      const other = net.user(nick)
      if (word === "*")
        answers.push(...accepted(net, user).map((one) => RPL_ACCEPTLIST(one.nick)), RPL_ENDOFACCEPT())
      else if (other) propose(acceptChanged, { user: other.id, on })
      else answers.push(ERR_NOSUCHNICK(nick))
    }
    return answers
  },
})

/** Those who are still there. */
export function accepted(net: Network, { accepted: ids }: User): User[] {
  return [...ids].flatMap((id) => net.users.get(id) ?? [])
}

/** Whether `user` may accept one more. */
export function hasRoom(net: Network, user: User): boolean {
  return accepted(net, user).length < net.settings.limits.accepts
}

export const acceptChanged = event<{ user: UserId; on: boolean }>({
  type: "acceptChanged",
  refuse(net, { user: id, on }, by) {
    const other = net.users.get(id)
    if (!other || !by) return ERR_NOSUCHNICK("*")
    if (by.accepted.has(id) === on) return on ? ERR_ACCEPTEXIST(other.nick) : ERR_ACCEPTNOT(other.nick)
    return on && !hasRoom(net, by) ? ERR_ACCEPTFULL() : undefined
  },
  apply(net, e) {
    const user = e.by === undefined ? undefined : net.users.get(e.by)
    if (!user) return
    for (const id of user.accepted) if (!net.users.has(id)) user.accepted.delete(id)
    if (e.on) user.accepted.add(e.user)
    else user.accepted.delete(e.user)
  },
})
