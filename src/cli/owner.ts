// The first member: whoever ran the server first gets a certificate and a profile, so that `chat connect` works in another
// terminal. Not under root or a service, where nobody sits.

import { userInfo } from "node:os"
import { join } from "node:path"
import { isClientName } from "../authority/hosts.ts"
import { issueClientCertificate } from "../authority/issue.ts"
import { pinOf } from "../authority/pin.ts"
import { profilesFolder, saveProfile } from "../dial/profiles.ts"
import type { Config } from "../server/config.ts"
import { type Endpoint, showEndpoint } from "../server/endpoint.ts"
import type { OwnAuthority } from "./own-authority.ts"

export interface Owner {
  readonly name: string
  /** The profile's folder: DESIGN §8.10. */
  readonly folder: string
}

/** Undefined when there is nobody to make it for. */
export async function makeOwner(
  own: OwnAuthority,
  config: Config,
  endpoints: readonly Endpoint[],
): Promise<Owner | undefined> {
  if (process.getuid?.() === 0 || !process.env["HOME"] || isByPassword(config)) return undefined
  if (!own.authority) return undefined
  const pin = pinOf(own.ca.pem)
  const nick = fitted(process.env["USER"] ?? process.env["LOGNAME"] ?? userInfo().username)
  const issued = await issueClientCertificate(own.authority, nick)
  const server = {
    v: 1 as const,
    pin,
    name: config.server.network,
    hosts: endpoints.map((endpoint) => showEndpoint(reachable(endpoint))),
    nick,
    channels: ["#general"],
    lastUsed: new Date().toISOString(),
  }
  saveProfile(profilesFolder(), server, { ca: own.ca.pem, cert: issued.pem, key: issued.keyPem })
  return { name: nick, folder: join(profilesFolder(), pin.slice(0, 16)) }
}

/** Whether passwords are all that members can show. */
export function isByPassword({ server }: Config): boolean {
  return server.access === "members" && server.clientCerts === "off"
}

/** From this computer, a server on every address is on localhost. */
function reachable({ host, port }: Endpoint): Endpoint {
  return { host: host === "::" || host === "0.0.0.0" ? "localhost" : host, port }
}

/** A system's user name may hold what a nick may not. */
function fitted(username: string): string {
  const name = username.replace(/[^A-Za-z0-9_-]/g, "_").slice(0, 32)
  // What Bun says when the environment does not.
  return isClientName(name) && name !== "unknown" ? name : "owner"
}
