// Who has an invitation that asks for approval, and waits for it.

import { requestDecided } from "../core/commands/approval.ts"
import { openRequests, recordOfDecision, requestMeant } from "../core/requests.ts"
import type { Outcome } from "./outcome.ts"
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

export class Approvals {
  readonly #shell: Shell

  constructor(shell: Shell) {
    this.#shell = shell
  }

  list(): WaitingRequest[] {
    return openRequests(this.#shell.engine.net, now()).map(({ id, account, request }) => ({
      id,
      account: account.name,
      device: request.device,
      since: request.since,
      words: request.words,
      isApproved: request.verdict === "approved",
    }))
  }

  /** `who` is the id of a request, or the name of the only one of whom there is one. */
  async decide(who: string, verdict: "approved" | "denied"): Promise<Outcome> {
    const { engine } = this.#shell
    const meant = requestMeant(engine.net, openRequests(engine.net, now()), who)
    if (typeof meant === "string") return { error: `${who}: ${meant}` }
    const { invitation, request, account } = meant
    const fact = { invitation: invitation.id, keyPin: request.keyPin, verdict }
    const refusal = engine.administer(requestDecided, fact, now(), recordOfDecision(meant, verdict))
    if (refusal !== undefined) return { error: refusal }
    await this.#shell.durable(engine.lastSeq)
    const what =
      verdict === "approved" ? "is approved, and has the certificate in a few seconds" : "is denied"
    return { done: `the request of ${account.name} with the key ${request.words} ${what}` }
  }
}
