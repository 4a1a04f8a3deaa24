// An authority's folder: ca.pem ca.key server.pem server.key clients/NAME.pem clients/NAME.key. Asking again for what is
// there keeps it; what is near its end, belongs to another authority or lacks a name is made anew.
import { createPrivateKey, X509Certificate } from "node:crypto"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { createAuthority, DAY_MS, readAuthority } from "./authority.ts"
import type { Authority } from "./authority.ts"
import { describeCertificate } from "./describe.ts"
import type { Description } from "./describe.ts"
import { assertClientName, localHosts, parseHost } from "./hosts.ts"
import { issueClientCertificate, issueServerCertificate } from "./issue.ts"
import type { Issued } from "./issue.ts"
import { permits } from "./name-constraints.ts"
import { assertPrivate, privateFolder, writePrivate, writePublic } from "./private-file.ts"
import { EXIT, UserError } from "../user-error.ts"

/** A leaf with fewer days than these is renewed when it is asked for. */
export const RENEW_DAYS = 14

/** What became of one certificate; `why` says what made a kept one unfit. */
export type Outcome = {
  path: string
  status: "made" | "kept" | "renewed"
  why?: string
  certificate: Description
}

export type FolderOptions = { force?: boolean; now?: Date }

/** Reads the authority in `dir`. Throws a UserError (78): absent, unreadable, not a pair, key readable by all. */
export async function loadAuthority(dir: string): Promise<Authority> {
  const [path, key] = [join(dir, "ca.pem"), join(dir, "ca.key")]
  if (!existsSync(path) && !existsSync(key))
    throw new UserError(`there is no authority in ${dir}`, {
      hint: "make one: chat certs init, or scripts/gen-certs",
      exitCode: EXIT.refusedToStart,
    })
  const pem = readText(path)
  const keyPem = readText(key)
  assertPrivate(key)
  return readAuthority(pem, keyPem, path)
}

/** The authority in `dir`, made (for `hosts`) when there is none. `force` makes another: every pin of the old one ends. */
export async function ensureAuthority(
  dir: string,
  options: FolderOptions & { hosts?: string[] } = {},
): Promise<{ authority: Authority; outcome: Outcome }> {
  const path = join(dir, "ca.pem")
  const present = existsSync(path) || existsSync(join(dir, "ca.key"))
  if (present && !options.force) {
    const authority = await loadAuthority(dir)
    const certificate = describeCertificate(authority.pem, path)
    return { authority, outcome: { path, status: "kept", certificate } }
  }
  const authority = await createAuthority({ hosts: options.hosts ?? localHosts(), ...clock(options) })
  privateFolder(dir)
  writePrivate(join(dir, "ca.key"), authority.keys.pem)
  writePublic(path, authority.pem)
  return { authority, outcome: { path, status: "made", certificate: describeCertificate(authority.pem) } }
}

/**
 * The server's certificate in `dir`. Hosts given are added to those it has; none given means this machine as others
 * see it now, as far as the authority may vouch for it. `force` makes it anew for just these hosts.
 */
export async function ensureServer(
  dir: string,
  authority: Authority,
  hosts: string[],
  options: FolderOptions = {},
): Promise<Outcome> {
  const asked = hosts.length > 0 ? hosts : permittedLocalHosts(authority)
  const wanted = asked.map((host) => parseHost(host).value)
  const path = join(dir, "server.pem")
  const had = options.force ? [] : namesOf(path)
  const names = [...new Set([...had, ...wanted])]
  const missing = wanted.filter((host) => !had.includes(host))
  return ensureLeaf(
    path,
    authority,
    options,
    missing.length > 0 ? `for ${missing.join(", ")} too` : undefined,
    () => issueServerCertificate(authority, names, clock(options)),
  )
}

/** The certificate of the client `name` in `dir`/clients. */
export async function ensureClient(
  dir: string,
  authority: Authority,
  name: string,
  options: FolderOptions = {},
): Promise<Outcome> {
  assertClientName(name)
  const path = join(dir, "clients", `${name}.pem`)
  return ensureLeaf(path, authority, options, undefined, () =>
    issueClientCertificate(authority, name, clock(options)),
  )
}

/** Every certificate in the folder: the authority, the server's, then clients by name. */
export function listCertificates(dir: string): { path: string; certificate: Description }[] {
  const clients = existsSync(join(dir, "clients")) ? readdirSync(join(dir, "clients")).sort() : []
  return [
    "ca.pem",
    "server.pem",
    ...clients.filter((name) => name.endsWith(".pem")).map((name) => join("clients", name)),
  ]
    .map((name) => join(dir, name))
    .filter((path) => existsSync(path))
    .map((path) => ({ path, certificate: describeCertificate(readText(path), path) }))
}

async function ensureLeaf(
  path: string,
  authority: Authority,
  options: FolderOptions,
  lacks: string | undefined,
  make: () => Promise<Issued>,
): Promise<Outcome> {
  const key = path.replace(/\.pem$/, ".key")
  const present = existsSync(path)
  const why = options.force ? "forced" : (unfit(path, key, authority, options.now ?? new Date()) ?? lacks)
  if (present && why === undefined)
    return { path, status: "kept", certificate: describeCertificate(readText(path), path) }
  const issued = await make()
  privateFolder(join(path, ".."))
  // The key first: after a crash between the two the pair does not match, and the next run makes both anew.
  writePrivate(key, issued.keyPem)
  writePublic(path, issued.pem)
  const certificate = describeCertificate(issued.pem)
  return present && why
    ? { path, status: "renewed", why, certificate }
    : { path, status: "made", certificate }
}

/** Why a leaf on disk cannot be kept; undefined when it can. */
function unfit(path: string, keyPath: string, authority: Authority, now: Date): string | undefined {
  if (!existsSync(path)) return "absent"
  if (!existsSync(keyPath)) return "its key was gone"
  const [leaf, issuer] = [new X509Certificate(readText(path)), new X509Certificate(authority.pem)]
  if (!leaf.verify(issuer.publicKey)) return "the old one was of another authority"
  if (!leaf.checkPrivateKey(createPrivateKey(readText(keyPath)))) return "its key was another one"
  const daysLeft = (leaf.validToDate.getTime() - now.getTime()) / DAY_MS
  if (daysLeft <= 0) return "the old one had expired"
  return daysLeft < RENEW_DAYS ? `the old one had ${Math.floor(daysLeft)} days left` : undefined
}

/** The hosts in the certificate at `path`; none when there is no certificate. */
function namesOf(path: string): string[] {
  if (!existsSync(path)) return []
  return describeCertificate(readText(path), path).names.map((name) => name.replace(/^(DNS|IP):/, ""))
}

function permittedLocalHosts(authority: Authority): string[] {
  return localHosts().filter((host) => permits(authority.constraints, parseHost(host)))
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8")
  } catch (cause) {
    throw new UserError(`cannot read ${path}: ${(cause as Error).message}`, { exitCode: EXIT.refusedToStart })
  }
}

function clock(options: FolderOptions): { now?: Date } {
  return options.now ? { now: options.now } : {}
}
