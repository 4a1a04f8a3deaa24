// Takes certificates back: the fact, and what goes with it. Tickets of TLS need no care, since a resumed handshake is judged like
// any other.

import { certificatesOf, type Invitation, type IssuedCertificate, issuedOf } from "./certificates.ts"
import { accountNameOf } from "./commands/account.ts"
import { certificateUnpinned } from "./commands/clientcert.ts"
import { certificateRevoked, invitationWithdrawn } from "./commands/enrolment.ts"
import { acted, type StaffActed } from "./commands/staff-acted.ts"
import type { EventType } from "./event.ts"
import type { Network } from "./network.ts"
import type { Session } from "./session.ts"
import type { Account } from "./user.ts"

/** What others read when the connection of a certificate ends: why is for its person alone. */
export const REVOKED_TO_OTHERS = "certificate revoked"

export interface Revoking {
  readonly account: Account
  /** Undefined: all that the account has, those that were made by hand and what it has pinned, too. */
  readonly gone: readonly IssuedCertificate[] | undefined
  readonly reason: string
  /** It is written down, with what the staff called the device; who takes back their own has no record. */
  readonly byStaff?: { readonly device: string | undefined }
}

type Place = <F extends object>(type: EventType<F>, fact: F, record?: StaffActed) => void

/** Gives back the sessions that came with them; the caller ends those in the same turn. */
export function revoke(
  net: Network,
  sessions: Iterable<Session>,
  { account, gone, reason, byStaff }: Revoking,
  place: Place,
): Session[] {
  const { name: accountName } = account
  const theirs = [...sessions].filter(usesOf(net, account, gone))
  const details = { device: byStaff?.device, connections: theirs.length }
  const record = byStaff && acted("revoke", { target: accountName, reason, details })
  for (const { id, seq: madeSeq } of [...net.invitations.values()].filter(goesWith(account, gone)))
    place(invitationWithdrawn, { id, madeSeq })
  if (gone)
    for (const [i, { serial }] of gone.entries())
      place(certificateRevoked, { accountName, serial, reason }, i === gone.length - 1 ? record : undefined)
  else {
    for (const fingerprint of account.certificates.keys())
      place(certificateUnpinned, { accountName, fingerprint })
    place(certificateRevoked, { accountName, reason }, record)
  }
  return theirs
}

/** What lets the account's holder in all the same, in words for who took the rest back: whoever had the computer may have set it. */
export function whatStays({ credentials, certificates }: Account): string {
  const pinned = certificates.size === 0 ? [] : [`certificates that it has pinned (${certificates.size})`]
  const stays = [...(credentials === undefined ? [] : ["the password"]), ...pinned]
  return stays.length === 0 ? "" : `; what else logs in to the account stays: ${stays.join(", ")}`
}

/** Whoever has the computer may have the line that it came by, too, and could make another for itself. */
function goesWith({ id: accountId }: Account, gone: Revoking["gone"]): (invitation: Invitation) => boolean {
  const used = new Set(gone?.map(({ invitation }) => invitation))
  return (invitation) =>
    invitation.accountId === accountId &&
    (gone === undefined || invitation.own === true || used.has(invitation.id))
}

/** Whether a session came with one of these certificates, or, when all go, with any of the account's. */
function usesOf(net: Network, account: Account, gone: Revoking["gone"]): (session: Session) => boolean {
  const all = gone ?? certificatesOf(net, account)
  const pinned = new Set(account.certificates.keys())
  return ({ arrival: { certificate, fingerprint }, user, account: loggedIn }) => {
    const issued = certificate && issuedOf(net, certificate)
    if (issued) return all.includes(issued)
    if (gone) return false
    if (certificate && accountNameOf(net, certificate) === account.name) return true
    // Who has logged in and not registered yet would come in later.
    const present = user ? user.account : loggedIn
    return fingerprint !== undefined && pinned.has(fingerprint) && present === account
  }
}
