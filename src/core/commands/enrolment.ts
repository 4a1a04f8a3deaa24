// Invitations and the certificates that are asked for with them: https://www.rfc-editor.org/rfc/rfc7030. There is no command for
// them: `chat invite` asks for the first, server/est.ts for the second.

import { STANDARD_REPLIES } from "../../protocol/capabilities.ts"
import {
  INVITATIONS_MAX,
  ISSUED_CERTIFICATES_KEPT_MAX,
  ISSUED_CERTIFICATES_MAX,
} from "../../protocol/limits.ts"
import type { Nick } from "../../protocol/names.ts"
import { FAIL, NOTE, type Reply } from "../../protocol/reply.ts"
import { type Role, ROLES } from "../../protocol/rights.ts"
import {
  certificatesOf,
  type Invitation,
  type IssuedCertificate,
  RENEWABLE_DAYS_MAX,
} from "../certificates.ts"
import { event } from "../event.ts"

/** A certificate that was asked for with the one before it takes its place after this. */
const SUPERSEDED_AFTER_MS = 86_400_000
const RENEWABLE_MS_MAX = RENEWABLE_DAYS_MAX * 86_400_000
export const SUPERSEDED = "superseded"

interface InvitationMade {
  readonly id: string
  readonly accountName: Nick
  readonly channels: readonly string[]
  /** ms since 1970. */
  readonly expires: number
  readonly uses: number
  /** What the account becomes when it is used, if that is more. */
  readonly role?: Role
  /** The account's holder made it, for another device. */
  readonly own?: true
  /** Whether somebody has to approve who uses it. */
  readonly approve?: true
  /** SHA-256 of its secret in hex, in the column that can be erased. */
  readonly text?: string
}

export const invitationMade = event<InvitationMade>({
  type: "invitationMade",
  refuse(net, { accountName }) {
    if (!net.account(accountName)) return refusal("there is no such account", accountName)
    return net.invitations.size < INVITATIONS_MAX ? undefined : refusal("too many are open", accountName)
  },
  apply(net, { id, accountName, channels, expires, uses, role, own, approve, text: hash, seq }) {
    const account = net.account(accountName)
    // One that was withdrawn later has no hash any more.
    if (!account || hash === undefined) return
    const { id: accountId } = account
    net.invitations.set(id, {
      id,
      accountId,
      hash,
      seq,
      channels,
      expires,
      usesLeft: uses,
      ...(role === undefined ? {} : { role }),
      ...(own === undefined ? {} : { own }),
      ...(approve ? { requests: new Map() } : {}),
    })
  },
})

export const invitationWithdrawn = event<{ id: string; madeSeq: number }>({
  type: "invitationWithdrawn",
  refuse: (net, { id }) => (net.invitations.has(id) ? undefined : refusal("there is no such invitation", id)),
  erases: ({ madeSeq }) => ({ seq: madeSeq }),
  apply(net, { id }) {
    net.invitations.delete(id)
  },
})

interface CertificateIssued extends Omit<
  IssuedCertificate,
  "accountId" | "seq" | "made" | "lastUsed" | "revoked"
> {
  readonly accountName: Nick
  /** The invitation's, which may be gone from the log when this is read again. */
  readonly role?: Role
}

