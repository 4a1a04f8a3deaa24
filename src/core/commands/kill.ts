// KILL: https://modern.ircdocs.horse/#kill-message

import { truncated } from "../../protocol/names.ts"
import { ERR_NOPRIVILEGES, ERR_NOSUCHNICK } from "../../protocol/numerics.ts"
import { FAIL } from "../../protocol/reply.ts"
import { command } from "../command.ts"
import { isAbove } from "../operators.ts"
import { acted, staffActed } from "./staff-acted.ts"

export const KILL = command({
  name: "KILL",
  syntax: "<nick> [<reason>]",
  help: "Disconnects somebody; for operators of the server.",
  specification: "https://modern.ircdocs.horse/#kill-message",
  run({ net, user, dismiss, propose }, nick: string, reason = "") {
    if (!user.rights.includes("kill")) return ERR_NOPRIVILEGES("kill")
    const target = net.user(nick)
    if (!target) return ERR_NOSUCHNICK(nick)
    if (target !== user && isAbove(target.account?.role, user))
      return FAIL("KILL", "INVALID_TARGET", [target.nick], "They may do more than you")
    const why = truncated(reason, net.settings.limits.kickLength)
    const account = target.account?.name
    propose(staffActed, acted("kill", { target: target.nick, reason: why, details: { account } }))
    // "Killed (<killer> (<reason>))" is what clients know.
    dismiss(target, "KICKED", why === "" ? `Killed (${user.nick})` : `Killed (${user.nick} (${why}))`)
  },
})
