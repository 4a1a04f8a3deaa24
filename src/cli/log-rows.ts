// What of the network's history an operator reads in the server's log: comings and goings, and message text if wanted.

import type { LogEntry, Row } from "../core/seams.ts"

interface Body {
  readonly source?: string
  readonly channel?: string
  readonly user?: number
  readonly nick?: string
  readonly reason?: string
}

const WHAT: Readonly<Record<string, string>> = {
  userJoined: "joined",
  userParted: "parted",
  userQuit: "quit",
  memberKicked: "kicked somebody",
  nickChanged: "changed nick",
  accountCreated: "account made",
}

/** Nothing for most rows. */
export function entriesOf(row: Row, withMessages: boolean): LogEntry[] {
  const isMessage = row.type === "messageSent"
  const what = isMessage && withMessages ? "said" : WHAT[row.type]
  if (what === undefined) return []
  const { source = "", channel, nick, reason } = JSON.parse(row.body) as Body
  const text = isMessage || row.type === "userParted" ? row.text : null
  return [
    {
      level: "info",
      what,
      nick: source.split("!", 1)[0],
      channel,
      ...(nick === undefined ? {} : { to: nick }),
      ...(reason ? { reason } : {}),
      ...(text === null ? {} : { text }),
    },
  ]
}
