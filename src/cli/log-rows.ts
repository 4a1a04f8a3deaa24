// What of the network's history an operator reads in the server's log: comings and goings, and message text if wanted.

import { actorOf, type StaffActed, staffActed } from "../core/commands/staff-acted.ts"
import type { Stamp } from "../core/event.ts"
import type { LogEntry, Row } from "../core/seams.ts"
import { ACTS } from "../protocol/acts.ts"

interface Body {
  readonly source?: string
  readonly channel?: string
  readonly user?: number
  readonly nick?: string
  readonly name?: string
  readonly accountName?: string
  readonly reason?: string
}

const WHAT: Readonly<Record<string, string>> = {
  userJoined: "joined",
  userParted: "parted",
  userQuit: "quit",
  memberKicked: "kicked",
  nickChanged: "changed nick",
  accountCreated: "account made",
  accountRegistered: "account registered",
  passwordChanged: "password changed",
  userLoggedIn: "logged in",
  invitationWithdrawn: "invitation withdrawn",
  certificateIssued: "certificate issued",
  certificateRevoked: "certificate revoked",
}

/** Nothing for most rows. */
export function entriesOf(
  row: Row,
  withMessages: boolean,
  nickOf: (user: number) => string | undefined,
): LogEntry[] {
  if (row.type === staffActed.type) return [actEntry(row)]
  // What is said to one person alone is no business of a log.
  const isMessage = row.type === "messageSent" && row.channelId !== null
  const what = isMessage && withMessages ? "said" : WHAT[row.type]
  if (what === undefined) return []
  const {
    source = "",
    channel,
    user,
    nick,
    accountName,
    name = accountName,
    reason,
  } = JSON.parse(row.body) as Body
  const text = isMessage || row.type === "userParted" ? row.text : null
  return [
    {
      level: "info",
      what,
      nick: source.split("!", 1)[0],
      channel,
      ...(row.type === "memberKicked" && user !== undefined ? { whom: nickOf(user) } : {}),
      ...(nick === undefined ? {} : { to: nick }),
      ...(name === undefined ? {} : { name }),
      ...(reason ? { reason } : {}),
      ...(text === null ? {} : { text }),
    },
  ]
}

function actEntry({ body, text }: Row): LogEntry {
  const e = JSON.parse(body) as StaffActed & Stamp
  const reason = text === null ? {} : { reason: text }
  const whom = e.target === undefined ? {} : { whom: e.target }
  return {
    level: e.act === "oper-failed" ? "warn" : "info",
    what: ACTS[e.act],
    nick: actorOf(e),
    ...whom,
    ...e.details,
    ...reason,
  }
}
