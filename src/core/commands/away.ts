// AWAY: https://modern.ircdocs.horse/#away-message; others hear of it by https://ircv3.net/specs/extensions/away-notify.html,
// and it may come before registration by https://ircv3.net/specs/extensions/pre-away.html

import { AWAY_NOTIFY, PRE_AWAY } from "../../protocol/capabilities.ts"
import { truncated } from "../../protocol/names.ts"
import { ERR_NOTREGISTERED, RPL_NOWAWAY, RPL_UNAWAY } from "../../protocol/numerics.ts"
import { anytime, type Answer } from "../command.ts"
import { event, from } from "../event.ts"
import type { Session } from "../session.ts"
import { awayOf } from "../user.ts"

/** "the user is not present for an unspecified reason" */
export const ABSENT = "*"

export const AWAY = anytime({
  name: "AWAY",
  syntax: "[<text>]",
  help: "Marks you as away, for who writes to you; without a text, as back.",
  specification: "https://modern.ircdocs.horse/#away-message",
  run({ net, session, propose }, text = "") {
    const away = truncated(text, net.settings.limits.awayLength)
    return session.user ? propose(awayChanged, away === "" ? {} : { away }) : beforehand(session, away)
  },
})

function beforehand(session: Session, away: string): Answer {
  if (!session.has(PRE_AWAY)) return ERR_NOTREGISTERED()
  session.away = away
  return away === "" ? RPL_UNAWAY() : RPL_NOWAWAY()
}

export const awayChanged = event<{ away?: string }>({
  type: "awayChanged",
  // Nothing to refuse of its own, but on a full disk it has to wait like everything else.
  refuse: () => undefined,
  apply(net, e, tell) {
    const user = e.by === undefined ? undefined : net.users.get(e.by)
    if (!user) return
    const before = awayOf(user)
    user.away = e.away
    // Who says so is there.
    if (e.away !== ABSENT) user.absentSince = undefined
    tell.reply(e.away === undefined ? RPL_UNAWAY() : RPL_NOWAWAY())
    if (awayOf(user) === before) return
    tell.peersAndWatchers(user, { ...from(e, "AWAY", [], e.away), needs: AWAY_NOTIFY }, false)
  },
})
