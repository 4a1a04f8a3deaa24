// Who waits for a certificate until somebody of the staff approves.

import type { CertificateRequest, Invitation } from "./certificates.ts"
import { acted, type StaffActed } from "./commands/staff-acted.ts"
import type { Network } from "./network.ts"
import type { Account } from "./user.ts"

export interface OpenRequest {
  /** The beginning of its key's SHA-256, in hex. */
  readonly id: string
  readonly account: Account
  readonly invitation: Invitation
  readonly request: CertificateRequest
}

const ID_LENGTH = 8

export function idOf(keyPin: string): string {
  return keyPin.slice(0, ID_LENGTH)
}

/** What has not been decided, or not been fetched, while its invitation is good. */
export function openRequests(net: Network, now: number): OpenRequest[] {
  const found: OpenRequest[] = []
  for (const invitation of net.invitations.values()) {
    const account = net.accountOf(invitation.accountId)
    if (!account || !invitation.requests || invitation.expires <= now) continue
    for (const request of invitation.requests.values())
      if (request.verdict !== "denied") found.push({ id: idOf(request.keyPin), account, invitation, request })
  }
  return found
}

/** The one that `who` means, an id or the name of an account; in words why there is not one. */
export function requestMeant(net: Network, open: readonly OpenRequest[], who: string): OpenRequest | string {
  const byId = open.filter(({ id }) => id === who.toLowerCase())
  const found =
    byId.length > 0 ? byId : open.filter(({ account }) => net.folded(account.name) === net.folded(who))
  const [one, other] = found
  if (!one) return "nobody waits by that name or id"
  if (!other) return one
  const ids = found.map(({ id, request }) => `${id} (${request.words})`)
  return `${found.length} wait by that name, of whom one is meant by its id: ${ids.join(", ")}`
}

export function recordOfDecision(
  { account, request }: OpenRequest,
  verdict: "approved" | "denied",
): StaffActed {
  const details = { device: request.device, key: request.words }
  return acted(verdict === "approved" ? "approve" : "deny", { target: account.name, details })
}
