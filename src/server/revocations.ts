// Takes certificates back: in one turn the fact is in the log, every connection that was made with them ends, and the open
// invitations of the account are withdrawn. Tickets of TLS need no care, since a resumed handshake is judged like any other.

import { certificatesOf, type Invitation, type IssuedCertificate, issuedOf } from "../core/certificates.ts"
import { accountNameOf } from "../core/commands/account.ts"
import { certificateUnpinned } from "../core/commands/clientcert.ts"
import { certificateRevoked, invitationWithdrawn, SUPERSEDED } from "../core/commands/enrolment.ts"
import { acted, type StaffActed } from "../core/commands/staff-acted.ts"
import type { Session } from "../core/session.ts"
import type { Account } from "../core/user.ts"
import type { Outcome } from "./administration.ts"
import { revokedWords } from "./certificate-judge.ts"
import { now } from "./clock.ts"
import type { Shell } from "./shell.ts"

export interface RevocationWanted {
  readonly name: string
  /** One computer; without it all that the account has. */
  readonly device?: string | undefined
  readonly reason: string
}

/** A certificate that was made on request, in the list. */
export interface ListedCertificate {
  readonly account: string
  readonly serial: string
  readonly device: string | undefined
  /** ms since 1970. */
  readonly notAfter: number
  readonly revoked: { readonly at: number; readonly reason: string } | undefined
}

export class Revocations {
  readonly #shell: Shell

  constructor(shell: Shell) {
    this.#shell = shell
  }

  async revoke({ name, device, reason }: RevocationWanted): Promise<Outcome> {
    const { engine } = this.#shell
    const account = engine.net.account(name)
    if (!account) return { error: `there is no account ${name}` }
    if (engine.readOnly) return { error: "the disk is full: nothing can be revoked until there is room" }
    const issued = certificatesOf(engine.net, account).filter(isLive)
    const gone = device === undefined ? issued : issued.filter((one) => one.device === device)
    if (device !== undefined && gone.length === 0)
      return { error: `${account.name} has no certificate on ${device}; ${devicesOf(issued)}` }
    const sessions = [...engine.sessions].filter(this.#uses(account, gone, device === undefined))
    const details = { device, connections: sessions.length }
    const record = acted("revoke", { target: account.name, reason, details })
    if (device === undefined) this.#revokeAll(account, reason, record)
    else this.#revokeSome(account, gone, reason, record)
    const last = engine.lastSeq
    for (const session of sessions)
      engine.end(session, "CERT_REVOKED", revokedWords(reason), "certificate revoked")
    this.#shell.wake()
    await this.#shell.durable(last)
    const what = device === undefined ? "every certificate" : `the certificate on ${device}`
    return { done: `${what} of ${account.name} is revoked; connections closed: ${sessions.length}` }
  }

  list(name?: string): ListedCertificate[] {
    const { net } = this.#shell.engine
    const account = name === undefined ? undefined : net.account(name)
    const listed =
      name === undefined ? [...net.certificates.values()] : account ? certificatesOf(net, account) : []
    return listed.map(({ accountId, serial, device, notAfter, revoked }) => ({
      account: net.accountOf(accountId)?.name ?? "",
      serial,
      device,
      notAfter,
      revoked,
    }))
  }

  /** With the invitations that they came by: whoever has the computer may have the line, too. */
  #revokeSome(
    { name: accountName }: Account,
    gone: readonly IssuedCertificate[],
    reason: string,
    record: StaffActed,
  ) {
    const used = new Set(gone.map(({ invitation }) => invitation))
    this.#withdraw(({ id }) => used.has(id))
    for (const [i, { serial }] of gone.entries())
      this.#place({ accountName, serial, reason }, i === 0 ? record : undefined)
  }

  #withdraw(test: (invitation: Invitation) => boolean) {
    const { engine } = this.#shell
    for (const invitation of [...engine.net.invitations.values()].filter(test)) {
      const { id, seq: madeSeq } = invitation
      engine.administer(invitationWithdrawn, { id, madeSeq }, now())
    }
  }

  #revokeAll(account: Account, reason: string, record: StaffActed) {
    const { engine } = this.#shell
    const { name: accountName } = account
    this.#withdraw(({ accountId }) => accountId === account.id)
    for (const fingerprint of account.certificates.keys())
      engine.administer(certificateUnpinned, { accountName, fingerprint }, now())
    this.#place({ accountName, reason }, record)
  }

  #place(fact: Parameters<NonNullable<typeof certificateRevoked.refuse>>[1], record: StaffActed | undefined) {
    this.#shell.engine.administer(certificateRevoked, fact, now(), record)
  }

  /** Whether a session came with one of these certificates, or, when all go, with any of the account's. */
  #uses(account: Account, gone: readonly IssuedCertificate[], all: boolean): (session: Session) => boolean {
    const { net } = this.#shell.engine
    const pinned = new Set(account.certificates.keys())
    return ({ arrival: { certificate, fingerprint }, user }) => {
      const issued = certificate && issuedOf(net, certificate)
      if (issued) return gone.includes(issued)
      if (!all) return false
      if (certificate && accountNameOf(net, certificate) === account.name) return true
      return fingerprint !== undefined && pinned.has(fingerprint) && user?.account === account
    }
  }
}

/** One that was renewed counts: what began with it may still go on. */
function isLive({ revoked }: IssuedCertificate): boolean {
  return revoked === undefined || revoked.at > now() || revoked.reason === SUPERSEDED
}

function devicesOf(issued: readonly IssuedCertificate[]): string {
  const devices = issued.flatMap(({ device }) => device ?? [])
  return devices.length > 0 ? `there are ${devices.join(", ")}` : "there is none with a device's name"
}
