// What the line of an invitation leads to: by the server's certificate, and by what this computer is reached by.

import { expect, test } from "bun:test"
import { linkOf, parseLink } from "../../src/authority/invitation.ts"
import { addressFor, isLoopback } from "../../src/cli/invite-address.ts"
import { formatAddress, parseAddress } from "../../src/dial/address.ts"

const HERE = ["localhost", "127.0.0.1", "::1", "vm", "vm.local"]
const ENDPOINTS = [{ host: "::", port: 6697 }]

test.each([
  ["a name of the whole world", [...HERE, "chat.example.org"], ["192.168.1.20"], "chat.example.org:6697"],
  [
    "an address that the certificate names",
    [...HERE, "192.168.1.20"],
    ["10.0.0.1", "192.168.1.20"],
    "192.168.1.20:6697",
  ],
  ["the same of IPv6", [...HERE, "fd00::2"], ["fd00::2"], "[fd00::2]:6697"],
  [
    "a global one that was added",
    [...HERE, "2001:db8::7"],
    ["localhost", "2001:db8::7"],
    "[2001:db8::7]:6697",
  ],
  ["none that would not be believed", HERE, ["2001:db8::7"], "localhost:6697"],
  ["nothing else", HERE, ["localhost"], "localhost:6697"],
  ["an address of the certificate that nobody has now", ["10.0.0.1"], ["localhost"], "10.0.0.1:6697"],
])("%s", (_, hosts, reached, expected) => {
  expect(addressFor({ hosts, endpoints: ENDPOINTS }, undefined, () => reached)).toBe(expected)
})

test.each([
  ["chat.lan", "chat.lan:6697"],
  ["2001:db8::7", "[2001:db8::7]:6697"],
  ["[2001:db8::7]:7000", "[2001:db8::7]:7000"],
])("--host %s comes first", (given, expected) => {
  expect(addressFor({ hosts: HERE, endpoints: ENDPOINTS }, given, () => ["192.168.1.20"])).toBe(expected)
})

test("an address in brackets comes through the line as it is", () => {
  const address = "[2001:db8::7]:6697"
  const link = linkOf({ address, pin: "ab".repeat(32), id: "i".repeat(11), secret: "s".repeat(22) })
  expect(formatAddress(parseAddress(parseLink(link).address))).toBe(address)
})

test.each([
  ["localhost:6697", true],
  ["127.0.0.1:7000", true],
  ["[::1]:6697", true],
  ["127.example.org:6697", false],
  ["[fd00::2]:6697", false],
  ["localhost.example.org:6697", false],
])("%s is of this computer alone: %p", (address, isOf) => expect(isLoopback(address)).toBe(isOf))
