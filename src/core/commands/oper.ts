// OPER: https://modern.ircdocs.horse/#oper-message. The shell knows the names and compares the passwords.

import { ERR_NOOPERHOST, ERR_PASSWDMISMATCH, RPL_YOUREOPER } from "../../protocol/numerics.ts"
import { FAIL } from "../../protocol/reply.ts"
import { RIGHTS_OF, type Right } from "../../protocol/rights.ts"
import { type Answer, command, type UserContext } from "../command.ts"
import { event, from } from "../event.ts"
import { leaveAudit } from "../operators.ts"
import { isCertified } from "./account.ts"
import { acted, staffActed } from "./staff-acted.ts"

export const OPER = command({
  name: "OPER",
  syntax: "<name> [<password>]",
  help: "Makes you an operator of the server; with your account's name alone by its role, if you have shown its certificate.",
  specification: "https://modern.ircdocs.horse/#oper-message",
  run(context, name: string, given?: string) {
    if (given === undefined) return byRole(context, name)
    const { user, session, ask, propose, log } = context
    ask({ type: "operator", name, given }, (result) => {
      if (result.type === "tooMany") return FAIL("OPER", "TEMPORARILY_UNAVAILABLE", [], result.words)
      const rights = result.type === "operator" ? result.rights : undefined
      if (rights) return propose(operatorMade, { name, rights }, acted("oper", { target: name }))
      // What is no operator's name may be a password in the wrong place.
      const operator = result.type === "operator" && result.isKnown ? name : undefined
      const { address } = session.arrival
      log({
        level: "warn",
        what: "a wrong operator's password was given",
        nick: user.nick,
        address,
        operator,
      })
      propose(staffActed, acted("oper-failed", { target: operator, reason: "wrong password" }))
      return ERR_PASSWDMISMATCH()
    })
    return undefined
  },
})

// Mode o is the user's, so each of its connections has to have shown a certificate.
function byRole({ net, user, session, propose }: UserContext, name: string): Answer {
  const { account } = user
  if (!account?.role || net.folded(name) !== net.folded(account.name)) return ERR_NOOPERHOST()
  const target = account.name
  const refuse = (reason: string, answer: Answer) => {
    propose(staffActed, acted("oper-failed", { target, reason }))
    return answer
  }
  if (!isCertified(net, session.arrival, account)) return refuse("no certificate", ERR_NOOPERHOST())
  if (!user.sessions.every(({ arrival }) => isCertified(net, arrival, account)))
    return refuse("another connection has no certificate", ERR_NOOPERHOST(CLOSE_THE_OTHERS))
  const { role } = account
  const record = acted("oper", { target, details: { role } })
  return propose(operatorMade, { name: target, rights: RIGHTS_OF[role] }, record)
}

const CLOSE_THE_OTHERS =
  "Another connection of yours has shown no certificate of your account: close it, or let it show one"

export const operatorMade = event<{ name: string; rights: readonly Right[] }>({
  type: "operatorMade",
  refuse: () => undefined,
  apply(net, e, tell) {
    const user = e.by === undefined ? undefined : net.users.get(e.by)
    if (!user) return
    const isNew = !user.modes.has("o")
    user.modes.add("o")
    user.rights = e.rights
    tell.reply(RPL_YOUREOPER())
    if (isNew) tell.user(user, from(e, "MODE", [user.nick, "+o"]))
    leaveAudit(net, user, e, tell)
  },
})
