// The last session of a user who stays online ends, and one comes back. There is no command for either: connections come and go.
// Others hear of it by https://ircv3.net/specs/extensions/away-notify.html

import { AWAY_NOTIFY } from "../../protocol/capabilities.ts"
import { becomeAbsent } from "../always-on.ts"
import { event, from } from "../event.ts"
import { comeToMailbox, leaveMailbox, type Seen } from "../seen.ts"
import { NOT_CONNECTED, type UserId } from "../user.ts"

/** Without `refuse`: a connection that is gone cannot be argued with. */
export const userDetached = event<{ user: UserId } & Seen>({
  type: "userDetached",
  apply(net, e, tell) {
    const user = net.users.get(e.user)
    if (!user) return
    leaveMailbox(user, e)
    becomeAbsent(net, user, e, tell)
    // Who had said why is away already.
    if (user.away !== undefined) return
    tell.peersAndWatchers(user, { ...from(e, "AWAY", [], NOT_CONNECTED), needs: AWAY_NOTIFY }, false)
  },
})

export const userAttached = event<{ user: UserId }>({
  type: "userAttached",
  apply(net, e, tell) {
    const user = net.users.get(e.user)
    if (!user) return
    user.absentSince = undefined
    comeToMailbox(user, e)
    if (user.away !== undefined) return
    tell.peersAndWatchers(user, { ...from(e, "AWAY", []), needs: AWAY_NOTIFY }, false)
  },
})
