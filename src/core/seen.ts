// How far an account had read what was said to it when nobody was there as it any more: from there on its mailbox is played.

import type { Reference } from "./seams.ts"
import type { Session } from "./session.ts"
import { ABSENT, type Account, type User } from "./user.ts"

/** As facts have it: nothing where all was read up to the fact itself. */
export interface Seen {
  readonly seen?: Reference
}

/** Since when an account has a mailbox. */
export function unseenBy({ seen = { kind: "seq", seq: 0 } }: Account): Reference {
  return seen
}

/** By a session that is still there: what it has yet to be played, or was and has not confirmed, is not. */
export function seenSoFar({ missed, mail, heardAt }: Session): Seen {
  const seen = missed ?? (mail && heardAt <= mail.sureAfter ? mail.since : undefined)
  return seen ? { seen } : {}
}

/** By a session that ends. Unless it says so itself, what was on its way since it was heard from may be lost. */
export function seenBy(session: Session, { account }: User): Seen {
  const { away, closing, heardAt } = session
  if (!account) return {}
  // Nobody was there by it.
  if (away === ABSENT) return { seen: unseenBy(account) }
  const seen = seenSoFar(session)
  return seen.seen || closing === "QUIT" ? seen : { seen: { kind: "at", at: heardAt - 1 } }
}

/** By all sessions of a user who is taken off the network. */
export function seenByAll(user: User): Seen {
  const here = user.sessions.filter(({ away }) => away !== ABSENT).toSorted((a, b) => b.heardAt - a.heardAt)
  const session = here.find((one) => seenSoFar(one).seen) ?? here[0]
  return session ? seenBy(session, user) : {}
}

/** Somebody is there from now on. */
export function comeToMailbox({ account }: User, { at }: { at: number }) {
  if (account) account.backAt = at
}

/** The last who was there is gone; nothing of those who are nowhere already. */
export function leaveMailbox({ account, absentSince, away }: User, { seq, seen }: Seen & { seq: number }) {
  if (account && absentSince === undefined && away !== ABSENT) account.seen = seen ?? { kind: "seq", seq }
}
