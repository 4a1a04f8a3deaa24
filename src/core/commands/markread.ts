// MARKREAD: https://ircv3.net/specs/extensions/read-marker.html. Told to the user's own sessions and to nobody else.

import { READ_MARKER } from "../../protocol/capabilities.ts"
import { FAIL } from "../../protocol/reply.ts"
import { parseServerTime } from "../../protocol/server-time.ts"
import { command, type Answer } from "../command.ts"
import { readable } from "../entitlement.ts"
import { event } from "../event.ts"
import { markersOf, markread, move } from "../read-markers.ts"

export const MARKREAD = command({
  name: "MARKREAD",
  syntax: "[<target>] [<timestamp=TIME>]",
  help: "Tells until when you have read a channel or a talk with somebody, or asks for it; your other connections hear of it.",
  specification: "https://ircv3.net/specs/extensions/read-marker.html",
  run({ net, user, now, propose }, target?: string, timestamp?: string): Answer {
    if (target === undefined) return fail("NEED_MORE_PARAMS", [], "Missing parameters")
    const found = readable(net, user, target)
    const before = found && markersOf(user).get(found.id)
    if (timestamp === undefined) return markread(found?.name ?? target, before)
    const [kind, time = ""] = timestamp.split("=", 2)
    const given = kind === "timestamp" ? parseServerTime(time) : undefined
    if (!found || given === undefined)
      return fail("INVALID_PARAMS", [target, timestamp], "Invalid parameters")
    // Nobody has read what is still to be said.
    const until = Math.min(given, now)
    if (before !== undefined && until <= before) return markread(found.name, before)
    return propose(readMarkerMoved, { target: found.name, id: found.id, until })
  },
})

function fail(code: string, context: readonly string[], text: string) {
  return FAIL("MARKREAD", code, context, text)
}

interface ReadMarkerMoved {
  readonly target: string
  /** Of the channel, account or guest. */
  readonly id: number
  /** ms since 1970. */
  readonly until: number
}

export const readMarkerMoved = event<ReadMarkerMoved>({
  type: "readMarkerMoved",
  // A guest's goes with the guest.
  kept: (_net, _fact, by) => by?.account !== undefined,
  refuse: () => undefined,
  apply(net, { by, target, id, until }, tell) {
    const user = by === undefined ? undefined : net.users.get(by)
    if (!user) return
    move(markersOf(user), id, until)
    for (const session of user.sessions)
      if (session === tell.origin || session.has(READ_MARKER)) tell.session(session, markread(target, until))
  },
})
