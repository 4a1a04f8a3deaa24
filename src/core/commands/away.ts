// AWAY: https://modern.ircdocs.horse/#away-message; others hear of it by https://ircv3.net/specs/extensions/away-notify.html

import { AWAY_NOTIFY } from "../../protocol/capabilities.ts"
import { truncated } from "../../protocol/names.ts"
import { RPL_NOWAWAY, RPL_UNAWAY } from "../../protocol/numerics.ts"
import { command } from "../command.ts"
import { event, from } from "../event.ts"

export const AWAY = command({
  name: "AWAY",
  syntax: "[<text>]",
  help: "Marks you as away, for who writes to you; without a text, as back.",
  specification: "https://modern.ircdocs.horse/#away-message",
  run({ net, propose }, text = "") {
    propose(awayChanged, text === "" ? {} : { away: truncated(text, net.settings.limits.awayLength) })
  },
})

export const awayChanged = event<{ away?: string }>({
  type: "awayChanged",
  // Nothing to refuse of its own, but on a full disk it has to wait like everything else.
  refuse: () => undefined,
  apply(net, e, tell) {
    const user = e.by === undefined ? undefined : net.users.get(e.by)
    if (!user) return
    const before = user.away
    user.away = e.away
    tell.reply(e.away === undefined ? RPL_UNAWAY() : RPL_NOWAWAY())
    if (e.away === before) return
    tell.peersAndWatchers(user, { ...from(e, "AWAY", [], e.away), needs: AWAY_NOTIFY }, false)
  },
})
