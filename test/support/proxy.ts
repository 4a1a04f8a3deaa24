// A load balancer that speaks the PROXY protocol: what comes in goes to a port, with a header before it.

import { connect, createServer, type AddressInfo, type Socket } from "node:net"
import { once } from "node:events"

const SIGNATURE = Buffer.from("\r\n\r\n\0\r\nQUIT\n", "latin1")
export const PROXY = 0x21
export const LOCAL = 0x20

/** A header of version 2: command, protocol, and what follows. */
export function binaryHeader(command: number, protocol: number, block: Uint8Array): Buffer {
  const fixed = Buffer.from([command, protocol, block.length >> 8, block.length & 255])
  return Buffer.concat([SIGNATURE, fixed, block])
}

/** For a header of TCP over IPv4 to 127.0.0.1:6697, with whatever a proxy adds. */
export function blockOf4(source: string, added: Uint8Array = new Uint8Array()): Buffer {
  const bytes = [...source.split(".").map(Number), 127, 0, 0, 1, 0xff, 0xfd, 0x1a, 0x29]
  return Buffer.concat([Buffer.from(bytes), added])
}

export interface LoadBalancer extends AsyncDisposable {
  readonly port: number
}

/** The header arrives with the first bytes of TLS, or each byte of both in a segment of its own. */
export async function loadBalancer(
  to: number,
  header: string | Uint8Array,
  { isSlow = false } = {},
): Promise<LoadBalancer> {
  const sockets = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({ host: "127.0.0.1", port: to, allowHalfOpen: true, noDelay: true })
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket)
      // Gone as the other side is gone: with a word, or without.
      socket.on("error", () => other.resetAndDestroy()).on("close", () => sockets.delete(socket))
    }
    client.once("data", async (first: Buffer) => {
      client.pause()
      const bytes = Buffer.concat([Buffer.from(header as string), first])
      if (isSlow) for (const byte of bytes) await new Promise((sent) => upstream.write(Buffer.of(byte), sent))
      else upstream.write(bytes)
      client.pipe(upstream)
    })
    upstream.pipe(client)
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, "close")
    },
  }
}
