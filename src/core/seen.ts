// How far an account had read what was said to it when nobody was there as it any more: from there on its mailbox is played.

import type { Reference } from "./seams.ts"
import type { Session } from "./session.ts"
import { ABSENT, type User } from "./user.ts"

/** As facts have it: nothing where all was read up to the fact itself. */
export interface Seen {
  readonly seen?: Reference
}

/** By a session that ends: what was on its way when a connection broke may be lost, and what it was played and never answered. */
export function seenBy({ mail, heardAt, closing }: Session): Seen {
  if (mail && heardAt <= mail.heardAt) return { seen: mail.since }
  const isBroken = closing === undefined || closing === "PING_TIMEOUT" || closing === "SENDQ_EXCEEDED"
  return isBroken ? { seen: { kind: "at", at: heardAt - 1 } } : {}
}

/** The last who was there is gone; nothing of those who are nowhere already. */
export function leaveMailbox({ account, absentSince, away }: User, { seq, seen }: Seen & { seq: number }) {
  if (account && absentSince === undefined && away !== ABSENT) account.seen = seen ?? { kind: "seq", seq }
}
