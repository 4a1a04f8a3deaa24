// What may be named in a certificate: hosts (RFC 1123 §2.1 names, IP addresses) and people. A name reaches a
// certificate only through one of these grammars, so that no comma, quote, NUL or look-alike ever does.
import { isIP } from "node:net"
import { hostname, networkInterfaces } from "node:os"
import ipaddr from "ipaddr.js"
import { EXIT, UserError } from "../user-error.ts"

/** A host as a certificate names it: lower-case name without the last dot, or a normalised address. */
export type Host = { kind: "dns" | "ip"; value: string }

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/
const CLIENT_NAME = /^[A-Za-z_][A-Za-z0-9_-]{0,31}$/

/** A nick that is also safe as a file name and in the path of a URI: letters, digits, `_`, `-`; at most 32. */
export function isClientName(name: string): boolean {
  return CLIENT_NAME.test(name)
}

/** Reads a host name or address; undefined when it is neither. Wildcards, ports and zones are not read. */
export function readHost(text: string): Host | undefined {
  const bare = text.replace(/^\[(.*)\]$/, "$1")
  if (isIP(bare) && !bare.includes("%")) return { kind: "ip", value: ipaddr.process(bare).toString() }
  const name = text.toLowerCase().replace(/\.$/, "")
  const labels = name.split(".")
  const isName = name.length <= 253 && labels.every((label) => LABEL.test(label))
  // A last label of digits is how a mistyped address looks (RFC 3696 §2).
  return isName && !/^\d+$/.test(labels.at(-1) ?? "") ? { kind: "dns", value: name } : undefined
}

/** As `readHost`, for what an operator typed: throws a UserError (2) that names the text. */
export function parseHost(text: string): Host {
  const host = readHost(text)
  if (host) return host
  throw new UserError(`${quoted(text)} is neither a host name nor an IP address`, {
    hint: "write it alone, without scheme, port or path: chat.example.org, 192.168.1.20, fd00::1",
    exitCode: EXIT.usage,
  })
}

/** Throws a UserError (2) when a client's certificate cannot bear this name. */
export function assertClientName(name: string): void {
  if (isClientName(name)) return
  throw new UserError(`${quoted(name)} cannot be the name of a client`, {
    hint: "use letters, digits, _ and -, beginning with a letter or _, at most 32",
    exitCode: EXIT.usage,
  })
}

/**
 * This machine as others on the same network see it: localhost, its name, its IPv4 and unique local IPv6 addresses.
 * Asks the operating system only; nothing is sent. Link-local and global IPv6 addresses change by themselves and
 * are left out.
 */
export function localHosts(): string[] {
  const own = hostname()
  const names = own.includes(".") ? [own] : [own, `${own}.local`]
  const addresses = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter((address) => !address.internal)
    .map((address) => address.address)
    .filter(
      (address) =>
        ["private", "uniqueLocal", "carrierGradeNat"].includes(rangeOf(address)) || isPublic4(address),
    )
  const hosts = ["localhost", "127.0.0.1", "::1", ...names, ...addresses].map(readHost)
  return [...new Set(hosts.flatMap((host) => (host ? [host.value] : [])))]
}

/** The global IPv6 addresses of this machine. */
export function globalAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .map(({ address }) => address)
    .filter((address) => isIP(address) === 6 && rangeOf(address) === "unicast")
}

/** Text from outside, fit for one line of an error: quoted, printable ASCII only, cut at 80. */
export function quoted(text: string): string {
  const shown = text.length > 80 ? `${text.slice(0, 80)}…` : text
  return `"${shown.replace(/[^\x20-\x7e…]/g, "?")}"`
}

function rangeOf(address: string): string {
  return isIP(address) ? ipaddr.process(address).range() : "none"
}

function isPublic4(address: string): boolean {
  return isIP(address) === 4 && rangeOf(address) === "unicast"
}
