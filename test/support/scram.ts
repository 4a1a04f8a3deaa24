// A SCRAM client that says what it is told to, over a socket that can say what names it.

import { createHash, createHmac, pbkdf2Sync } from "node:crypto"
import { connect, type TLSSocket } from "node:tls"
import type { Target } from "./irc.ts"

export interface ScramLogin {
  readonly name: string
  readonly mechanism: string
  readonly gs2: string
  readonly password: string
  /** What it takes for the name of the connection; nothing by default. */
  readonly bind?: ((socket: TLSSocket) => Buffer) | undefined
}

/** https://www.rfc-editor.org/rfc/rfc9266 */
export function exported(socket: TLSSocket): Buffer {
  return socket.exportKeyingMaterial(32, "EXPORTER-Channel-Binding", Buffer.alloc(0))
}

/** The server's last word: 900 or 904. Throws when its proof is not that of who knows the password. */
export async function scram(server: Target, login: ScramLogin): Promise<string> {
  const { name, mechanism, gs2, password, bind } = login
  const socket = connect({ host: "127.0.0.1", port: server.port, ca: server.authority.caPem })
  const lines: string[] = []
  let waiting: { pattern: RegExp; resolve: (line: string) => void } | undefined
  let text = ""
  socket.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk
    const whole = text.split("\r\n")
    text = whole.pop() ?? ""
    lines.push(...whole)
    const found = waiting && lines.find((line) => waiting!.pattern.test(line))
    if (found) waiting!.resolve(found)
  })
  const hears = (pattern: RegExp) =>
    new Promise<string>((resolve) => {
      lines.length = 0
      waiting = { pattern, resolve }
    })
  const says = async (line: string, pattern: RegExp) => {
    const heard = hears(pattern)
    socket.write(`${line}\r\n`)
    return heard
  }
  const answer = (line: string) => Buffer.from(line.split(" ").at(-1)!, "base64").toString()
  await says("CAP REQ sasl", / ACK /)
  await says(`AUTHENTICATE ${mechanism}`, /AUTHENTICATE \+/)
  const bare = `n=${name},r=clientnonce`
  const first = await says(`AUTHENTICATE ${btoa(gs2 + bare)}`, /AUTHENTICATE|904/)
  if (first.includes(" 904 ")) return first
  const challenge = answer(first)
  const [, nonce, salt, iterations] = /^r=(.*),s=(.*),i=(\d+)$/.exec(challenge)!
  const salted = pbkdf2Sync(password, Buffer.from(salt!, "base64"), Number(iterations), 32, "sha256")
  const hmac = (key: Uint8Array, data: string) => createHmac("sha256", key).update(data).digest()
  const clientKey = hmac(salted, "Client Key")
  const binding = Buffer.concat([Buffer.from(gs2), bind?.(socket) ?? Buffer.alloc(0)]).toString("base64")
  const without = `c=${binding},r=${nonce}`
  const message = `${bare},${challenge},${without}`
  const signature = hmac(createHash("sha256").update(clientKey).digest(), message)
  const proof = Buffer.from(clientKey.map((byte, i) => byte ^ signature[i]!)).toString("base64")
  const second = await says(`AUTHENTICATE ${btoa(`${without},p=${proof}`)}`, /AUTHENTICATE|904/)
  if (second.includes(" 904 ")) return second
  const expected = `v=${hmac(hmac(salted, "Server Key"), message).toString("base64")}`
  if (answer(second) !== expected) throw new Error("the server does not know the password")
  const end = await says("AUTHENTICATE +", / 90\d /)
  socket.destroy()
  return end
}
