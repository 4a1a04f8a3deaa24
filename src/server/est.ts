// Enrolment over Secure Transport: https://www.rfc-editor.org/rfc/rfc7030. A member to be asks for a certificate with an
// invitation, a member with the one they have. Two ways to show an invitation: Chat-Invite proves that its secret is known, for
// this TLS connection and this request only; Basic, for other clients where the site allows it, is RFC 7030 §3.2.3.

import { type CertificateRequest, type IssuedCertificate, issuedOf } from "../core/certificates.ts"
import { accountNameOf } from "../core/commands/account.ts"
import { certificateRequested } from "../core/commands/approval.ts"
import { certificateIssued } from "../core/commands/enrolment.ts"
import type { Certificate } from "../core/seams.ts"
import type { Account } from "../core/user.ts"
import { REFUSALS } from "../protocol/refusals.ts"
import type { Verdict } from "./certificate-judge.ts"
import { now } from "./clock.ts"
import { type HttpAnswer, plainly } from "./http-answer.ts"
import type { HttpRequest } from "./http-request.ts"
import { basic, chatInvite, type Claim } from "./invitation-claim.ts"
import type { Shell } from "./shell.ts"
import { LOCKED, type Signer, type SoundRequest } from "./signer.ts"

/** Who asks. */
export interface Asker {
  /** Normalised, for administrators only. */
  readonly address: string
  /** Of the certificate that was shown, as of now; one that ended less than `graceMs` ago may count. */
  verdict(graceMs?: number): Verdict
  /** What names this TLS connection at both ends: https://www.rfc-editor.org/rfc/rfc9266 */
  readonly exported: Uint8Array | undefined
}

type Refused = Extract<Verdict, { refusal: unknown }>
type Fact = Parameters<typeof certificateIssued.apply>[1]
type Grounds = Pick<Fact, "invitation" | "role" | "renews" | "device">

const PATHS = "/.well-known/est/"
const CERTIFICATES = "application/pkcs7-mime; smime-type=certs-only"
const CHAT_INVITE = { "WWW-Authenticate": "Chat-Invite" }
const OR_BASIC = { "WWW-Authenticate": 'Basic realm="invitation", Chat-Invite' }
const NO_MEMBER = plainly(403, "show the certificate that is to be renewed")
const ENDED: Refused = {
  refusal: "CERT_EXPIRED",
  why: "it has ended, and was made by hand",
  words: "your certificate has ended, and the server has no record of it",
}
const DAY_MS = 86_400_000
const DEVICE_LENGTH_MAX = 64
/** Of an invitation, in base64url. */
const ID_LENGTH = 11

export class Est {
  readonly #shell: Shell

  constructor(shell: Shell) {
    this.#shell = shell
  }

