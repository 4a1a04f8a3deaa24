// The server's certificate changes while people come: nobody is turned away, and who is there stays.

import { expect, test } from "bun:test"
import { connect } from "node:tls"
import { serving } from "./serving.ts"

const ALL = process.env["CHAT_TEST_ALL"] === "1"
const CONNECTS = ALL ? 10_000 : 500
const AT_ONCE = 20
const SESSIONS = 10
const ROTATE_EVERY_MS = ALL ? 1000 : 100

const TOML =
  '[server]\naccess = "open"\n[throttling]\nnew_connections_per_minute = 0\nconnections_per_address = 0\nfakelag = false\n'

test(
  `${CONNECTS} connections while the certificate changes: no handshake fails, no session ends`,
  async () => {
    await using serve = await serving(TOML)
    const staying = await Promise.all(
      Array.from({ length: SESSIONS }, (_, index) => serve.register(`stays${index}`)),
    )
    const serials = new Set<string>()
    const failed: string[] = []
    const rotation = setInterval(
      () => void serve.authority.issueServer().then((certificate) => serve.reload(certificate)),
      ROTATE_EVERY_MS,
    )
    let left = CONNECTS
    const visitors = Array.from({ length: AT_ONCE }, async () => {
      while (left-- > 0)
        await visit(serve.port, serve.authority.caPem).then(
          (serial) => serials.add(serial),
          (error: unknown) => failed.push(String(error)),
        )
    })
    await Promise.all(visitors)
    clearInterval(rotation)
    expect(failed).toEqual([])
    expect((await serve.server.administration.status()).handshakesFailed).toBe(0)
    expect(serials.size).toBeGreaterThan(1)
    for (const [index, session] of staying.entries()) {
      session.send(`PING :still ${index}`)
      await session.expect(new RegExp(` PONG .*still ${index}`))
    }
  },
  ALL ? 600_000 : 60_000,
)

/** A handshake with the server verified, and an answer over it; the serial of the certificate it was done with. */
async function visit(port: number, ca: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const socket = connect({ host: "127.0.0.1", port, ca, ALPNProtocols: ["irc"] })
  socket.on("secureConnect", () => socket.write("PING :here\r\nCAP LS 302\r\n"))
  socket.once("data", () => resolve(socket.getPeerCertificate().serialNumber))
  socket.on("error", reject).on("close", () => reject(new Error("closed without an answer")))
  try {
    return await promise
  } finally {
    socket.destroy()
  }
}
