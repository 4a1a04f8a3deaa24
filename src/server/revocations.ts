// Takes certificates back for an administrator: in one turn the fact is in the log, every connection that was made with them ends,
// and open invitations are withdrawn.

import { certificatesOf, type IssuedCertificate } from "../core/certificates.ts"
import { devicesCalled, devicesOf, namesOf } from "../core/devices.ts"
import { revoke, REVOKED_TO_OTHERS, whatStays } from "../core/revoking.ts"
import { revokedWords } from "../protocol/refusals.ts"
import type { Outcome } from "./outcome.ts"
import { now } from "./clock.ts"
import type { Shell } from "./shell.ts"

export interface RevocationWanted {
  readonly name: string
  /** One computer, or the serial of its certificate; without it all that the account has. */
  readonly device?: string | undefined
  readonly reason: string
}

/** A certificate that was made on request, in the list. */
export interface ListedCertificate {
  readonly account: string
  /** Pin of the issuing key in hex. */
  readonly issuer: string
  readonly serial: string
  readonly device: string | undefined
  /** ms since 1970. */
  readonly made: number
  readonly lastUsed: number | undefined
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
    const devices = devicesOf(engine.net, account)
    const called = device === undefined ? undefined : devicesCalled(devices, device)
    if (called?.length === 0)
      return { error: `${account.name} has no certificate on ${device}; ${namesOf(devices)}` }
    const gone = called?.flatMap(({ all }) => all)
    const revoking = { account, gone, reason, byStaff: { device } }
    const sessions = revoke(engine.net, engine.sessions, revoking, (type, fact, record) =>
      engine.administer(type, fact, now(), record),
    )
    const last = engine.lastSeq
    for (const session of sessions)
      engine.end(session, "CERT_REVOKED", revokedWords(reason), REVOKED_TO_OTHERS)
    this.#shell.wake()
    await this.#shell.durable(last)
    const what = device === undefined ? "every certificate" : `the certificate on ${device}`
    const closed = `connections closed: ${sessions.length}${whatStays(account)}`
    return { done: `${what} of ${account.name} is revoked; ${closed}` }
  }

  /** For other programs, in DER; undefined when this server cannot sign. */
  listForOthers(): Promise<Uint8Array> | undefined {
    return this.#shell.revocationList.current()
  }

  list(name?: string): ListedCertificate[] {
    const { net } = this.#shell.engine
    const account = name === undefined ? undefined : net.account(name)
    const listed =
      name === undefined ? [...net.certificates.values()] : account ? certificatesOf(net, account) : []
    const isListed = ({ notAfter, revoked }: IssuedCertificate) =>
      notAfter > now() || (!revoked && notAfter + this.#shell.graceMs > now())
    // What has ended and is not to be renewed is of no use to anybody.
    return listed
      .filter(isListed)
      .map(({ accountId, issuer, serial, device, made, lastUsed, notAfter, revoked }) => ({
        account: net.accountOf(accountId)?.name ?? "",
        issuer,
        serial,
        device,
        made,
        lastUsed,
        notAfter,
        revoked,
      }))
  }
}
