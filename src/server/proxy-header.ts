// What a proxy says before everything else: whom the connection is from.
// https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt

import { isIP } from "node:net"

/** `size` are the header's bytes. Without an address it is the proxy's own connection, or one that it knows nothing of. */
export interface ProxyHeader {
  readonly size: number
  readonly address?: string
}

/** "So a 108-byte buffer is always enough to store all the line and a trailing zero" */
const LINE_BYTES_MAX = 107
/** Addresses are at most 216 bytes; the rest is room for what a proxy adds to them and we do not read. */
export const PROXY_HEADER_BYTES_MAX = 2048

const LINE_START = "PROXY "
const SIGNATURE = "\r\n\r\n\0\r\nQUIT\n"
const FIXED_BYTES = 16
const TCP4 = 0x11
const TCP6 = 0x21

/** Reads version 1 or 2 at the start of `bytes`; "incomplete" while both are possible or the rest has not come. */
export function readProxyHeader(bytes: Buffer): ProxyHeader | "incomplete" | "invalid" {
  if (startsLike(bytes, SIGNATURE)) return bytes.length < FIXED_BYTES ? "incomplete" : readBinary(bytes)
  if (startsLike(bytes, LINE_START)) return readLine(bytes)
  return "invalid"
}

/** True while the bytes that are there are those of `start`. */
function startsLike(bytes: Buffer, start: string): boolean {
  const length = Math.min(bytes.length, start.length)
  return bytes.toString("latin1", 0, length) === start.slice(0, length)
}

/** "The receiver must wait for the CRLF sequence before starting to decode the addresses" */
function readLine(bytes: Buffer): ProxyHeader | "incomplete" | "invalid" {
  const text = bytes.toString("latin1", 0, LINE_BYTES_MAX)
  const end = text.indexOf("\r\n")
  if (end < 0) return text.length < LINE_BYTES_MAX ? "incomplete" : "invalid"
  const line = text.slice(0, end)
  const size = end + 2
  // "For UNKNOWN … the receiver must ignore anything presented before the CRLF is found."
  if (/^PROXY UNKNOWN(?: |$)/.test(line)) return { size }
  const [, family, source = "", destination = "", ...ports] =
    /^PROXY TCP([46]) ([\d.]+|[\da-fA-F:.]+) ([\d.]+|[\da-fA-F:.]+) (0|[1-9]\d{0,4}) (0|[1-9]\d{0,4})$/.exec(
      line,
    ) ?? []
  const areRight = [source, destination].every((address) => isIP(address) === Number(family))
  return areRight && ports.every((port) => Number(port) <= 65_535) ? { size, address: source } : "invalid"
}

function readBinary(bytes: Buffer): ProxyHeader | "incomplete" | "invalid" {
  const version = bytes.readUInt8(12) >> 4
  const command = bytes.readUInt8(12) & 15
  const protocol = bytes.readUInt8(13)
  const size = FIXED_BYTES + bytes.readUInt16BE(14)
  if (version !== 2 || command > 1 || size > PROXY_HEADER_BYTES_MAX) return "invalid"
  // LOCAL: "must use the real connection endpoints and discard the protocol block including the family which is ignored".
  const isLocal = command === 0
  if (!isLocal && (protocol >> 4 > 3 || (protocol & 15) > 2)) return "invalid"
  if (bytes.length < size) return "incomplete"
  if (isLocal || (protocol !== TCP4 && protocol !== TCP6)) return { size }
  const [addressBytes, blockBytes] = protocol === TCP4 ? [4, 12] : [16, 36]
  if (size < FIXED_BYTES + blockBytes) return "invalid"
  return { size, address: spelled(bytes.subarray(FIXED_BYTES, FIXED_BYTES + addressBytes)) }
}

function spelled(address: Buffer): string {
  if (address.length === 4) return address.join(".")
  return address.toString("hex").replace(/.{4}(?!$)/g, "$&:")
}
