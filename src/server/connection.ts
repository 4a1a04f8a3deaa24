// One TLS connection. It is handed to whoever speaks what its client chose, and takes the engine's lines of a turn as one write. Its
// write queue begins with the first write that the system does not take whole, and is bounded (DESIGN §7).

import type { X509Certificate } from "node:crypto"
import type { Output } from "../core/outbox.ts"
import type { Arrival, Certificate, Via } from "../core/seams.ts"
import { REFUSALS, type RefusalCode } from "../protocol/refusals.ts"
import { isWithin, normaliseAddress, readRange } from "./address.ts"
import { fingerprint512Of, judge, type Verdict } from "./certificate-judge.ts"
import { cloak, MEMBER_HOST } from "./cloak.ts"
import { monotonicMs, now } from "./clock.ts"
import { DEFAULT_PORT, type Endpoint } from "./endpoint.ts"
import type { Asker } from "./est-issue.ts"
import { HTTP, HttpExchange } from "./http-exchange.ts"
import { IrcExchange } from "./irc-exchange.ts"
import type { Shell } from "./shell.ts"
import { SendQueue } from "./send-queue.ts"

type TlsSocket = Bun.Socket<Connection>

/** How long a peer may take to accept its last lines and to close, counted anew whenever it takes some. */
const CLOSE_WITHIN_MS = 2000

/** It is its own `Arrival`, so that a session leads back to its connection without a table; and its own `Asker`. */
export class Connection implements Arrival, Asker {
  address: string
  host = ""
  readonly memberHost = MEMBER_HOST
  tlsVersion = ""
  certificate?: Certificate
  fingerprint?: string
  via?: Via
  readonly #shell: Shell
  #socket: TlsSocket | undefined
  /** The TCP socket below: after `end` it alone can still be closed. */
  #raw: TlsSocket | undefined
  /** Who speaks, one or the other, once TLS is done. */
  #irc: IrcExchange | undefined
  #http: HttpExchange | undefined
  /** What the system would not take yet. */
  #queue: SendQueue | undefined
  /** The deadline of the handshake, then that of closing. */
  #deadline: ReturnType<typeof setTimeout> | undefined
  #isTimedOut = false
  #isCounted = true
  #hasEnded = false
  #isClosing = false

