// When somebody is no operator of the server any longer: https://modern.ircdocs.horse/#operators

import type { Stamp } from "./event.ts"
import type { Network } from "./network.ts"
import type { Tell } from "./tell.ts"
import type { User } from "./user.ts"

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
