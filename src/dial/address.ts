// Where a server is: HOST[:PORT], an IPv6 address in brackets when a port follows.

import { isIP } from "node:net"
import { inertJson, printable } from "../protocol/printable.ts"
import { EXIT, UserError } from "../user-error.ts"

/** The registered port of IRC over TLS: https://www.rfc-editor.org/rfc/rfc7194 */
export const PORT_DEFAULT = 6697

export interface Address {
  readonly host: string
  readonly port: number
}

/** Throws a UserError (2) for what is no address; `ircs://` in front is understood. */
export function parseAddress(text: string): Address {
  // Whoever reads an invitation may use it: it is not repeated.
  if (text.startsWith("chat://"))
    throw new UserError("that is an invitation, not an address", {
      hint: "use it: chat join, and paste it there",
      exitCode: EXIT.usage,
    })
  const bare = text.replace(/^ircs:\/\//, "").replace(/\/$/, "")
  if (isIP(bare)) return { host: bare, port: PORT_DEFAULT }
  const [, bracketed, name, port] = /^(?:\[([^\]]+)\]|([^:\s/]+))(?::(\d{1,5}))?$/.exec(bare) ?? []
  const host = bracketed ?? name
  const number = port === undefined ? PORT_DEFAULT : Number(port)
  // It comes with a link from somebody, and is shown.
  const isHiding = printable(bare) !== bare
  if (
    host === undefined ||
    isHiding ||
    (bracketed !== undefined && !isIP(bracketed)) ||
    number < 1 ||
    number > 65_535
  )
    throw new UserError(`${inertJson(text)} is not an address`, {
      hint: "write HOST or HOST:PORT: chat.example.org, 192.168.1.20:6697, [fd00::1]:6697",
      exitCode: EXIT.usage,
    })
  return { host, port: number }
}

export function formatAddress({ host, port }: Address): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`
}
