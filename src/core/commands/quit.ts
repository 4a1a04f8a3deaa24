// QUIT: https://modern.ircdocs.horse/#quit-message

import { truncated } from "../../protocol/names.ts"
import { RPL_MONOFFLINE } from "../../protocol/numerics.ts"
import { anytime } from "../command.ts"
import { event, from } from "../event.ts"
import type { UserId } from "../user.ts"

export const QUIT = anytime({
  name: "QUIT",
  syntax: "[<reason>]",
  help: "Ends your connection.",
  specification: "https://modern.ircdocs.horse/#quit-message",
  run({ net, end }, reason = "") {
    // "servers SHOULD prepend <reason> with the ASCII string "Quit: " … even if <reason> is empty"
    end("QUIT", `Quit: ${truncated(reason, net.settings.limits.kickLength)}`)
  },
})

/** Without `refuse`: a connection that is gone cannot be argued with. */
export const userQuit = event<{ user: UserId; reason: string }>({
  type: "userQuit",
  apply(net, e, tell) {
    const user = net.users.get(e.user)
    if (!user) return
    tell.peers(user, from(e, "QUIT", [], e.reason), false)
    net.remember(user, e.at)
    net.removeUser(user)
    tell.watchers(user.nick, RPL_MONOFFLINE(user.nick))
  },
})
