// The names that an authority may vouch for: https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.10
// Host names and URIs only. Address ranges belong here too, but BoringSSL, which Bun brings, cannot read them: it
// refuses every certificate with an address under an authority that constrains addresses ("unsupported name
// constraint type"). `test/authority/name-constraints.test.ts` notices the day it can.
import { der, derValues, TAG } from "./der.ts"
import type { Host } from "./hosts.ts"

export const NAME_CONSTRAINTS_OID = "2.5.29.30"

/** Permitted subtrees: DNS names, each with all names below it, and exact hosts of URIs. */
export type NameConstraints = { dns: string[]; uri: string[] }

/** What the authority of `site` may vouch for: this machine, `.local`, the hosts given, and the site's own URIs. */
export function constraintsFor(site: string, hosts: Host[]): NameConstraints {
  const constraints: NameConstraints = { dns: ["localhost", "local"], uri: [site] }
  for (const host of hosts) if (!permits(constraints, host)) constraints.dns.push(host.value)
  return constraints
}

/** Whether a certificate for this host passes under these constraints; any address does, see above. */
export function permits(constraints: NameConstraints, host: Host): boolean {
  return (
    host.kind === "ip" ||
    constraints.dns.some((base) => host.value === base || host.value.endsWith(`.${base}`))
  )
}

// GeneralName [2] dNSName and [6] uniformResourceIdentifier: implicit IA5String.
const GENERAL_NAME = { dns: 0x82, uri: 0x86 }
const PERMITTED_SUBTREES = 0xa0

/** The extension's value, DER. */
export function encodeNameConstraints(constraints: NameConstraints): Uint8Array {
  const subtree = (tag: number, name: string) => der(TAG.sequence, der(tag, Buffer.from(name, "ascii")))
  const subtrees = [
    ...constraints.dns.map((name) => subtree(GENERAL_NAME.dns, name)),
    ...constraints.uri.map((host) => subtree(GENERAL_NAME.uri, host)),
  ]
  return der(TAG.sequence, der(PERMITTED_SUBTREES, ...subtrees))
}

/** Reads what `encodeNameConstraints` wrote, or the like from another authority; other kinds of name are skipped. */
export function decodeNameConstraints(bytes: Uint8Array): NameConstraints {
  const parts = derValues(derValues(bytes)?.[0]?.content ?? bytes) ?? []
  const permitted = parts.find((part) => part.tag === PERMITTED_SUBTREES)?.content ?? new Uint8Array()
  const bases = (derValues(permitted) ?? []).flatMap((subtree) => derValues(subtree.content)?.[0] ?? [])
  const ofKind = (tag: number) =>
    bases.filter((base) => base.tag === tag).map((base) => Buffer.from(base.content).toString("latin1"))
  return { dns: ofKind(GENERAL_NAME.dns), uri: ofKind(GENERAL_NAME.uri) }
}
