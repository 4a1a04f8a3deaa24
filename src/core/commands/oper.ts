// OPER: https://modern.ircdocs.horse/#oper-message. The shell knows the names and compares the passwords.

import { ERR_PASSWDMISMATCH, RPL_YOUREOPER } from "../../protocol/numerics.ts"
import { FAIL } from "../../protocol/reply.ts"
import type { Right } from "../../protocol/rights.ts"
import { command } from "../command.ts"
import { event, from } from "../event.ts"

export const OPER = command({
  name: "OPER",
  syntax: "<name> <password>",
  help: "Makes you an operator of the server.",
  specification: "https://modern.ircdocs.horse/#oper-message",
  run({ user, session, ask, propose, log }, name: string, given: string) {
    ask({ type: "operator", name, given }, (result) => {
      if (result.type === "tooMany") return FAIL("OPER", "TEMPORARILY_UNAVAILABLE", [], result.words)
      const rights = result.type === "operator" ? result.rights : undefined
      const { address } = session.arrival
      const what = rights ? "an operator's password was given" : "a wrong operator's password was given"
      log({ level: rights ? "info" : "warn", what, nick: user.nick, address, operator: name })
      return rights ? propose(operatorMade, { name, rights }) : ERR_PASSWDMISMATCH()
    })
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
