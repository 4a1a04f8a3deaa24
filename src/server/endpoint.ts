// Where a server listens: `HOST:PORT`, `[::]:6697`, or a host alone.

import { isIP } from "node:net"

export interface Endpoint {
  readonly host: string
  /** 0 lets the system choose. */
  readonly port: number
}

export const DEFAULT_PORT = 6697

/** Reads what an operator wrote; undefined when it is no address with a port. */
export function readEndpoint(text: string): Endpoint | undefined {
  if (isIP(text) === 6) return { host: text, port: DEFAULT_PORT }
  const [, bracketed, bare, digits] = /^(?:\[([^\]]+)\]|([^:[\]\s/]+))(?::(\d{1,5}))?$/.exec(text) ?? []
  const host = bracketed ?? bare
  const port = digits === undefined ? DEFAULT_PORT : Number(digits)
  if (host === undefined || port > 65_535 || (bracketed !== undefined && isIP(bracketed) !== 6))
    return undefined
  return { host, port }
}

/** How an endpoint is written: IPv6 in brackets. */
export function showEndpoint({ host, port }: Endpoint): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`
}
