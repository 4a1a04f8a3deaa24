// One TLS connection: bytes in become lines for the engine, lines of the engine become one write a turn. Its write
// queue begins with the first write that the system does not take whole, and is bounded (DESIGN §7).

import type { X509Certificate } from "node:crypto"
import { BrokenStateError } from "../core/replay.ts"
import type { Output } from "../core/outbox.ts"
import type { Arrival, Certificate, Via } from "../core/seams.ts"
import type { Session } from "../core/session.ts"
import { MULTILINE } from "../protocol/capabilities.ts"
import { CLIENT_TAG_BYTES_MAX, LINE_BYTES_MAX } from "../protocol/limits.ts"
import { LineReader, type Unreadable } from "../protocol/line-reader.ts"
import { REFUSALS, type RefusalCode } from "../protocol/refusals.ts"
import { isWithin, normaliseAddress, readRange } from "./address.ts"
import { fingerprint512Of, judge, type Verdict } from "./certificate-judge.ts"
import { cloak, MEMBER_HOST } from "./cloak.ts"
import { monotonicMs, now } from "./clock.ts"
import { DEFAULT_PORT, type Endpoint } from "./endpoint.ts"
import type { Asker } from "./est-issue.ts"
import { Fakelag } from "./fakelag.ts"
import { HTTP, HttpExchange } from "./http-exchange.ts"
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
  #session: Session | undefined
  #reader: LineReader | undefined
  /** Where no IRC is spoken. */
  #http: HttpExchange | undefined
  #fakelag: Fakelag | undefined
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
    this.#reader = new LineReader({
      tagBytesMax: CLIENT_TAG_BYTES_MAX,
      lineBytesMax: LINE_BYTES_MAX,
      unfinishedBytesMax: shell.limits.recvqBytes,
    })
    this.#delayLines()
    this.#session = shell.engine.connected(this, now())
    // Who is banned was sent away already.
    if (this.#session.closing) shell.wake()
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
    this.#delayLines()
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
    const session = this.#session
    if (!session || !this.#reader || session.closing || this.#hasEnded) return
    const fits = this.#reader.push(chunk, (line) => this.#heard(session, line))
    if (!fits) this.#shell.engine.end(session, "LINE_TOO_LONG")
    this.settle()
  }

  /** The peer writes no more; it is still told everything it asked for. */
  ended() {
    this.#hasEnded = true
    if (this.#session) this.settle()
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
    this.#fakelag?.stop()
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
    return this.#reader !== undefined || this.#isClosing
  }

  terminate() {
    this.#raw?.terminate()
  }

  /** The socket is gone. */
  closed(why: string) {
    const session = this.#session
    clearTimeout(this.#deadline)
    this.#fakelag?.stop()
    this.#queue = undefined
    this.#socket = undefined
    this.#raw = undefined
    this.#session = undefined
    this.#shell.connections.delete(this)
    this.#uncount()
    if (!session) return
    this.#guard(session, () => this.#shell.engine.closed(session, why, now()))
    this.#shell.wake()
  }

  /** After anything that the engine was told of this session. */
  settle() {
    const session = this.#session
    if (!session) return
    if (session.user) this.#uncount()
    if (this.#hasEnded && !this.#fakelag?.isHolding && !session.waiting) {
      this.#shell.engine.end(session, "QUIT", "Connection closed")
    }
    this.#shell.wake()
  }

  #delayLines() {
    const { throttle } = this.#shell
    if (throttle.limits.fakelag && !throttle.isExempt(this.address)) this.#fakelag ??= new Fakelag()
    else if (!this.#fakelag?.isHolding) this.#fakelag = undefined
  }

  #heard(session: Session, line: string | Unreadable) {
    if (!this.#fakelag) return this.#obey(session, line)
    const { engine, limits } = this.#shell
    const allowed = { delayedBytesMax: limits.recvqBytes, mayBatch: session.has(MULTILINE) }
    const verdict = this.#fakelag.pass(line, monotonicMs(), allowed, (delayed) => {
      this.#obey(session, delayed)
      this.settle()
    })
    if (verdict === "now") this.#obey(session, line)
    else if (verdict === "tooMuch") engine.end(session, "TOO_FAST")
  }

  #obey(session: Session, line: string | Unreadable) {
    this.#guard(session, () => this.#shell.engine.receive(session, line, now()))
  }

  // A defect that the engine did not catch costs this session; one in its state ends the process.
  #guard(session: Session, action: () => void) {
    try {
      action()
    } catch (error) {
      if (error instanceof BrokenStateError) return this.#shell.broken(error)
      const why = error instanceof Error ? (error.stack ?? error.message) : String(error)
      this.#shell.log({ level: "error", what: "defect", nick: session.addressee, why })
      this.#shell.engine.end(session, "INTERNAL_ERROR")
    }
  }

  #refuse(code: RefusalCode, why: string, words: string = REFUSALS[code].text) {
    this.#shell.counters.refused++
    this.#shell.log({ level: "info", what: "refused", code, address: this.address, why })
    this.#socket?.write(`ERROR :${code} ${words}\r\n`)
    this.finish()
  }

  #enqueue(bytes: Uint8Array) {
    const session = this.#session
    this.#queue ??= new SendQueue()
    this.#queue.add(bytes)
    if (this.#queue.bytes <= this.#shell.limits.sendqBytes || !session || session.closing) return
    // What it would not read is dropped; the reason follows, after the line that was cut.
    this.#queue.cut()
    this.#shell.engine.end(session, "SENDQ_EXCEEDED")
    this.#shell.wake()
  }

  #uncount() {
    if (!this.#isCounted) return
    this.#isCounted = false
    this.#shell.throttle.settled(this.address)
  }
}

/** What TLS says of it; the last that it finds is that a certificate has ended. */
function isNothingButOld(socket: TlsSocket): boolean {
  const error = socket.getAuthorizationError() as { code?: string } | null
  return error?.code === "CERT_HAS_EXPIRED"
}
