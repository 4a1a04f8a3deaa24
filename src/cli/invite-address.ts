// Where somebody elsewhere reaches the server, for the line of an invitation.

import { globalAddresses } from "../authority/hosts.ts"
import { parseAddress } from "../dial/address.ts"
import { DEFAULT_PORT, type Endpoint, showEndpoint } from "../server/endpoint.ts"
import { publicNameIn } from "../server/invitations.ts"
import { hostsOf } from "./serve-screen.ts"

export interface Reachable {
  /** That its certificate names. */
  readonly hosts: readonly string[]
  readonly endpoints: readonly Endpoint[]
}

/** HOST:PORT: what is given, else a name in the certificate that is not of this network alone, else an address that is in it. */
export function addressFor(
  { hosts, endpoints }: Reachable,
  given: string | undefined,
  reachedBy: (endpoint: Endpoint) => readonly string[] = addressesOf,
): string {
  const [endpoint = { host: "::", port: DEFAULT_PORT }] = endpoints
  if (given !== undefined) {
    const { host, port } = parseAddress(given)
    return showEndpoint({ host, port: /^(?:\[.*\]|[^:]*):\d+$/.test(given) ? port : endpoint.port })
  }
  const named = reachedBy(endpoint).filter((address) => hosts.includes(address))
  const host = publicNameIn(hosts) ?? named.find((one) => one !== "localhost") ?? named[0] ?? hosts[0]
  return showEndpoint({ host: host ?? "localhost", port: endpoint.port })
}

/** Whether it leads nobody who is elsewhere to this computer. */
export function isLoopback(address: string): boolean {
  return /^(?:localhost|127\.[\d.]+|\[::1\]):\d+$/.test(address)
}

/** The certificate names only those global addresses that somebody has added, since they change. */
function addressesOf(endpoint: Endpoint): string[] {
  return [...hostsOf(endpoint), ...(endpoint.host === "::" ? globalAddresses() : [])]
}
