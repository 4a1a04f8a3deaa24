// Addresses of peers: one spelling for each, the unit that is counted, and lists of ranges.

import ipaddr from "ipaddr.js"

/** An address as people write it: `::ffff:192.0.2.1`, which a dual-stack socket reports, is `192.0.2.1`; no zone. */
export function normaliseAddress(address: string): string {
  const bare = address.replace(/%.*$/, "")
  return ipaddr.isValid(bare) ? ipaddr.process(bare).toString() : address
}

/** What limits are counted by: the address, or for IPv6 its /64, since one household or server has all of that. */
export function countedAs(address: string): string {
  if (!address.includes(":") || !ipaddr.IPv6.isValid(address)) return address
  const [a = 0, b = 0, c = 0, d = 0] = ipaddr.IPv6.parse(address).parts
  return `${[a, b, c, d].map((part) => part.toString(16)).join(":")}::/64`
}

/** One range of a list such as `exempt`. */
export type Range = ReturnType<typeof ipaddr.parseCIDR>

/** Reads `192.168.0.0/16`, or an address alone; undefined when it is neither. */
export function readRange(text: string): Range | undefined {
  if (ipaddr.isValidCIDR(text)) return ipaddr.parseCIDR(text)
  if (!ipaddr.isValid(text)) return undefined
  const address = ipaddr.process(text)
  return [address, address.kind() === "ipv4" ? 32 : 128]
}

export function isWithin(address: string, ranges: readonly Range[]): boolean {
  if (ranges.length === 0 || !ipaddr.isValid(address)) return false
  const parsed = ipaddr.process(address)
  return ranges.some((range) => parsed.kind() === range[0].kind() && parsed.match(range))
}

/** An address or range in the one spelling that bans are kept in, and `isWithin` reads; undefined when it is neither. */
export function writtenRange(text: string): string | undefined {
  // A number alone is an address as well, to some.
  const range = /[.:]/.test(text) ? readRange(text) : undefined
  if (!range) return undefined
  const [address, bits] = range
  const isIpv4 = address.kind() === "ipv4"
  if (isIpv4 && !text.includes(":") && !ipaddr.IPv4.isValidFourPartDecimal(text.split("/", 1)[0] ?? ""))
    return undefined
  if (bits === (isIpv4 ? 32 : 128)) return address.toString()
  const first = isIpv4 ? ipaddr.IPv4.networkAddressFromCIDR(text) : ipaddr.IPv6.networkAddressFromCIDR(text)
  return `${first.toString()}/${bits}`
}
