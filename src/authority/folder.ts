// An authority's folder: ca.pem ca.key server.pem server.key clients/NAME.pem clients/NAME.key. Asking again for what is
// there keeps it; what is near its end, belongs to another authority or lacks a name is made anew.
import { X509Certificate } from "node:crypto"
import { existsSync, readdirSync } from "node:fs"
import { dirname, join } from "node:path"
import { type Authority, createAuthority, DAY_MS, readCertificate, renewAuthority } from "./authority.ts"
import { hasAuthority, loadAuthority, readText } from "./authority-files.ts"
import { describeCertificate } from "./describe.ts"
import type { Description } from "./describe.ts"
import { assertClientName, localHosts, parseHost, readHost } from "./hosts.ts"
import { assertPermitted, issueClientCertificate, issueServerCertificate } from "./issue.ts"
import type { Issued } from "./issue.ts"
import { type AskPassphrase, encryptKey } from "./key-encryption.ts"
import { readPrivateKey } from "./keys.ts"
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

export interface AuthorityOptions {
  readonly hosts?: readonly string[]
  /** For a key that is there and encrypted. */
  readonly ask?: AskPassphrase | undefined
  /** For a key that is made; without it the key is not encrypted. */
  readonly newPassphrase?: (() => Promise<string>) | undefined
}

/** The authority in `dir`, made (for this machine and `hosts`) when there is none. `force` makes another: every pin of the old one ends. */
export async function ensureAuthority(
  dir: string,
  options: FolderOptions & AuthorityOptions = {},
): Promise<{ authority: Authority; outcome: Outcome }> {
  const path = join(dir, "ca.pem")
  const present = hasAuthority(dir)
  if (present && !options.force) {
    const authority = await loadAuthority(dir, options.ask)
    for (const host of options.hosts ?? []) assertPermitted(authority, parseHost(host))
    const certificate = describeCertificate(authority.pem, path)
    return { authority, outcome: { path, status: "kept", certificate } }
  }
  const authority = await createAuthority({
    hosts: [...localHosts(), ...(options.hosts ?? [])],
    ...clock(options),
  })
  const passphrase = await options.newPassphrase?.()
  privateFolder(dir)
  const kept = present ? keepFormer(dir, options.now ?? new Date()) : []
  const { pem: key } = authority.keys
  writePrivate(join(dir, "ca.key"), passphrase === undefined ? key : encryptKey(key, passphrase))
  writePublic(path, authority.pem)
  const certificate = describeCertificate(authority.pem)
  const outcome: Outcome = present
    ? {
        path,
        status: "renewed",
        why: `every pin and certificate of the old one ends; it is kept: ${kept.join(" ")}`,
        certificate,
      }
    : { path, status: "made", certificate }
  return { authority, outcome }
}

/** Copies of an authority's files that are to be replaced: whoever has certificates of it may need it once more. */
function keepFormer(dir: string, now: Date): string[] {
  const day = now.toISOString().slice(0, 10)
  const isFree = (stem: string) => !existsSync(`${stem}.pem`) && !existsSync(`${stem}.key`)
  let stem = join(dir, `ca-${day}`)
  for (let count = 2; !isFree(stem); count++) stem = join(dir, `ca-${day}-${count}`)
  return ["pem", "key"].flatMap((ending) => {
    const [path, copy] = [join(dir, `ca.${ending}`), `${stem}.${ending}`]
    if (!existsSync(path)) return []
    if (ending === "key") writePrivate(copy, readText(path))
    else writePublic(copy, readText(path))
    return [copy]
  })
}

/** Another certificate for the key of the authority in `dir`, and in the chain that its server shows. */
export async function renewAuthorityIn(
  dir: string,
  options: Pick<AuthorityOptions, "ask"> & { now?: Date },
): Promise<Outcome> {
  const former = await loadAuthority(dir, options.ask)
  const { pem } = await renewAuthority(former, options.now)
  const [path, server] = [join(dir, "ca.pem"), join(dir, "server.pem")]
  writePublic(path, pem)
  if (existsSync(server)) writePublic(server, readText(server).replace(former.pem.trim(), pem.trim()))
  const why = "the same key, the same six words"
  return { path, status: "renewed", why, certificate: describeCertificate(pem) }
}

