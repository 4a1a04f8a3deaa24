// One TLS connection between Bun and Bun, and what either end thinks of the other.

import { connect, type Socket, type TCPSocketListener } from "bun"
import type { CertificateFiles } from "../support/certificates.ts"

export interface Verdict {
  readonly authorized: boolean
  readonly reason: string | undefined
}

/** A server that asks for a certificate and judges for itself, as chat's does; `verdict` is about its first client. */
export function listen(caPem: string, server: CertificateFiles) {
  const seen = Promise.withResolvers<Verdict>()
  const listener: TCPSocketListener = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    tls: {
      cert: server.certPem,
      key: server.keyPem,
      ca: caPem,
      requestCert: true,
      rejectUnauthorized: false,
    },
    socket: { handshake: (socket, _ok, error) => seen.resolve(verdict(socket, error)), data() {} },
  })
  return { port: listener.port, verdict: seen.promise, [Symbol.dispose]: () => listener.stop(true) }
}

/** Both ends' verdicts on one connection to 127.0.0.1. */
export async function handshake(
  caPem: string,
  server: CertificateFiles,
  client: CertificateFiles,
): Promise<{ ofServer: Verdict; ofClient: Verdict }> {
  using listener = listen(caPem, server)
  const seen = Promise.withResolvers<Verdict>()
  const socket = await connect({
    hostname: "127.0.0.1",
    port: listener.port,
    tls: { ca: caPem, cert: client.certPem, key: client.keyPem, rejectUnauthorized: true },
    socket: { handshake: (end, _ok, error) => seen.resolve(verdict(end, error)), data() {}, error() {} },
  })
  const verdicts = { ofServer: await seen.promise, ofClient: await listener.verdict }
  socket.terminate()
  return verdicts
}

function verdict(socket: Socket<unknown>, error: Error | null): Verdict {
  return { authorized: socket.authorized, reason: error?.message }
}
