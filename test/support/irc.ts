// A raw IRC connection over verified TLS: what is sent is what is given, what came is kept line by line.

import type { Socket } from "bun"
import type { CertificateFiles } from "./certificates.ts"
import type { TestServer } from "./server.ts"
import { WITHIN_MS } from "./until.ts"

/** Where to connect: a TestServer, or any other by its port. */
export type Target = Pick<TestServer, "port" | "authority">

interface Waiter {
  readonly pattern: RegExp
  readonly resolve: (line: string) => void
}

export class Irc {
  /** One that does not is ended sooner or later. */
  answersPings = true
  /** Every line since the connection began, without its CR LF. */
  readonly lines: string[] = []
  /** Resolves when the server has closed. */
  readonly closed: Promise<void>
  readonly #ending = Promise.withResolvers<void>()
  #socket: Socket | undefined
  #unsent = Buffer.alloc(0)
  #rest = Buffer.alloc(0)
  #passed = 0
  #waiter: Waiter | undefined

  constructor() {
    this.closed = this.#ending.promise
  }

  /** Rejects when TLS fails; `certificate` is the client's. */
  static async connect(server: Target, certificate?: CertificateFiles): Promise<Irc> {
    const irc = new Irc()
    const identity = certificate && { cert: certificate.certPem, key: certificate.keyPem }
    const secured = Promise.withResolvers<void>()
    irc.#socket = await Bun.connect({
      hostname: "127.0.0.1",
      port: server.port,
      tls: { ca: server.authority.caPem, ...identity, rejectUnauthorized: true },
      allowHalfOpen: true,
      socket: {
        handshake: (_, succeeded, error) => (succeeded && !error ? secured.resolve() : secured.reject(error)),
        data: (_, bytes) => irc.#heard(bytes),
        drain: () => irc.#flush(),
        end: (socket) => void socket.end(),
        close: () => {
          irc.#ending.resolve()
          secured.reject(new Error("closed before TLS was done"))
        },
        error() {},
      },
    })
    await secured.promise
    return irc
  }

  /** A connection that is registered, with these capabilities. */
  static async register(server: Target, nick: string, ...capabilities: string[]): Promise<Irc> {
    const irc = await Irc.connect(server)
    if (capabilities.length > 0) irc.send(`CAP REQ :${capabilities.join(" ")}`, "CAP END")
    return irc.#enter(nick)
  }

  /** One that is registered with a certificate, which says whose it is. */
  static async member(server: Target, nick: string, certificate: CertificateFiles): Promise<Irc> {
    return (await Irc.connect(server, certificate)).#enter(nick)
  }

  async #enter(nick: string): Promise<this> {
    this.send(`NICK ${nick}`, `USER ${nick} 0 * :${nick}`)
    await this.expect(/ (376|422) /)
    return this
  }

  send(...lines: string[]) {
    this.write(lines.map((line) => `${line}\r\n`).join(""))
  }

  /** Bytes as they are. */
  write(bytes: string | Uint8Array) {
    this.#unsent = Buffer.concat([this.#unsent, Buffer.from(bytes as string)])
    this.#flush()
  }

  /** The first line that fits of those not yet passed; it and all before it are passed then. */
  async expect(pattern: RegExp, withinMs = WITHIN_MS): Promise<string> {
    while (this.#passed < this.lines.length) {
      const line = this.lines[this.#passed++]!
      if (pattern.test(line)) return line
    }
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    const fail = (why: string) =>
      reject(new Error(`${why} for ${pattern}; the last lines were\n${this.lines.slice(-8).join("\n")}`))
    const timer = setTimeout(() => fail(`waited ${withinMs} ms`), withinMs)
    this.#waiter = { pattern, resolve }
    void this.closed.then(() => fail("the server closed while we waited"))
    return promise.finally(() => clearTimeout(timer))
  }

  /** Everything not yet passed that the server had to say until now: the answers to what was sent. */
  async settled(): Promise<string[]> {
    const from = this.#passed
    const token = `fence-${from}-${performance.now()}`
    this.send(`PING ${token}`)
    await this.expect(new RegExp(` PONG \\S+ :?${token}$`))
    return this.lines.slice(from, this.#passed - 1)
  }

  /** Reads no more: the system's buffers fill, and then the server's. */
  pause() {
    this.#socket?.pause()
  }

  resume() {
    this.#socket?.resume()
  }

  /** Says that nothing more will be sent; answers are still read. */
  halfClose() {
    this.#socket?.shutdown()
  }

  async quit(): Promise<void> {
    this.send("QUIT")
    await this.closed
  }

  get localPort(): number {
    return this.#socket?.localPort ?? 0
  }

  /** Gone without a word. */
  drop() {
    this.#socket?.terminate()
  }

  #flush() {
    if (!this.#socket || this.#unsent.length === 0) return
    const written = this.#socket.write(this.#unsent)
    this.#unsent = this.#unsent.subarray(Math.max(0, written))
  }

  #heard(chunk: Uint8Array) {
    let bytes = Buffer.concat([this.#rest, chunk])
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10)) {
      this.#line(bytes.toString("utf8", 0, end).replace(/\r$/, ""))
      bytes = bytes.subarray(end + 1)
    }
    this.#rest = bytes
  }

  #line(line: string) {
    this.lines.push(line)
    if (line.startsWith("PING ") && this.answersPings) this.send(`PONG ${line.slice(5)}`)
    const waiter = this.#waiter
    if (!waiter) return
    this.#passed = this.lines.length
    if (!waiter.pattern.test(line)) return
    this.#waiter = undefined
    waiter.resolve(line)
  }
}