/**
 * The server's certificate in `dir`. Hosts given are added to those it has; none given means this machine as others
 * see it now, as far as the authority may vouch for it. `force` makes it anew for just these hosts.
 */
export async function ensureServer(
  dir: string,
  authority: Authority,
  hosts: readonly string[],
  options: FolderOptions = {},
): Promise<Outcome> {
  const wanted = hosts.length > 0 ? hosts.map((host) => parseHost(host).value) : ownHosts(authority)
  const path = join(dir, "server.pem")
  const had = options.force ? [] : permitted(authority, namesOf(path))
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
  assertSoleSpelling(join(dir, "clients"), name)
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

/** On the wire Alice is alice, so two certificates would share one account, and some disks would share one file. */
function assertSoleSpelling(folder: string, name: string): void {
  const names = existsSync(folder) ? readdirSync(folder) : []
  const other = names.find((file) => file.toLowerCase() === `${name}.pem`.toLowerCase())
  if (other === undefined || other === `${name}.pem`) return
  throw new UserError(`${name} is ${other.slice(0, -4)}, who has a certificate: case makes no other person`, {
    hint: `spell it ${other.slice(0, -4)}, or choose another name`,
    exitCode: EXIT.usage,
  })
}

async function ensureLeaf(
  path: string,
  authority: Authority,
  options: FolderOptions,
  lacks: string | undefined,
  make: () => Promise<Issued>,
): Promise<Outcome> {
  const present = existsSync(path)
  const unfit = present && !options.force ? whyUnfit(path, authority, options.now ?? new Date()) : undefined
  const why = options.force ? "forced" : (unfit ?? lacks)
  if (present && why === undefined)
    return { path, status: "kept", certificate: describeCertificate(readText(path), path) }
  const issued = await make()
  privateFolder(dirname(path))
  // The key first: after a crash between the two the pair does not match, and the next run makes both anew.
  writePrivate(keyOf(path), issued.keyPem)
  writePublic(path, issued.pem)
  const certificate = describeCertificate(issued.pem)
  return present && why
    ? { path, status: "renewed", why, certificate }
    : { path, status: "made", certificate }
}

/** Why the leaf on disk cannot be kept; undefined when it can. */
function whyUnfit(path: string, authority: Authority, now: Date): string | undefined {
  const leaf = new X509Certificate(readCertificate(readText(path), path).toString("pem"))
  if (!leaf.verify(new X509Certificate(authority.pem).publicKey))
    return "the old one was of another authority"
  if (!existsSync(keyOf(path))) return "its key was gone"
  assertPrivate(keyOf(path))
  const key = readPrivateKey(readText(keyOf(path)))
  if (!key || !leaf.checkPrivateKey(key)) return "its key was another one"
  const daysLeft = (leaf.validToDate.getTime() - now.getTime()) / DAY_MS
  if (daysLeft <= 0) return "the old one had expired"
  return daysLeft < RENEW_DAYS ? `the old one had ${Math.floor(daysLeft)} days left` : undefined
}

function keyOf(path: string): string {
  return path.replace(/\.pem$/, ".key")
}

/** The hosts in the certificate at `path`; none when there is no certificate. */
function namesOf(path: string): string[] {
  if (!existsSync(path)) return []
  return describeCertificate(readText(path), path).names.map((name) => name.replace(/^(DNS|IP):/, ""))
}

/** This machine's names and addresses, as far as the authority may vouch for them. */
export function ownHosts(authority: Authority): string[] {
  return permitted(authority, localHosts())
}

/** Those of the hosts that the authority may vouch for, normalised. */
function permitted(authority: Authority, hosts: string[]): string[] {
  return hosts.flatMap((text) => {
    const host = readHost(text)
    return host && permits(authority.constraints, host) ? [host.value] : []
  })
}

function clock(options: FolderOptions): { now?: Date } {
  return options.now ? { now: options.now } : {}
}
