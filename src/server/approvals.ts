// Who has an invitation that asks for approval, and waits for it.

import type { CertificateRequest, Invitation } from "../core/certificates.ts"
import { requestDecided } from "../core/commands/approval.ts"
import { acted } from "../core/commands/staff-acted.ts"
import type { Outcome } from "./administration.ts"
import { now } from "./clock.ts"
import type { Shell } from "./shell.ts"

/** One of the list. */
export interface WaitingRequest {
  /** The beginning of its key's SHA-256, in hex. */
  readonly id: string
  readonly account: string
  readonly device: string | undefined
  /** ms since 1970. */
  readonly since: number
  /** What its holder reads aloud: the key's six words. */
  readonly words: string
  /** Approved, and not fetched yet. */
  readonly isApproved: boolean
}

interface Found {
  readonly invitation: Invitation
  readonly request: CertificateRequest
  readonly account: string
}

const ID_LENGTH = 8

export class Approvals {
  readonly #shell: Shell

  constructor(shell: Shell) {
    this.#shell = shell
  }

  list(): WaitingRequest[] {
    return this.#open().map(({ request: { keyPin, device, since, words, verdict }, account }) => ({
      id: keyPin.slice(0, ID_LENGTH),
      account,
      device,
      since,
      words,
      isApproved: verdict === "approved",
    }))
  }

  /** `who` is the id of a request, or the name of the only one of whom there is one. */
  async decide(who: string, verdict: "approved" | "denied"): Promise<Outcome> {
    const { engine } = this.#shell
    const { net } = engine
    const open = this.#open()
    const byId = open.filter(({ request }) => request.keyPin.slice(0, ID_LENGTH) === who.toLowerCase())
    const found =
      byId.length > 0 ? byId : open.filter(({ account }) => net.folded(account) === net.folded(who))
    const [one, other] = found
    if (!one) return { error: `nobody waits who is ${who}` }
    if (other) {
      const ids = found.map(({ request }) => `${request.keyPin.slice(0, ID_LENGTH)} (${request.words})`)
      return { error: `${found.length} wait as ${who}: name one by its id: ${ids.join(", ")}` }
    }
    const { invitation, request, account } = one
    const { keyPin, device, words } = request
    const fact = { invitation: invitation.id, keyPin, verdict }
    const record = acted(verdict === "approved" ? "approve" : "deny", {
      target: account,
      details: { device, key: words },
    })
    const refusal = engine.administer(requestDecided, fact, now(), record)
    if (refusal !== undefined) return { error: refusal }
    await this.#shell.durable(engine.lastSeq)
    const what =
      verdict === "approved" ? "is approved, and has the certificate in a few seconds" : "is denied"
    return { done: `the request of ${account} with the key ${words} ${what}` }
  }

  /** What has not been decided, or not been fetched, while its invitation is good. */
  #open(): Found[] {
    const { net } = this.#shell.engine
    return [...net.invitations.values()]
      .filter(({ expires }) => expires > now())
      .flatMap((invitation) => {
        const account = net.accountOf(invitation.accountId)?.name ?? ""
        const requests = [...(invitation.requests?.values() ?? [])]
        return requests
          .filter(({ verdict }) => verdict !== "denied")
          .map((request) => ({ invitation, request, account }))
      })
  }
}
