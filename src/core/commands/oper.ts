// OPER: https://modern.ircdocs.horse/#oper-message. The shell knows the names and compares the passwords.

import { ERR_NOOPERHOST, ERR_PASSWDMISMATCH, RPL_YOUREOPER } from "../../protocol/numerics.ts"
import { FAIL } from "../../protocol/reply.ts"
import { RIGHTS_OF, type Right } from "../../protocol/rights.ts"
import { type Answer, command, type UserContext } from "../command.ts"
import { event, from } from "../event.ts"
import type { Network } from "../network.ts"
import { leaveAudit } from "../operators.ts"
import type { Session } from "../session.ts"
import type { User } from "../user.ts"
import { isCertified } from "./account.ts"
import { acted, staffActed } from "./staff-acted.ts"

export const OPER = command({
  name: "OPER",
  syntax: "<name> [<password>]",
  help: "Makes you an operator of the server; with your account's name alone by its role, if you have shown its certificate.",
  specification: "https://modern.ircdocs.horse/#oper-message",
  run(context, name: string, given?: string) {
    if (given === undefined) return byRole(context, name)
    const { net, user, session, ask, propose, log } = context
    const record = (target: string | undefined, reason: string) => recordFailure(context, target, reason)
    ask({ type: "operator", name, given }, (result) => {
      if (result.type === "tooMany") return FAIL("OPER", "TEMPORARILY_UNAVAILABLE", [], result.words)
      const { rights, isKnown, needsCertificate } = result.type === "operator" ? result : {}
      if (rights && needsCertificate && !(user.account && isCertified(net, session.arrival, user.account))) {
        record(name, NO_CERTIFICATE)
        return ERR_NOOPERHOST(SHOW_A_CERTIFICATE)
      }
      if (rights && !areProven(net, user, session)) {
        record(name, UNPROVEN)
        return ERR_NOOPERHOST(CLOSE_THE_OTHERS)
      }
      if (rights) return propose(operatorMade, { name, rights }, acted("oper", { target: name }))
      // What is no operator's name may be a password in the wrong place.
      const operator = isKnown ? name : undefined
      const { address } = session.arrival
      log({
        level: "warn",
        what: "a wrong operator's password was given",
        nick: user.nick,
        address,
        operator,
      })
      record(operator, "wrong password")
      return ERR_PASSWDMISMATCH()
    })
    return undefined
  },
})

function byRole(context: UserContext, name: string): Answer {
  const { net, user, session, propose } = context
  const { account } = user
  if (!account?.role || net.folded(name) !== net.folded(account.name)) return ERR_NOOPERHOST()
  const target = account.name
  const refuse = (reason: string, answer: Answer) => {
    recordFailure(context, target, reason)
    return answer
  }
  if (!isCertified(net, session.arrival, account)) return refuse(NO_CERTIFICATE, ERR_NOOPERHOST())
  if (!areProven(net, user, session)) return refuse(UNPROVEN, ERR_NOOPERHOST(CLOSE_THE_OTHERS))
  const { role } = account
  const record = acted("oper", { target, details: { role } })
  return propose(operatorMade, { name: target, rights: RIGHTS_OF[role] }, record)
}

function recordFailure(
  { failedOpers, now, propose }: UserContext,
  target: string | undefined,
  reason: string,
) {
  const unrecorded = failedOpers.record(target, now)
  if (unrecorded === undefined) return
  const details = { unrecorded: unrecorded || undefined }
  propose(staffActed, acted("oper-failed", { target, reason, details }))
}

// Mode o is the user's: what one connection proves would be each other's, too, and the account's password is not enough for it.
function areProven(net: Network, { account, sessions }: User, session: Session): boolean {
  return sessions.every(
    (other) => other === session || (account !== undefined && isCertified(net, other.arrival, account)),
  )
}

const NO_CERTIFICATE = "no certificate"
const SHOW_A_CERTIFICATE = "Your connection has shown no certificate of your account, which an operator needs"

const UNPROVEN = "another connection has no certificate"
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
