// OPER: https://modern.ircdocs.horse/#oper-message. The shell knows the names and compares the passwords.

import { ERR_NOOPERHOST, ERR_PASSWDMISMATCH, RPL_YOUREOPER } from "../../protocol/numerics.ts"
import { FAIL } from "../../protocol/reply.ts"
import { RIGHTS_OF, type Right } from "../../protocol/rights.ts"
import { command } from "../command.ts"
import { event, from } from "../event.ts"
import { accountNameOf } from "./account.ts"

export const OPER = command({
  name: "OPER",
  syntax: "<name> [<password>]",
  help: "Makes you an operator of the server; with your account's name alone by its role, if you have shown its certificate.",
  specification: "https://modern.ircdocs.horse/#oper-message",
  run({ net, user, session, ask, propose, log }, name: string, given?: string) {
    if (given === undefined) {
      const { account } = user
      const { certificate } = session.arrival
      const isOwn = account !== undefined && net.folded(name) === net.folded(account.name)
      // One that the account itself calls its own proves no more than the password that let it do so.
      const isCertified = certificate !== undefined && accountNameOf(net, certificate) === account?.name
      if (!isOwn || !account.role || !isCertified) return ERR_NOOPERHOST()
      log({ level: "info", what: "an operator by role", nick: user.nick, account: name, role: account.role })
      return propose(operatorMade, { name: account.name, rights: RIGHTS_OF[account.role] })
    }
    ask({ type: "operator", name, given }, (result) => {
      if (result.type === "tooMany") return FAIL("OPER", "TEMPORARILY_UNAVAILABLE", [], result.words)
      const rights = result.type === "operator" ? result.rights : undefined
      const { address } = session.arrival
      const what = rights ? "an operator's password was given" : "a wrong operator's password was given"
      log({ level: rights ? "info" : "warn", what, nick: user.nick, address, operator: name })
      return rights ? propose(operatorMade, { name, rights }) : ERR_PASSWDMISMATCH()
    })
    return undefined
  },
})

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
  },
})
