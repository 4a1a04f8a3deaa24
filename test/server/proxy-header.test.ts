// https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt, as a table.

import { expect, test } from "bun:test"
import * as fc from "fast-check"
import { PROXY_HEADER_BYTES_MAX, readProxyHeader } from "../../src/server/proxy-header.ts"
import { binaryHeader, blockOf4, LOCAL, PROXY } from "../support/proxy.ts"

const SIX = Buffer.from("20010db8000000000000000000000001200100000000000000000000000000020001000a", "hex")

const complete: readonly [what: string, header: string | Buffer, address: string | undefined][] = [
  ["TCP over IPv4", "PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n", "192.0.2.1"],
  ["TCP over IPv6", "PROXY TCP6 2001:DB8::1 ::1 0 65535\r\n", "2001:DB8::1"],
  ["nothing known", "PROXY UNKNOWN\r\n", undefined],
  ["nothing known, with what is to be ignored", "PROXY UNKNOWN 192.0.2.1 what ever\r\n", undefined],
  ["binary IPv4", binaryHeader(PROXY, 0x11, blockOf4("192.0.2.1")), "192.0.2.1"],
  ["binary IPv4 with TLVs", binaryHeader(PROXY, 0x11, blockOf4("192.0.2.1", Buffer.alloc(300))), "192.0.2.1"],
  ["binary IPv6", binaryHeader(PROXY, 0x21, SIX), "2001:0db8:0000:0000:0000:0000:0000:0001"],
  ["LOCAL, whatever it adds", binaryHeader(LOCAL, 0x99, Buffer.alloc(7)), undefined],
  ["UNSPEC", binaryHeader(PROXY, 0x00, Buffer.alloc(0)), undefined],
  ["UDP, which this is not", binaryHeader(PROXY, 0x12, blockOf4("192.0.2.1")), undefined],
  ["a Unix socket", binaryHeader(PROXY, 0x31, Buffer.alloc(216)), undefined],
]

test.each(complete)("%s is read whole, however it is cut, and not a byte more", (_, header, address) => {
  const bytes = Buffer.from(header as string)
  for (let length = 0; length < bytes.length; length++)
    expect(readProxyHeader(bytes.subarray(0, length))).toBe("incomplete")
  const expected = address === undefined ? { size: bytes.length } : { size: bytes.length, address }
  expect(readProxyHeader(bytes)).toEqual(expected)
  expect(readProxyHeader(Buffer.concat([bytes, Buffer.from("\x16\x03\x01PROXY \r\n")]))).toEqual(expected)
})

test.each<[what: string, header: string | Buffer]>([
  ["TLS", "\x16\x03\x01"],
  ["another command", "NICK alice\r\n"],
  ["lower case", "proxy TCP4 192.0.2.1 192.0.2.2 1 2\r\n"],
  ["another protocol", "PROXY UDP4 192.0.2.1 192.0.2.2 1 2\r\n"],
  ["an address of the other family", "PROXY TCP4 2001:db8::1 192.0.2.2 1 2\r\n"],
  ["IPv4 as IPv6", "PROXY TCP6 192.0.2.1 192.0.2.2 1 2\r\n"],
  ["a leading zero", "PROXY TCP4 192.0.2.01 192.0.2.2 1 2\r\n"],
  ["three numbers", "PROXY TCP4 192.0.2 192.0.2.2 1 2\r\n"],
  ["a zone", "PROXY TCP6 fe80::1%eth0 ::1 1 2\r\n"],
  ["a port too high", "PROXY TCP4 192.0.2.1 192.0.2.2 1 65536\r\n"],
  ["a port with a leading zero", "PROXY TCP4 192.0.2.1 192.0.2.2 01 2\r\n"],
  ["two spaces", "PROXY  TCP4 192.0.2.1 192.0.2.2 1 2\r\n"],
  ["one word too many", "PROXY TCP4 192.0.2.1 192.0.2.2 1 2 3\r\n"],
  ["an LF alone", "PROXY TCP4 192.0.2.1 192.0.2.2 1 2\n\r\n"],
  ["107 bytes without an end", `PROXY UNKNOWN ${"x".repeat(93)}\r\n`],
  ["version 1 in binary", binaryHeader(0x11, 0x11, blockOf4("192.0.2.1"))],
  ["a command that does not exist", binaryHeader(0x22, 0x11, blockOf4("192.0.2.1"))],
  ["a family that does not exist", binaryHeader(PROXY, 0x41, blockOf4("192.0.2.1"))],
  ["a protocol that does not exist", binaryHeader(PROXY, 0x13, blockOf4("192.0.2.1"))],
  ["too little for IPv4", binaryHeader(PROXY, 0x11, Buffer.alloc(11))],
  ["too little for IPv6", binaryHeader(PROXY, 0x21, Buffer.alloc(35))],
  ["too long", binaryHeader(LOCAL, 0x00, Buffer.alloc(PROXY_HEADER_BYTES_MAX))],
])("%s is no header", (_, header) => {
  expect(readProxyHeader(Buffer.from(header as string))).toBe("invalid")
})

test("any bytes get an answer, and more bytes never change one that was given", () => {
  const start = fc.constantFrom("", "PROXY ", "PROXY TCP4 ", "\r\n\r\n\0\r\nQUIT\n")
  fc.assert(
    fc.property(start, fc.uint8Array({ maxLength: 60 }), fc.nat(72), (begun, rest, cut) => {
      const bytes = Buffer.concat([Buffer.from(begun), rest])
      const early = readProxyHeader(bytes.subarray(0, cut))
      if (early !== "incomplete") expect(readProxyHeader(bytes)).toEqual(early)
    }),
    { numRuns: 5000 },
  )
})