export const certificateIssued = event<CertificateIssued>({
  type: "certificateIssued",
  // Whether an invitation has expired is asked before, where the time is known.
  refuse(net, { accountName, invitation: id, keyPin, notBefore, renews }) {
    const account = net.account(accountName)
    if (!account) return refusal("there is no such account", accountName)
    const invitation = id === undefined ? undefined : net.invitations.get(id)
    if (id !== undefined && net.lockedSince !== undefined) return refusal("nobody new is let in for now", id)
    if (id !== undefined && (invitation?.accountId !== account.id || !mayUse(invitation, keyPin)))
      return refusal("it is used, or unknown", id)
    const former = renews === undefined ? undefined : net.certificates.get(renews)
    if (former && former.accountId !== account.id) return refusal("it is another account's", renews ?? "")
    // What was taken back takes no room, or a thief's renewals would keep out who was robbed; what was renewed does for its last day.
    const kept = certificatesOf(net, account).filter(({ notAfter }) => notAfter > notBefore)
    const counted = kept.filter(
      ({ revoked }) => !revoked || (revoked.reason === SUPERSEDED && revoked.at > notBefore),
    )
    // All of it is remembered, so that a member alone makes only so much; who runs the server may always help.
    const isOwn = !invitation || invitation.own === true
    const isFull = isOwn && kept.length >= ISSUED_CERTIFICATES_KEPT_MAX
    return counted.length < ISSUED_CERTIFICATES_MAX && !isFull
      ? undefined
      : refusal("the account has too many certificates", accountName)
  },
  apply(net, e, tell) {
    for (const { serial, notAfter } of net.certificates.values())
      if (notAfter + RENEWABLE_MS_MAX < e.at) net.certificates.delete(serial)
    const account = net.account(e.accountName)
    if (!account) return
    const { serial, issuer, keyPin, notBefore, notAfter, device, invitation: id, renews } = e
    const former = renews === undefined ? undefined : net.certificates.get(renews)
    net.certificates.set(serial, {
      serial,
      issuer,
      accountId: account.id,
      seq: e.seq,
      keyPin,
      made: e.at,
      notBefore,
      notAfter,
      ...(device === undefined ? {} : { device }),
      ...(id === undefined ? {} : { invitation: id }),
      ...(renews === undefined ? {} : { renews }),
      ...(former?.lastUsed === undefined ? {} : { lastUsed: former.lastUsed }),
    })
    const invitation = id === undefined ? undefined : net.invitations.get(id)
    // Who was approved had used it by asking.
    if (invitation && !invitation.requests?.delete(keyPin)) invitation.usesLeft--
    const { role = "member" } = e
    // For another computer of an admin nobody has to think of that.
    if (ROLES.indexOf(role) > ROLES.indexOf(account.role ?? "member")) account.role = role
    // Whoever is on another device of theirs should know of it.
    const user = renews === undefined ? net.userOf(account) : undefined
    const note = { ...NOTE("DEVICE", "ADDED", [serial], device ?? serial), needs: STANDARD_REPLIES }
    if (user) tell.user(user, { ...note, source: net.settings.serverName })
    if (former) former.revoked ??= { at: e.at + SUPERSEDED_AFTER_MS, reason: SUPERSEDED }
  },
})

function mayUse({ requests, usesLeft }: Invitation, keyPin: string): boolean {
  return requests ? requests.get(keyPin)?.verdict === "approved" : usesLeft > 0
}

/** Somebody came in with it. */
export const certificateUsed = event<{ serial: string }>({
  type: "certificateUsed",
  refuse: (net, { serial }) =>
    net.certificates.has(serial) ? undefined : refusal("there is no such certificate", serial),
  apply(net, { serial, at }) {
    const issued = net.certificates.get(serial)
    if (issued) issued.lastUsed = at
  },
})

interface CertificateRevoked {
  readonly accountName: Nick
  /** Of one that was made on request; without it every certificate of the account's name is revoked. */
  readonly serial?: string
  readonly reason: string
}

export const certificateRevoked = event<CertificateRevoked>({
  type: "certificateRevoked",
  refuse(net, { accountName, serial }) {
    const account = net.account(accountName)
    if (!account) return refusal("there is no such account", accountName)
    const isKnown = serial === undefined || net.certificates.get(serial)?.accountId === account.id
    return isKnown ? undefined : refusal("the account has no such certificate", serial)
  },
  apply(net, { accountName, serial, reason, at }) {
    const account = net.account(accountName)
    if (!account) return
    const revocation = { at, reason }
    for (const issued of certificatesOf(net, account)) {
      if (serial !== undefined && issued.serial !== serial) continue
      // What ended before stays so, with its reason.
      if (!issued.revoked || issued.revoked.at > at) issued.revoked = revocation
    }
    if (serial === undefined) account.certificatesEnded = revocation
  },
})

function refusal(why: string, what: string): Reply {
  return FAIL("INVITE", "INVALID_INVITATION", [what], why)
}
