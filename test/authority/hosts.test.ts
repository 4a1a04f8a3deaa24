// The grammars of names, before anything reaches a certificate.

import { expect, test } from "bun:test"
import { isClientName, localHosts, quoted, readHost } from "../../src/authority/hosts.ts"

test.each([
  ["localhost", { kind: "dns", value: "localhost" }],
  ["Chat.Example.ORG.", { kind: "dns", value: "chat.example.org" }],
  ["xn--bcher-kva.example", { kind: "dns", value: "xn--bcher-kva.example" }],
  ["192.168.1.20", { kind: "ip", value: "192.168.1.20" }],
  ["FD00:0:0::1", { kind: "ip", value: "fd00::1" }],
  ["[::1]", { kind: "ip", value: "::1" }],
  ["::ffff:10.0.0.1", { kind: "ip", value: "10.0.0.1" }],
] as const)("%s is a host", (text, host) => {
  expect(readHost(text)).toEqual(host)
})

test.each([
  "",
  ".",
  "a..b",
  "-a.b",
  "a-.b",
  "a_b",
  "*.example.org",
  "bücher.example",
  "https://example.org",
  "example.org:6697",
  "10.1",
  "256.1.1.1",
  "1.2.3.4.5",
  "0x7f.1",
  "fe80::1%eth0",
  "10.0.0.0/8",
  "a b",
  "a\0.local",
  "localhost\n",
  "localhost, O=evil",
  "localhost,DNS:www.example.com",
  "a".repeat(64),
  `${"a.".repeat(127)}aa`,
])("%j is none", (text) => {
  expect(readHost(text)).toBeUndefined()
})

test.each(["alice", "_x", "Web-1", "a".repeat(32)])("%s can be a client", (name) => {
  expect(isClientName(name)).toBe(true)
})

test.each(["", "1a", "-a", "a.b", "a/b", "a\\b", "a[b]", "a b", "a\n", "é", "a".repeat(33), "__proto__\0"])(
  "%j cannot be a client",
  (name) => {
    expect(isClientName(name)).toBe(false)
  },
)

test("this machine is known by localhost, its loopback addresses and more hosts, all of them readable", () => {
  const hosts = localHosts()
  expect(hosts.slice(0, 3)).toEqual(["localhost", "127.0.0.1", "::1"])
  expect(hosts.map((host) => readHost(host)?.value)).toEqual(hosts)
})

test("what is quoted in an error is printable, and short", () => {
  expect(quoted("a\x1b[2Jb\u202e")).toBe('"a?[2Jb?"')
  expect(quoted("a".repeat(500))).toHaveLength(83)
})
