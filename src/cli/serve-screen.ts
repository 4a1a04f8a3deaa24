// What a server says when it has started: at its first run everything there is to know, later three lines.

import { homedir } from "node:os"
import { isIP } from "node:net"
import { sixWords } from "../authority/pin.ts"
import { localHosts } from "../authority/hosts.ts"
import { DEFAULT_PORT, type Endpoint, showEndpoint } from "../server/endpoint.ts"
import { defaultDataDirectory } from "../storage/data-directory.ts"
import { wrapped } from "../terminal/wrap.ts"
import { isByPassword, type Owner } from "./owner.ts"
import type { Site } from "./serve-files.ts"

export interface Screen {
  readonly site: Site
  readonly endpoints: readonly Endpoint[]
  readonly data: string
  readonly version: string
}

export function firstScreen({ owner, ...screen }: Screen & { owner: Owner | undefined }): string {
  const { site, data, version } = screen
  const identity = owner
    ? `  ✓ your identity: ${owner.name}, on this computer   ${short(owner.folder)}`
    : `  · no identity was made: ${isByPassword(site.config) ? "members log in by password" : "root and services have nobody to chat as"}`
  const join = owner ? ["  Join it yourself:     chat connect      (in another terminal)"] : []
  return lines([
    `  chat ${version} — first run, set up in ${short(data)}`,
    "",
    "  ✓ certificate authority for this server only    (vouches for no name but local ones and this site's)",
    "  ✓ server certificate                            valid 90 days, renews itself",
    identity,
    "",
    ...reachedBy(screen).map((address, index) => `  ${index === 0 ? "Listening" : "         "}   ${address}`),
    ...words(site).map((text) => `  This server's six words:  ${text}`),
    "",
    ...giveAway(screen),
    ...join,
    `  Keep a copy of:       ${short(data)}/authority   (whoever has it can let people in)`,
    "",
    ready(),
  ])
}

export function laterScreen(screen: Screen): string {
  const { site, version } = screen
  return lines([
    `  chat ${version} · ${reachedBy(screen).join(" ")} · ${site.config.server.access === "open" ? "open to everybody" : "members only"}`,
    ...words(site).map((text) => `  six words: ${text}`),
    ready(),
  ])
}

/** What to hand to somebody who is to get in: DESIGN §6. */
function giveAway({ site, endpoints, data }: Screen): string[] {
  const [first] = endpoints
  const [address = "localhost"] = first ? hostsOf(first) : []
  const port = first?.port ?? DEFAULT_PORT
  const host = port === DEFAULT_PORT ? address : showEndpoint({ host: address, port })
  const pin = words(site)
    .map((text) => ` --pin ${text}`)
    .join("")
  if (site.config.server.access === "open") return [`  Let someone in:       chat connect ${host}${pin}`]
  if (isByPassword(site.config))
    return [
      `  Let someone in:       chat admin register alice${dataFlag(data)}`,
      "                        and tell her the password, and this line:",
      `                        chat connect ${host}${pin} --sasl alice`,
    ]
  if (site.signer && site.config.server.clientCerts !== "off") {
    return [
      `  Let someone in:       chat invite alice${dataFlag(data)}   (and send her the line that it prints)`,
    ]
  }
  const from = site.own ? ` --data ${short(data)}` : ""
  return [
    `  Let someone in:       chat certs client alice${from}`,
    "                        and give her alice.pem and alice.key, and this line:",
    `                        chat connect ${host}${pin} --cert alice.pem`,
  ]
}

function dataFlag(data: string): string {
  return data === defaultDataDirectory() ? "" : ` --data ${short(data)}`
}

function words(site: Site): string[] {
  return site.ca === undefined ? [] : [sixWords(site.ca.pem)]
}

/** `ircs://…` of each address that others can use. */
function reachedBy({ endpoints }: Screen): string[] {
  return endpoints.flatMap((endpoint) =>
    hostsOf(endpoint).map((host) => `ircs://${showEndpoint({ host, port: endpoint.port })}`),
  )
}

/** What an endpoint is reached by. Asks the operating system only; nothing is sent. */
export function hostsOf({ host }: Endpoint): string[] {
  if (host !== "::" && host !== "0.0.0.0") return [host]
  const addresses = localHosts().filter((local) => isIP(local) && local !== "127.0.0.1" && local !== "::1")
  const usable = host === "::" ? addresses : addresses.filter((address) => isIP(address) === 4)
  return usable.length > 0 ? usable : ["localhost"]
}

function ready(): string {
  return `  ${new Date().toTimeString().slice(0, 8)} ready · Ctrl+C stops (connected people are told)`
}

function short(path: string): string {
  const home = homedir()
  return home !== "/" && path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path
}

/** Columns before what goes on in a second line: those of the labels. */
const HANGING = 24

function lines(texts: readonly string[]): string {
  const columns = (process.stdout.isTTY && process.stdout.columns) || Number.POSITIVE_INFINITY
  return `${texts.map((text) => wrapped(text, columns, HANGING)).join("\n")}\n`
}