  /** `address` is normalised and was admitted by the throttle; `via` is who announced it, if it is not the socket's. */
  constructor(shell: Shell, address: string, via?: Via) {
    this.#shell = shell
    this.address = address
    if (via) this.via = via
    shell.connections.add(this)
    this.#deadline = setTimeout(() => {
      shell.counters.handshakesTimedOut++
      this.#isTimedOut = true
      this.terminate()
    }, shell.limits.tlsTimeoutMs)
  }

  /** The TLS socket whose handshake begins. */
  begin(socket: TlsSocket, raw: TlsSocket) {
    this.#socket = socket
    this.#raw = raw
  }

  /** The handshake succeeded; whether the certificate counts is judged here. */
  secured(socket: TlsSocket) {
    this.#socket = socket
    clearTimeout(this.#deadline)
    const shell = this.#shell
    if (socket.alpnProtocol === HTTP) return this.#speakHttp(socket)
    const { certificate, verdict } = this.#judged(socket)
    if ("refusal" in verdict) return this.#refuse(verdict.refusal, verdict.why, verdict.words)
    const isMember = "member" in verdict
    if (isMember) this.certificate = verdict.member
    if (certificate && shell.rules.mode !== "off") this.fingerprint = fingerprint512Of(certificate)
    this.tlsVersion = socket.getTLSVersion()
    this.host = cloak(shell.cloakSecret, this.address, isMember)
    this.#irc = new IrcExchange(shell, this)
  }

  #speakHttp(socket: TlsSocket) {
    this.tlsVersion = socket.getTLSVersion()
    this.#http = new HttpExchange(this.#shell, this)
    this.#deadline = setTimeout(() => this.terminate(), this.#shell.limits.registrationTimeoutMs)
  }

  #judged(socket: TlsSocket, graceMs = 0) {
    const certificate = socket.getPeerX509Certificate() as X509Certificate | undefined
    const shown = { certificate, authorized: socket.authorized || (graceMs > 0 && isNothingButOld(socket)) }
    return { certificate, verdict: judge(shown, this.#shell.rules, now(), graceMs) }
  }

  /** Of the certificate that was shown, as of now; one that ended less than `graceMs` ago may count. */
  verdict(graceMs = 0): Verdict {
    return this.#socket ? this.#judged(this.#socket, graceMs).verdict : { guest: true }
  }

  isWithin(range: string): boolean {
    const parsed = readRange(range)
    return parsed !== undefined && isWithin(this.address, [parsed])
  }

  /** A gateway says whose connection this is; false when that address has too many. The gateway's certificate is not theirs. */
  announce(address: string, via: Via): boolean {
    const { throttle, cloakSecret } = this.#shell
    if (!this.#isCounted || !throttle.admit(address, monotonicMs())) return false
    throttle.withdraw(this.address)
    this.address = address
    this.via = via
    this.host = cloak(cloakSecret, address, false)
    delete this.certificate
    delete this.fingerprint
    this.#irc?.pace()
    return true
  }

  handshakeFailed(error: Error | null) {
    if (this.#isTimedOut) return
    this.#shell.counters.handshakesFailed++
    const why = error?.message ?? "unknown"
    this.#shell.log({ level: "info", what: "handshake failed", address: this.address, why })
    this.terminate()
  }

  received(chunk: Uint8Array) {
    if (this.#http) return this.#http.received(chunk)
    if (!this.#hasEnded) this.#irc?.received(chunk)
  }

  /** The peer writes no more; it is still told everything it asked for. */
  ended() {
    this.#hasEnded = true
    if (this.#irc) this.#irc.settle()
    else if (!this.#http) this.terminate()
  }

  /** One turn's lines, in one write unless earlier ones still wait. */
  send(output: Output) {
    const socket = this.#socket
    if (!socket) return
    if (this.#queue) return this.#enqueue(output.bytes)
    const data = output.readers === 1 ? output.text : output.bytes
    const written = socket.write(data)
    if (written < 0) return
    const size = typeof data === "string" ? Buffer.byteLength(data) : data.length
    if (written < size) this.#enqueue(output.bytes.subarray(written))
  }

  /** The system takes bytes again; it also says so once after each handshake. */
  drained() {
    const socket = this.#socket
    if (!socket || !this.#queue) return
    if (!this.#queue.flush((bytes) => socket.write(bytes))) {
      if (this.#isClosing) this.#deadline?.refresh()
      return
    }
    this.#queue = undefined
    if (this.#isClosing) socket.end()
  }

  /** Closes once everything is written; what the peer still sends is dropped. */
  finish() {
    if (this.#isClosing || !this.#socket) return
    this.#isClosing = true
    this.#irc?.stop()
    // Before `end`, which closes at once when the peer has left already.
    this.#deadline = setTimeout(() => this.terminate(), CLOSE_WITHIN_MS)
    if (!this.#queue) this.#socket.end()
  }

  /** The last that the peer is told, where no turn tells it. */
  finishWith(bytes: Uint8Array) {
    if (!this.#socket) return
    clearTimeout(this.#deadline)
    this.#queue = new SendQueue()
    this.#queue.add(bytes)
    this.drained()
    this.finish()
  }

  /** What names this TLS connection at both ends and at no other: https://www.rfc-editor.org/rfc/rfc9266; TLS 1.3 alone has it always. */
  get exported(): Uint8Array | undefined {
    if (this.tlsVersion !== "TLSv1.3") return undefined
    // Its type says that it gives nothing back.
    const bytes: unknown = this.#socket?.exportKeyingMaterial(32, "EXPORTER-Channel-Binding", Buffer.alloc(0))
    return bytes instanceof Uint8Array ? bytes : undefined
  }

  /** Where the peer reached this server, as far as that can be known behind a proxy. */
  get localEndpoint(): Endpoint {
    const { localAddress = "", localPort = 0 } = this.#raw ?? {}
    return { host: normaliseAddress(localAddress), port: localPort || DEFAULT_PORT }
  }

  get isOpen(): boolean {
    return this.#socket !== undefined
  }

  /** Whether the peer has said that it writes no more. */
  get hasEnded(): boolean {
    return this.#hasEnded
  }

  /** Whether TLS is done. */
  get isSecured(): boolean {
    return this.#irc !== undefined || this.#isClosing
  }

  terminate() {
    this.#raw?.terminate()
  }

  /** The socket is gone. */
  closed(why: string) {
    const irc = this.#irc
    clearTimeout(this.#deadline)
    this.#queue = undefined
    this.#socket = undefined
    this.#raw = undefined
    this.#irc = undefined
    this.#shell.connections.delete(this)
    this.uncount()
    irc?.closed(why)
  }

  /** When the peer has been sent everything there was for it; never if it is gone. */
  emptied(): Promise<void> {
    return this.#queue?.emptied ?? Promise.resolve()
  }

  /** After anything that the engine was told of this session. */
  settle() {
    this.#irc?.settle()
  }

  /** Whoever is somebody is counted among those who try to be no longer. */
  uncount() {
    if (!this.#isCounted) return
    this.#isCounted = false
    this.#shell.throttle.settled(this.address)
  }

  #refuse(code: RefusalCode, why: string, words: string = REFUSALS[code].text) {
    this.#shell.counters.refused++
    this.#shell.log({ level: "info", what: "refused", code, address: this.address, why })
    this.#socket?.write(`ERROR :${code} ${words}\r\n`)
    this.finish()
  }

  #enqueue(bytes: Uint8Array) {
    this.#queue ??= new SendQueue()
    this.#queue.add(bytes)
    // The most that one turn had for it, a page that it asked for perhaps, is not too much by itself.
    const waiting = this.#queue.bytes - this.#queue.largest
    if (waiting <= this.#shell.limits.sendqBytes || !this.#irc || this.#irc.isEnding) return
    // What it would not read is dropped; the reason follows, after the line that was cut.
    this.#queue.cut()
    this.#irc.end("SENDQ_EXCEEDED")
  }
}

/** What TLS says of it; the last that it finds is that a certificate has ended. */
function isNothingButOld(socket: TlsSocket): boolean {
  const error = socket.getAuthorizationError() as { code?: string } | null
  return error?.code === "CERT_HAS_EXPIRED"
}
