// A TLS server that says what a test tells it to, and remembers every byte and every certificate that it was shown.

import type { CertificateFiles } from "./certificates.ts"

export interface ScriptedServer extends Disposable {
  readonly port: number
  /** Lines received, of all connections. */
  readonly received: string[]
  /** Subjects of the client certificates shown; "none" for a connection without one. */
  readonly shown: string[]
  /** Handshakes that the client finished. */
  readonly connections: Bun.Socket[]
  say(...lines: string[]): void
  /** Cuts all connections. */
  cut(): void
}

/** `answer` is called with each line and returns lines to say. */
export function scriptedServer(
  certificate: Pick<CertificateFiles, "certPem" | "keyPem">,
  answer: (line: string, connection: number) => string[] = () => [],
  clientCa?: string,
  port = 0,
): ScriptedServer {
  const received: string[] = []
  const shown: string[] = []
  const connections: Bun.Socket[] = []
  const write = (socket: Bun.Socket, lines: string[]) => {
    if (lines.length > 0) socket.write(`${lines.join("\r\n")}\r\n`)
  }
  const listener = Bun.listen({
    hostname: "127.0.0.1",
    port,
    tls: {
      cert: certificate.certPem,
      key: certificate.keyPem,
      requestCert: true,
      rejectUnauthorized: false,
      ...(clientCa ? { ca: clientCa } : {}),
    },
    socket: {
      open() {},
      handshake(socket, success) {
        if (!success) return
        shown.push(socket.getPeerX509Certificate()?.subject ?? "none")
        connections.push(socket)
      },
      data(socket, bytes) {
        for (const line of bytes
          .toString()
          .split("\r\n")
          .filter((each) => each !== "")) {
          received.push(line)
          write(socket, answer(line, connections.indexOf(socket)))
        }
      },
      close() {},
      error() {},
    },
  })
  return {
    port: listener.port,
    received,
    shown,
    connections,
    say(...lines) {
      for (const socket of connections) write(socket, lines)
    },
    cut() {
      for (const socket of connections.splice(0)) socket.terminate()
    },
    [Symbol.dispose]: () => listener.stop(true),
  }
}

/** What a small server answers: registration, JOIN, PING and QUIT. */
export function smallServer(line: string): string[] {
  const [command = "", first = ""] = line.split(" ")
  if (command === "USER") return [":s 001 alice :Welcome", ":s 422 alice :No MOTD"]
  if (command === "JOIN") return [`:alice!a@h JOIN ${first}`]
  if (command === "PING") return [`:s PONG s ${first}`]
  return []
}