  async answer(request: HttpRequest, asker: Asker): Promise<HttpAnswer> {
    const { signer, rules } = this.#shell
    const operation = operationIn(request.path)
    const expected = METHODS.get(operation)
    if (!signer || rules.mode === "off" || expected === undefined)
      return plainly(404, "there is no such thing here")
    if (signer === "locked") return plainly(503, LOCKED)
    if (request.method !== expected)
      return plainly(405, `${expected} is what is done here`, { Allow: expected })
    // Who has no certificate yet may ask for one even where one is required, and do no more.
    if (rules.mode === "required" && !memberIn(asker.verdict()) && !operation.startsWith("simple"))
      return plainly(403, "a client certificate is required")
    if (operation === "cacerts") return certificates(signer.caCertificates)
    if (operation === "crl") return this.#revocationList()
    if (this.#shell.engine.readOnly) return plainly(503, "the server's disk is full")
    const der = requestIn(request)
    if (!der) return plainly(400, "the body is no request for a certificate in base64 (application/pkcs10)")
    return operation === "simpleenroll"
      ? this.#enrol(signer, request, der, asker)
      : this.#renew(signer, request, der, asker)
  }

  async #revocationList(): Promise<HttpAnswer> {
    const body = (await this.#shell.revocationList.current()) ?? ""
    return { status: 200, headers: { "Content-Type": "application/pkix-crl" }, body }
  }

  async #enrol(signer: Signer, { headers }: HttpRequest, der: Uint8Array, asker: Asker): Promise<HttpAnswer> {
    const { engine } = this.#shell
    if (engine.net.lockedSince !== undefined)
      return plainly(403, "the server is locked down: nobody new is let in for now")
    const claim = this.#claimOf(headers.get("authorization") ?? "")
    if ("status" in claim) return claim
    const invitation = engine.net.invitations.get(claim.id)
    const isRight = claim.isProven(invitation?.hash ?? NO_HASH, asker.exported, der)
    if (!invitation || !isRight) return this.#refuse(asker, claim.id, invitation ? "wrong secret" : "unknown")
    if (invitation.expires <= now()) return this.#refuse(asker, claim.id, "expired")
    const account = engine.net.accountOf(invitation.accountId)
    const read = await signer.read(der)
    if ("refused" in read) return this.#refuseRequest(asker, read.refused)
    if (!account) return this.#refuse(asker, claim.id, "its account is gone")
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
        : this.#wait(asker, claim.id, account, { ...read, ...deviceIn(headers) })
    const issued = known ?? this.#issue(signer, account, read.keyPin, grounds)
    if (typeof issued === "string") return this.#refuse(asker, claim.id, issued)
    return this.#certify(account, issued, read, { "Chat-Channels": listed(invitation.channels) })
  }

  /** The first time that this key asks; it has used the invitation now. */
  async #wait(
    asker: Asker,
    id: string,
    { name }: Account,
    { keyPin, words, device }: SoundRequest & { readonly device?: string },
  ): Promise<HttpAnswer> {
    const { engine, log, durable } = this.#shell
    const asked = { keyPin, words, ...(device === undefined ? {} : { device }) }
    const refusal = engine.administer(certificateRequested, { invitation: id, ...asked }, now())
    if (refusal !== undefined) return this.#refuse(asker, id, refusal)
    const { address } = asker
    log({ level: "info", what: "waits for approval", account: name, key: words, device, address })
    await durable(engine.lastSeq)
    return waiting(words)
  }

  async #renew(signer: Signer, { headers }: HttpRequest, der: Uint8Array, asker: Asker): Promise<HttpAnswer> {
    const { net } = this.#shell.engine
    const { graceMs } = this.#shell
    const verdict = asker.verdict(graceMs)
    if ("refusal" in verdict) return this.#refuseRenewal(asker, verdict)
    const certificate = memberIn(verdict)
    const name = certificate && accountNameOf(net, certificate)
    const account = name && net.account(name)
    if (!certificate || !account) return NO_MEMBER
    const former = issuedOf(net, certificate)
    // Of one that was made by hand nothing tells whether it was renewed before its end.
    if (!former && !memberIn(asker.verdict())) return this.#refuseRenewal(asker, ENDED)
    const read = await signer.read(der)
    if ("refused" in read) return this.#refuseRequest(asker, read.refused)
    // It may have been revoked meanwhile.
    if (!memberIn(asker.verdict(graceMs))) return NO_MEMBER
    // Whoever renews cannot call the computer otherwise: it is revoked by that name.
    const device = former?.device ?? deviceIn(headers).device
    const issued = this.#issue(signer, account, read.keyPin, {
      ...(former ? { renews: former.serial } : {}),
      ...(device === undefined ? {} : { device }),
    })
    if (typeof issued === "string") return plainly(403, issued)
    return this.#certify(account, issued, read)
  }

  #refuseRequest({ address }: Asker, refused: string): HttpAnswer {
    const why = REQUEST_REFUSALS[refused] ?? "it is none (PKCS #10)"
    this.#shell.log({ level: "info", what: "request for a certificate refused", address, why })
    return plainly(400, `the request for a certificate is refused: ${why}`)
  }

  #refuseRenewal({ address }: Asker, { refusal, why, words }: Refused): HttpAnswer {
    this.#shell.log({ level: "info", what: "renewal refused", code: refusal, address, why })
    const days = this.#shell.graceMs / DAY_MS
    const isTooLate = refusal === "CERT_EXPIRED" && days > 0
    const text = isTooLate ? `your certificate ended more than ${days} days ago` : REFUSALS[refusal].text
    return plainly(403, words ?? text)
  }

  /** Why not, in words. From the reading of the state to the fact nothing is waited for, so that of many one wins. */
  #issue(signer: Signer, { name }: Account, keyPin: string, grounds: Grounds): IssuedCertificate | string {
    const { engine } = this.#shell
    const terms = signer.terms(now())
    const fact = { accountName: name, issuer: signer.issuer, keyPin, ...terms, ...grounds }
    const refusal = engine.administer(certificateIssued, fact, now())
    return refusal ?? engine.net.certificates.get(terms.serial) ?? "it was not made"
  }

  async #certify(
    { name }: Account,
    issued: IssuedCertificate,
    request: SoundRequest,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<HttpAnswer> {
    const [made] = await Promise.all([request.certify(name, issued), this.#shell.durable(issued.seq)])
    return certificates(made, headers)
  }

  #claimOf(authorization: string): Claim | HttpAnswer {
    const { estBasic } = this.#shell
    const claim = chatInvite(authorization) ?? (estBasic ? basic(authorization) : undefined)
    if (claim) return claim
    return !estBasic && /^Basic /i.test(authorization)
      ? plainly(401, "Basic is turned off here: [accounts] est_basic of chat.toml allows it", CHAT_INVITE)
      : plainly(401, "show an invitation", this.#challenge)
  }

  /** In the same words, whatever the reason. */
  #refuse({ address }: Asker, given: string, why: string): HttpAnswer {
    // What is no id may be the secret in its place.
    const id = given.length === ID_LENGTH ? given : undefined
    this.#shell.log({ level: "warn", what: "invitation refused", id, address, why })
    return plainly(401, "this invitation is used, expired or unknown", this.#challenge)
  }

  get #challenge(): Readonly<Record<string, string>> {
    return this.#shell.estBasic ? OR_BASIC : CHAT_INVITE
  }
}

