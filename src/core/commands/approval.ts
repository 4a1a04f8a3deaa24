// Requests for a certificate that somebody of the staff has to approve: https://www.rfc-editor.org/rfc/rfc7030#section-4.2.3. There is
// no command for them: server/est.ts makes them, `chat invite` decides.

import { STANDARD_REPLIES } from "../../protocol/capabilities.ts"
import { REQUESTS_MAX } from "../../protocol/limits.ts"
import { FAIL, NOTE, type Reply } from "../../protocol/reply.ts"
import type { CertificateRequest } from "../certificates.ts"
import { event } from "../event.ts"
import type { Network } from "../network.ts"
import { idOf } from "../requests.ts"

type Requested = Omit<CertificateRequest, "since" | "verdict"> & { readonly invitation: string }

/** Who has asked once has used the invitation: one key a use, and as few requests as uses. */
export const certificateRequested = event<Requested>({
  type: "certificateRequested",
  refuse(net, { invitation: id }) {
    const invitation = net.invitations.get(id)
    if (!invitation?.requests || invitation.usesLeft < 1) return refusal("it is used, or unknown", id)
    return countOf(net) < REQUESTS_MAX ? undefined : refusal("too many wait for approval", id)
  },
  apply(net, { invitation: id, keyPin, words, device, at: since }, tell) {
    const invitation = net.invitations.get(id)
    if (!invitation?.requests) return
    const account = net.accountOf(invitation.accountId)?.name ?? ""
    const staff = [...net.users.values()].filter(({ rights }) => rights.includes("accounts"))
    const note = NOTE("ENROL", "REQUESTED", [idOf(keyPin), account], words)
    tell.users(staff, { ...note, source: net.settings.serverName, needs: STANDARD_REPLIES })
    invitation.usesLeft--
    const called = device === undefined ? {} : { device }
    invitation.requests.set(keyPin, { keyPin, words, ...called, since, verdict: "waits" })
  },
})

interface Decided {
  readonly invitation: string
  readonly keyPin: string
  readonly verdict: "approved" | "denied"
}

export const requestDecided = event<Decided>({
  type: "requestDecided",
  refuse: (net, { invitation: id, keyPin }) =>
    net.invitations.get(id)?.requests?.has(keyPin) ? undefined : refusal("nobody waits with that key", id),
  apply(net, { invitation: id, keyPin, verdict }) {
    const request = net.invitations.get(id)?.requests?.get(keyPin)
    if (request) request.verdict = verdict
  },
})

function countOf({ invitations }: Network): number {
  let count = 0
  for (const { requests } of invitations.values()) count += requests?.size ?? 0
  return count
}

function refusal(why: string, what: string): Reply {
  return FAIL("INVITE", "INVALID_INVITATION", [what], why)
}
