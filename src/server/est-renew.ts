// A member asks for a certificate with the one they have: https://www.rfc-editor.org/rfc/rfc7030#section-4.2.2

import { issuedOf } from "../core/certificates.ts"
import { accountNameOf } from "../core/commands/account.ts"
import { REFUSALS } from "../protocol/refusals.ts"
import type { Verdict } from "./certificate-judge.ts"
import { type Asker, certify, deviceIn, issue, memberIn, refuseRequest } from "./est-issue.ts"
import { type HttpAnswer, plainly } from "./http-answer.ts"
import type { HttpRequest } from "./http-request.ts"
import type { Shell } from "./shell.ts"
import type { Signer } from "./signer.ts"

type Refused = Extract<Verdict, { refusal: unknown }>

const NO_MEMBER = plainly(403, "show the certificate that is to be renewed")
const ENDED: Refused = {
  refusal: "CERT_EXPIRED",
  why: "it has ended, and was made by hand",
  words: "your certificate has ended, and the server has no record of it",
}
const DAY_MS = 86_400_000

export async function renew(
  shell: Shell,
  signer: Signer,
  { headers }: HttpRequest,
  der: Uint8Array,
  asker: Asker,
): Promise<HttpAnswer> {
  const { net } = shell.engine
  const { graceMs } = shell
  const verdict = asker.verdict(graceMs)
  if ("refusal" in verdict) return refuseRenewal(shell, asker, verdict)
  const certificate = memberIn(verdict)
  const name = certificate && accountNameOf(net, certificate)
  const account = name && net.account(name)
  if (!certificate || !account) return NO_MEMBER
  const former = issuedOf(net, certificate)
  // Of one that was made by hand nothing tells whether it was renewed before its end.
  if (!former && !memberIn(asker.verdict())) return refuseRenewal(shell, asker, ENDED)
  const read = await signer.read(der)
  if ("refused" in read) return refuseRequest(shell, asker, read.refused)
  // It may have been revoked meanwhile.
  if (!memberIn(asker.verdict(graceMs))) return NO_MEMBER
  // Whoever renews cannot call the computer otherwise: it is revoked by that name.
  const device = former?.device ?? deviceIn(headers).device
  const issued = issue(shell, signer, account, read.keyPin, {
    ...(former ? { renews: former.serial } : {}),
    ...(device === undefined ? {} : { device }),
  })
  if (typeof issued === "string") return plainly(403, issued)
  return certify(shell, account, issued, read)
}

function refuseRenewal(
  { graceMs, log }: Shell,
  { address }: Asker,
  { refusal, why, words }: Refused,
): HttpAnswer {
  log({ level: "info", what: "renewal refused", code: refusal, address, why })
  const days = graceMs / DAY_MS
  const isTooLate = refusal === "CERT_EXPIRED" && days > 0
  const text = isTooLate ? `your certificate ended more than ${days} days ago` : REFUSALS[refusal].text
  return plainly(403, words ?? text)
}
