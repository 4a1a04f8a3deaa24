// AWAY: https://modern.ircdocs.horse/#away-message; others hear of it by https://ircv3.net/specs/extensions/away-notify.html,
// and it may come before registration by https://ircv3.net/specs/extensions/pre-away.html

import { AWAY_NOTIFY, PRE_AWAY } from "../../protocol/capabilities.ts"
import { truncated } from "../../protocol/names.ts"
import { ERR_NOTREGISTERED, RPL_NOWAWAY, RPL_UNAWAY } from "../../protocol/numerics.ts"
import { anytime } from "../command.ts"
import { event, from } from "../event.ts"
import { comeToMailbox, leaveMailbox, type Seen, seenSoFar, unseenBy } from "../seen.ts"
import { ABSENT, awayOf, type User } from "../user.ts"

export const AWAY = anytime({
  name: "AWAY",
  syntax: "[<text>]",
  help: "Marks you as away, for who writes to you; without a text, as back.",
  specification: "https://modern.ircdocs.horse/#away-message",
  run({ net, session, readOnly, propose }, text = "") {
    const { user } = session
    if (!user && !session.has(PRE_AWAY)) return ERR_NOTREGISTERED()
    const away = truncated(text, net.settings.limits.awayLength)
    const before = session.away
    const isAlone = user !== undefined && isNowhere(user)
    session.away = away
    // Who has another connection is there by that.
    if (user && (away !== ABSENT || isNowhere(user))) {
      // It will be refused.
      if (readOnly) session.away = before
      else if (before === ABSENT && isAlone && user.account) session.missed = unseenBy(user.account)
      return propose(awayChanged, {
        ...(away === "" ? {} : { away }),
        ...(away === ABSENT ? seenSoFar(session) : {}),
      })
    }
    return away === "" ? RPL_UNAWAY() : RPL_NOWAWAY()
  },
})

/** "an away message of * should be treated as though the connection did not exist at all": whether none counts but for such. */
export function isNowhere({ sessions }: User): boolean {
  return sessions.every(({ away }) => away === ABSENT)
}

export const awayChanged = event<{ away?: string } & Seen>({
  type: "awayChanged",
  // Nothing to refuse of its own, but on a full disk it has to wait like everything else.
  refuse: () => undefined,
  apply(net, e, tell) {
    const user = e.by === undefined ? undefined : net.users.get(e.by)
    if (!user) return
    const before = awayOf(user)
    if (e.away === ABSENT) leaveMailbox(user, e)
    if (e.away !== ABSENT && (user.away === ABSENT || user.absentSince !== undefined)) comeToMailbox(user, e)
    user.away = e.away
    // Who says so is there.
    if (e.away !== ABSENT) user.absentSince = undefined
    tell.reply(e.away === undefined ? RPL_UNAWAY() : RPL_NOWAWAY())
    if (awayOf(user) === before) return
    tell.peersAndWatchers(user, { ...from(e, "AWAY", [], e.away), needs: AWAY_NOTIFY }, false)
  },
})
