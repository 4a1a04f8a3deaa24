// Ends the client's TLS with a certificate of its own and begins another to the server: who reads and changes what passes.

import type { CertificateFiles } from "./certificates.ts"
import type { Target } from "./irc.ts"

export interface Meddling {
  /** What is made of each line. */
  readonly toClient: (line: string) => string
  readonly toServer: (line: string) => string
  /** The certificate shown to the server. */
  readonly shows?: CertificateFiles | undefined
}

export interface TlsRelay extends Disposable {
  readonly port: number
  /** All that passed, both ways, as it was passed on. */
  readonly lines: string[]
}

export function tlsRelay(server: Target, certificate: CertificateFiles, meddling: Meddling): TlsRelay {
  const lines: string[] = []
  const { shows } = meddling
  const identity = shows && { cert: shows.certPem, key: shows.keyPem }
  const listener = Bun.listen<{ upstream: Promise<Bun.Socket<Lines>>; toServer: Lines }>({
    hostname: "127.0.0.1",
    port: 0,
    tls: {
      cert: certificate.certPem,
      key: certificate.keyPem,
      requestCert: true,
      rejectUnauthorized: false,
      ca: server.authority.caPem,
    },
    socket: {
      open(client) {
        const secured = Promise.withResolvers<Bun.Socket<Lines>>()
        client.data = { upstream: secured.promise, toServer: new Lines(meddling.toServer, lines) }
        void Bun.connect<Lines>({
          hostname: "127.0.0.1",
          port: server.port,
          tls: { ca: server.authority.caPem, ...identity },
          data: new Lines(meddling.toClient, lines),
          socket: {
            // What is written before is lost.
            handshake: (socket) => secured.resolve(socket),
            data: (socket, bytes) => void client.write(socket.data.pass(bytes)),
            close: () => void client.end(),
            error() {},
          },
        })
      },
      async data(client, bytes) {
        const passed = client.data.toServer.pass(bytes)
        void (await client.data.upstream).write(passed)
      },
      async close(client) {
        // Who goes away within the handshake was never open.
        const upstream = client.data as { upstream?: Promise<Bun.Socket<Lines>> } | undefined
        void (await upstream?.upstream)?.end()
      },
      error() {},
    },
  })
  return { port: listener.port, lines, [Symbol.dispose]: () => listener.stop(true) }
}

/** One direction: whole lines, each changed and remembered. */
class Lines {
  readonly #change: (line: string) => string
  readonly #passed: string[]
  #rest = ""

  constructor(change: (line: string) => string, passed: string[]) {
    this.#change = change
    this.#passed = passed
  }

  pass(bytes: Uint8Array): string {
    const whole = (this.#rest + Buffer.from(bytes).toString("latin1")).split("\r\n")
    this.#rest = whole.pop() ?? ""
    const changed = whole.map((line) => this.#change(line))
    this.#passed.push(...changed)
    return changed.map((line) => `${line}\r\n`).join("")
  }
}
