// Asks a server for a certificate with an invitation: https://www.rfc-editor.org/rfc/rfc7030#section-4.2. Only a server that the
// invitation's pin vouches for is asked, and its secret never crosses the wire: what does is good for this TLS connection and
// this key alone.

import { createHash, createHmac, X509Certificate } from "node:crypto"
import { isIP } from "node:net"
import { connect, type TLSSocket } from "node:tls"
import { decodeCertsOnly } from "../authority/certs-only.ts"
import type { Invitation } from "../authority/invitation.ts"
import { readPrivateKey } from "../authority/keys.ts"
import { printable } from "../protocol/printable.ts"
import { EXIT, UserError } from "../user-error.ts"
import { type Address, formatAddress } from "./address.ts"
import { verdict } from "./certificate.ts"

const ANSWER_WITHIN_MS = 15_000
const ANSWER_BYTES_MAX = 65_536

export interface Enrolment {
  /** DER, of the key below. */
  readonly request: Uint8Array
  readonly keyPem: string
  /** What this computer is called. */
  readonly device: string
}

export interface Enrolled {
  /** PEM of the leaf. */
  readonly cert: string
  readonly channels: readonly string[]
}

/**
 * `ca` is the authority's certificate in PEM; `wait` waits so many ms while somebody has to approve, after which the same is asked
 * again. Throws a UserError: 10 for a bad invitation, or a request that was denied, 3 or 4 as `connect` does.
 */
export async function enrol(
  address: Address,
  ca: string,
  invitation: Invitation,
  enrolment: Enrolment,
  wait?: (ms: number) => Promise<void>,
): Promise<Enrolled> {
  for (let hasWaited = false; ; hasWaited = true) {
    const answer = await asked(address, ca, invitation, enrolment).catch((error: unknown) => {
      // A server that is started anew while somebody waits knows of them.
      if (hasWaited && error instanceof UserError && error.exitCode === EXIT.unreachable) return undefined
      throw error
    })
    if (answer?.status === 401) throw hasWaited ? endedMeanwhile() : badInvitation()
    if (answer?.headers.get("chat-verdict") === "denied") throw denied(address)
    if (answer && answer.status !== 202) return enrolledIn(address, answer, ca, enrolment)
    if (!wait) throw new UserError("somebody has to approve this first", { exitCode: EXIT.invitation })
    await wait(retryAfterMs(answer))
  }
}

function asked(
  address: Address,
  ca: string,
  invitation: Invitation,
  { request, device }: Enrolment,
): Promise<Answer> {
  return exchange(address, { ca }, (socket) =>
    requestText(address, "simpleenroll", request, [
      proofOf(socket, invitation, request),
      `Chat-Device: ${device.replace(/[^\x20-\x7e]/g, "?")}`,
    ]),
  )
}

function enrolledIn(address: Address, answer: Answer, ca: string, { keyPem }: Enrolment): Enrolled {
  const cert = certificateIn(address, answer, ca, keyPem)
  const channels = (answer.headers.get("chat-channels") ?? "").split(" ").filter(Boolean)
  return { cert, channels: channels.map(decoded) }
}

/** The certificate (PEM) of our key in an answer; throws a UserError when there is none of this authority. */
export function certificateIn(address: Address, answer: Answer, ca: string, keyPem: string): string {
  if (answer.status !== 200) throw refused(address, answer)
  const key = readPrivateKey(keyPem)
  const cert = certificatesIn(answer).find((pem) => key && new X509Certificate(pem).checkPrivateKey(key))
  if (cert === undefined || !new X509Certificate(cert).verify(new X509Certificate(ca).publicKey))
    throw refused(address, { ...answer, body: "what it sent is no certificate of ours" })
  return cert
}

/** PEM. */
export function certificatesIn({ body }: Answer): string[] {
  return decodeCertsOnly(Buffer.from(body, "base64")) ?? []
}

function proofOf(socket: TLSSocket, { id, secret }: Invitation, request: Uint8Array): string {
  const exported = socket.exportKeyingMaterial(32, "EXPORTER-Channel-Binding", Buffer.alloc(0))
  const hash = (data: Uint8Array) => createHash("sha256").update(data).digest()
  const proof = createHmac("sha256", hash(Buffer.from(secret, "base64url")))
    .update("chat-enrol-v1")
    .update(exported)
    .update(hash(request))
    .digest("base64url")
  return `Authorization: Chat-Invite id="${id}", proof="${proof}"`
}