const METHODS: ReadonlyMap<string, string> = new Map([
  ["cacerts", "GET"],
  ["crl", "GET"],
  ["simpleenroll", "POST"],
  ["simplereenroll", "POST"],
])

/** The list of what was taken back is where others look for it, too. */
function operationIn(path: string): string {
  if (path === "/crl.der") return "crl"
  return path.startsWith(PATHS) ? path.slice(PATHS.length) : ""
}

function memberIn(verdict: Verdict): Certificate | undefined {
  return "member" in verdict ? verdict.member : undefined
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

function certificates(der: Uint8Array, headers: Readonly<Record<string, string>> = {}): HttpAnswer {
  return {
    status: 200,
    headers: { "Content-Type": CERTIFICATES, "Content-Transfer-Encoding": "base64", ...headers },
    body: Buffer.from(der).toString("base64"),
  }
}

const REQUEST_REFUSALS: Readonly<Record<string, string>> = {
  signature: "it is not signed by the key that it is for",
  key: "its kind of key is not taken: EC P-256 or P-384, Ed25519, or RSA with 3072 bits or more",
}

/** "servers ... MUST ignore" line ends: https://www.rfc-editor.org/rfc/rfc8951#section-3.1 */
function requestIn({ headers, body }: HttpRequest): Uint8Array | undefined {
  const isRequest = /^application\/pkcs10(?:;|$)/i.test(headers.get("content-type") ?? "")
  const text = Buffer.from(body).toString("latin1").replace(/\s/g, "")
  return isRequest && /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? Buffer.from(text, "base64") : undefined
}

/** What the asker calls the computer, if it can be shown to people. */
function deviceIn(headers: ReadonlyMap<string, string>): { device?: string } {
  const device = headers.get("chat-device") ?? ""
  return device === "" ? {} : { device: device.slice(0, DEVICE_LENGTH_MAX) }
}

function listed(channels: readonly string[]): string {
  return channels.map(encodeURIComponent).join(" ")
}
