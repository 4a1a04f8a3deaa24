// Who is above an operator of the server, and when somebody is none any longer: https://modern.ircdocs.horse/#operators

import { RIGHTS_OF, type Role } from "../protocol/rights.ts"
import type { Stamp } from "./event.ts"
import type { Network } from "./network.ts"
import type { Tell } from "./tell.ts"
import type { User } from "./user.ts"

/** Whether who has that role may do what `user` may not: nobody keeps out, or lets in, who is above them. */
export function isAbove(role: Role = "member", { rights }: User): boolean {
  return RIGHTS_OF[role].some((right) => !rights.includes(right))
}

/** Takes mode `o` and every right; who has told of the mode says nothing more than that. */
export function endOperator(net: Network, user: User, e: Stamp, tell: Tell) {
  user.modes.delete("o")
  user.rights = []
  leaveAudit(net, user, e, tell)
}

/** Who may not read the audit any longer is shown out of its channel. */
export function leaveAudit(net: Network, user: User, { at }: Stamp, tell: Tell) {
  const { audit } = net
  if (!audit?.members.has(user) || user.rights.includes("audit")) return
  const source = net.settings.serverName
  const params = [audit.name, user.nick]
  tell.channel(audit, { source, command: "KICK", params, text: "For operators of the server", at })
  net.leave(audit, user)
}