/** A request for a certificate as it is on the wire. */
export function requestText(
  address: Address,
  operation: "simpleenroll" | "simplereenroll",
  request: Uint8Array,
  fields: readonly string[] = [],
): string {
  const body = Buffer.from(request).toString("base64")
  const lines = [
    `POST /.well-known/est/${operation} HTTP/1.1`,
    `Host: ${formatAddress(address)}`,
    "Content-Type: application/pkcs10",
    "Content-Transfer-Encoding: base64",
    `Content-Length: ${body.length}`,
    ...fields,
  ]
  return `${lines.join("\r\n")}\r\n\r\n${body}`
}

export interface Answer {
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
}

/** One request, written when the server is verified and not before; the answer ends with the connection. */
export async function exchange(
  address: Address,
  tls: { readonly ca: string; readonly cert?: string; readonly key?: string },
  request: (socket: TLSSocket) => string,
  signal?: AbortSignal,
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const { host, port } = address
  const servername = isIP(host) ? {} : { servername: host }
  const socket = connect({
    host,
    port,
    ...tls,
    ALPNProtocols: ["http/1.1"],
    minVersion: "TLSv1.3",
    ...servername,
  })
  const timer = setTimeout(() => reject(unreachable(address, "no answer")), ANSWER_WITHIN_MS)
  signal?.addEventListener("abort", () => reject(unreachable(address, "no answer yet")))
  let text = ""
  let isVerified = false
  socket.on("secureConnect", () => {
    isVerified = true
    socket.write(request(socket))
  })
  socket.on("data", (chunk) => {
    text += chunk.toString("latin1")
    if (text.length > ANSWER_BYTES_MAX) socket.destroy()
  })
  socket.on("error", (error: NodeJS.ErrnoException) => {
    const presented = { leaf: socket.getPeerCertificate()?.raw, authority: undefined }
    const code = error.code ?? "UNKNOWN"
    if (isVerified || presented.leaf === undefined) reject(unreachable(address, code))
    else reject(verdict(address, code, presented, Date.now()))
  })
  socket.on("close", () => {
    const answer = answerIn(text)
    if (answer) resolve(answer)
    else reject(unreachable(address, "the connection was cut"))
  })
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    socket.destroy()
  }
}

function answerIn(text: string): Answer | undefined {
  const [head = "", ...rest] = text.split("\r\n\r\n")
  const [first = "", ...lines] = head.split("\r\n")
  const status = /^HTTP\/1\.1 (\d{3})/.exec(first)?.[1]
  const headers = new Map(
    lines.map((line): [string, string] => {
      const at = line.indexOf(":")
      return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()]
    }),
  )
  const body = rest.join("\r\n\r\n")
  const isWhole = body.length === Number(headers.get("content-length"))
  return status !== undefined && isWhole ? { status: Number(status), headers, body } : undefined
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3, in seconds; a date is not waited for. */
function retryAfterMs(answer: Answer | undefined): number {
  const seconds = Number(answer?.headers.get("retry-after"))
  return 1000 * (seconds >= 1 && seconds <= RETRY_AFTER_S_MAX ? seconds : RETRY_AFTER_S_DEFAULT)
}

const [RETRY_AFTER_S_MAX, RETRY_AFTER_S_DEFAULT] = [300, 5]

function denied(address: Address): UserError {
  return new UserError(`who runs ${formatAddress(address)} has denied your request`, {
    hint: "ask them why; with another invitation you may ask again: chat join LINK",
    exitCode: EXIT.invitation,
  })
}

function endedMeanwhile(): UserError {
  return new UserError("this invitation has ended while you waited: it expired, or was taken back", {
    hint: "ask who gave it to you for another",
    exitCode: EXIT.invitation,
  })
}

function badInvitation(): UserError {
  return new UserError("this invitation is used, expired or unknown", {
    hint: "ask who gave it to you for another; if you did not use it yourself, tell them so",
    exitCode: EXIT.invitation,
  })
}

/** The words of an answer. */
export function saidIn({ body }: Answer): string {
  return printable(body.split("\n", 1)[0] ?? "").slice(0, 200)
}

function refused(address: Address, answer: Answer): UserError {
  return new UserError(
    `${formatAddress(address)} gives no certificate (${answer.status}: ${saidIn(answer)})`,
    {
      hint: "tell its host; the invitation is not used up",
      exitCode: EXIT.identity,
    },
  )
}

function unreachable(address: Address, reason: string): UserError {
  return new UserError(`cannot reach ${formatAddress(address)} (${reason})`, { exitCode: EXIT.unreachable })
}
