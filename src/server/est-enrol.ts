// A member to be asks for a certificate with an invitation: https://www.rfc-editor.org/rfc/rfc7030#section-4.2. Two ways to show
// it: Chat-Invite proves that its secret is known, for this TLS connection and this request only; Basic, for other clients where
// the site allows it, is RFC 7030 §3.2.3.

import type { CertificateRequest } from "../core/certificates.ts"
import { certificateRequested } from "../core/commands/approval.ts"
import type { Account } from "../core/user.ts"
import { now } from "./clock.ts"
import { type Asker, certify, deviceIn, issue, refuseRequest } from "./est-issue.ts"
import { type HttpAnswer, plainly } from "./http-answer.ts"
import type { HttpRequest } from "./http-request.ts"
import { basic, chatInvite, type Claim } from "./invitation-claim.ts"
import type { Shell } from "./shell.ts"
import type { Signer, SoundRequest } from "./signer.ts"

const CHAT_INVITE = { "WWW-Authenticate": "Chat-Invite" }
const OR_BASIC = { "WWW-Authenticate": 'Basic realm="invitation", Chat-Invite' }
/** Of an invitation, in base64url. */
const ID_LENGTH = 11

export async function enrol(
  shell: Shell,
  signer: Signer,
  { headers }: HttpRequest,
  der: Uint8Array,
  asker: Asker,
): Promise<HttpAnswer> {
  const { engine } = shell
  if (engine.net.lockedSince !== undefined)
    return plainly(403, "the server is locked down: nobody new is let in for now")
  const claim = claimOf(shell, headers.get("authorization") ?? "")
  if ("status" in claim) return claim
  const invitation = engine.net.invitations.get(claim.id)
  const isRight = claim.isProven(invitation?.hash ?? NO_HASH, asker.exported, der)
  if (!invitation || !isRight) return refuse(shell, asker, claim.id, invitation ? "wrong secret" : "unknown")
  if (invitation.expires <= now()) return refuse(shell, asker, claim.id, "expired")
  const account = engine.net.accountOf(invitation.accountId)
  const read = await signer.read(der)
  if ("refused" in read) return refuseRequest(shell, asker, read.refused)
  if (!account) return refuse(shell, asker, claim.id, "its account is gone")
  const { role } = invitation
  const grounds = { invitation: claim.id, ...(role ? { role } : {}), ...deviceIn(headers) }
  // Whoever lost the answer asks again with the same key, and is given the same certificate.
  const known = [...engine.net.certificates.values()].find(
    ({ invitation: id, keyPin, revoked }) => id === claim.id && keyPin === read.keyPin && !revoked,
  )
  const request = invitation.requests?.get(read.keyPin)
  if (!known && invitation.requests && request?.verdict !== "approved")
    return request
      ? answerOf(request)
      : wait(shell, asker, claim.id, account, { ...read, ...deviceIn(headers) })
  const issued = known ?? issue(shell, signer, account, read.keyPin, grounds)
  if (typeof issued === "string") return refuse(shell, asker, claim.id, issued)
  return certify(shell, account, issued, read, { "Chat-Channels": listed(invitation.channels) })
}

/** The first time that this key asks; it has used the invitation now. */
async function wait(
  shell: Shell,
  asker: Asker,
  id: string,
  { name }: Account,
  { keyPin, words, device }: SoundRequest & { readonly device?: string },
): Promise<HttpAnswer> {
  const { engine, log, durable } = shell
  const asked = { keyPin, words, ...(device === undefined ? {} : { device }) }
  const refusal = engine.administer(certificateRequested, { invitation: id, ...asked }, now())
  if (refusal !== undefined) return refuse(shell, asker, id, refusal)
  const { address } = asker
  log({ level: "info", what: "waits for approval", account: name, key: words, device, address })
  await durable(engine.lastSeq)
  return waiting(words)
}

function claimOf({ estBasic }: Shell, authorization: string): Claim | HttpAnswer {
  const claim = chatInvite(authorization) ?? (estBasic ? basic(authorization) : undefined)
  if (claim) return claim
  return !estBasic && /^Basic /i.test(authorization)
    ? plainly(401, "Basic is turned off here: [accounts] est_basic of chat.toml allows it", CHAT_INVITE)
    : plainly(401, "show an invitation", challenge(estBasic))
}

/** In the same words, whatever the reason. */
function refuse({ estBasic, log }: Shell, { address }: Asker, given: string, why: string): HttpAnswer {
  // What is no id may be the secret in its place.
  const id = given.length === ID_LENGTH ? given : undefined
  log({ level: "warn", what: "invitation refused", id, address, why })
  return plainly(401, "this invitation is used, expired or unknown", challenge(estBasic))
}

function challenge(estBasic: boolean): Readonly<Record<string, string>> {
  return estBasic ? OR_BASIC : CHAT_INVITE
}

function answerOf({ verdict, words }: CertificateRequest): HttpAnswer {
  return verdict === "denied" ? plainly(403, DENIED, { "Chat-Verdict": "denied" }) : waiting(words)
}

const DENIED = "who runs the server has denied this request"

/** "The client MUST wait at least the specified retry-after time before repeating the same request." */
function waiting(words: string): HttpAnswer {
  return plainly(202, `waiting for approval; the words of this key are ${words}`, {
    "Retry-After": RETRY_AFTER_S,
  })
}

const RETRY_AFTER_S = "5"
const NO_HASH = "00".repeat(32)

function listed(channels: readonly string[]): string {
  return channels.map(encodeURIComponent).join(" ")
}
