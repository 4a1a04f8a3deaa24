// What a server is made of, read from files and checked: configuration, certificates, message of the day. Read at the
// start, and again for a reload, when anything that is wrong leaves the running server as it was.

import { accessSync, constants, existsSync, readFileSync } from "node:fs"
import { X509Certificate } from "node:crypto"
import { dirname, join, resolve } from "node:path"
import { siteOf } from "../authority/authority.ts"
import { assertPrivate, shellWord } from "../authority/private-file.ts"
import { signerOf } from "../authority/signer.ts"
import type { Logger } from "../core/seams.ts"
import { type Config, type ConfigFile, readConfig } from "../server/config.ts"
import { tlsMaterial, type PemFile, type TlsMaterial } from "../server/tls-material.ts"
import { dataDirectory, defaultDataDirectory } from "../storage/data-directory.ts"
import { EXIT, UserError } from "../user-error.ts"
import { LOCKED } from "../server/signer.ts"
import { Keyring } from "./keyring.ts"
import { type OwnAuthority, ownAuthority, peekOwnAuthority } from "./own-authority.ts"

export interface SiteFlags {
  readonly listen: readonly string[]
  readonly cert: string | undefined
  readonly key: string | undefined
  readonly ca: string | undefined
  readonly "client-certs": string | undefined
  readonly access: string | undefined
  readonly name: string | undefined
  readonly "passphrase-file": string | undefined
  readonly data: string | undefined
  readonly config: string | undefined
}

export interface Site {
  readonly config: Config
  readonly tls: TlsMaterial
  readonly motd: readonly string[]
  /** The authority in the data directory, when it made the server's certificate. */
  readonly own: OwnAuthority | undefined
  /** Makes certificates for who is invited, when the authority's key is here and the server's own certificate is of it. */
  readonly signer: ReturnType<typeof signerOf> | "locked" | undefined
  /** The authority that clients can pin; undefined with a certificate of a public one. */
  readonly ca: PemFile | undefined
  readonly isNew: boolean
  readonly warnings: readonly string[]
  /** Those of `--cert`, which others renew. */
  readonly given: readonly string[]
  /** Whether the certificate should be made again: it ends soon, or this machine has other addresses now. */
  isOutdated(): boolean
}

const WARN_DAYS = 14
const DAY_MS = 86_400_000

/** Where the data are: `--data`, CHAT_DATA, the configuration's `data`, or the default. */
export function dataPath(flags: SiteFlags): string {
  const { data } = configOf(flags).server
  return resolve(data ?? defaultDataDirectory())
}

/** Reads everything; makes and renews the server's own certificates where none were given. Throws a UserError. */
export async function readSite(flags: SiteFlags, keyring: Keyring): Promise<Site> {
  const config = configOf(flags)
  const motd = motdOf(config)
  if (config.server.cert === undefined) {
    const directory = dataDirectory(config.server.data ?? defaultDataDirectory())
    const own = await ownAuthority(directory.authority, keyring, config.server.passphraseFile)
    const tls = materialOf(config, own.cert, own.key, own.ca)
    const { isNew } = own
    return {
      config,
      tls,
      motd,
      own,
      signer: own.authority ? signerOf(own.authority, config.accounts.certificateDays) : "locked",
      ca: own.ca,
      isNew,
      warnings: [
        ...(own.authority ? [] : [LOCKED, ...expiryWarning(tls.leaf, own.cert.path)]),
        ...authorityWarning(own.ca),
      ],
      given: [],
      isOutdated: () => own.isOutdated(),
    }
  }
  const { cert, key, ca } = givenFiles(config, config.server.cert)
  const tls = materialOf(config, cert, key, ca)
  const signer = await signerBeside(ca, tls, config, keyring)
  return {
    config,
    tls,
    motd,
    own: undefined,
    signer,
    ca,
    isNew: false,
    warnings: [
      ...(signer === "locked" ? [LOCKED] : []),
      ...expiryWarning(tls.leaf, cert.path),
      ...(ca && signer ? authorityWarning(ca) : []),
    ],
    given: [cert, key, ...(ca ? [ca] : [])].map(({ path }) => path),
    isOutdated: () => false,
  }
}

/** As `readSite` but changes nothing; says in one line what would start. */
export async function checkSite(flags: SiteFlags): Promise<string> {
  const config = configOf(flags)
  motdOf(config)
  const given = config.server.cert
  if (given === undefined) {
    const directory = dataDirectory(config.server.data ?? defaultDataDirectory())
    const own = await peekOwnAuthority(directory.authority, new Keyring(false), config.server.passphraseFile)
    return `all is well: access ${config.server.access}, ${OWN[own]}`
  }
  const { cert, key, ca } = givenFiles(config, given)
  const { leaf } = materialOf(config, cert, key, ca)
  return `all is well: access ${config.server.access}, ${cert.path} is valid until ${leaf.validTo}`
}

const OWN = {
  none: "first run, certificates will be made",
  open: "own certificates",
  locked: "own certificates; the authority's key is encrypted, and its passphrase will be asked for",
}

/** Reads again, and tells the log when it cannot be done. */
export async function tryReadSite(reload: () => Promise<void>, log: Logger) {
  try {
    await reload()
  } catch (error) {
    log({ level: "error", what: "reload failed; everything stays as it was", why: (error as Error).message })
  }
}

function configOf(flags: SiteFlags): Config {
  return readConfig(configFile(flags), process.env, {
    listen: flags.listen.length > 0 ? flags.listen : undefined,
    cert: flags.cert,
    key: flags.key,
    ca: flags.ca,
    client_certs: flags["client-certs"],
    access: flags.access,
    name: flags.name,
    passphrase_file: flags["passphrase-file"],
    data: flags.data,
  })
}

function configFile(flags: SiteFlags): ConfigFile | undefined {
  const named = flags.config ?? process.env["CHAT_CONFIG"]
  if (named !== undefined && named !== "") return { path: named, text: read(named) }
  const usual = join(flags.data ?? process.env["CHAT_DATA"] ?? defaultDataDirectory(), "chat.toml")
  return existsSync(usual) ? { path: usual, text: read(usual) } : undefined
}

function motdOf({ server }: Config): readonly string[] {
  if (server.motd === undefined) return []
  return read(server.motd).trimEnd().split(/\r?\n/)
}

function givenFiles(
  { server }: Config,
  certPath: string,
): { cert: PemFile; key: PemFile; ca: PemFile | undefined } {
  const cert = pem(certPath)
  const keyPath = server.key ?? certPath.replace(/(\.[^./\\]+)?$/, ".key")
  const key = pem(keyPath)
  assertPrivate(keyPath)
  return { cert, key, ca: server.ca === undefined ? authorityBeside(cert) : pem(server.ca) }
}

/** By the key beside the authority's certificate, where `chat certs` keeps it, if we may read it. */
async function signerBeside(
  ca: PemFile | undefined,
  { leaf }: TlsMaterial,
  { server, accounts }: Config,
  keyring: Keyring,
) {
  const keyPath = ca?.path.replace(/\.pem$/, ".key")
  if (!ca || !keyPath || keyPath === ca.path || !isReadable(keyPath)) return undefined
  const keyPem = read(keyPath)
  if (siteOf(ca.pem) === undefined || !leaf.verify(new X509Certificate(ca.pem).publicKey)) return undefined
  assertPrivate(keyPath)
  const authority = await keyring.open({ ...ca, keyPath, keyPem }, server.passphraseFile)
  return authority ? signerOf(authority, accounts.certificateDays) : "locked"
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK)
    return true
  } catch {
    return false
  }
}

/** `ca.pem` beside the certificate, when it issued that. */
function authorityBeside(cert: PemFile): PemFile | undefined {
  const path = join(dirname(cert.path), "ca.pem")
  if (!existsSync(path)) return undefined
  try {
    const [leaf, ca] = [new X509Certificate(cert.pem), new X509Certificate(read(path))]
    return leaf.checkIssued(ca) && leaf.verify(ca.publicKey) ? pem(path) : undefined
  } catch {
    throw refused(
      `${path} or ${cert.path} cannot be read as a certificate`,
      "name the right files with --ca and --cert",
    )
  }
}

function materialOf({ server }: Config, cert: PemFile, key: PemFile, ca: PemFile | undefined): TlsMaterial {
  const { clientCerts, access } = server
  const isAsked = clientCerts !== "off" && ca !== undefined
  if (!ca && (clientCerts === "required" || (clientCerts === "optional" && access === "members"))) {
    throw refused(
      "there is no authority by which members could be known",
      "name it with --ca ca.pem, let members log in by password alone (--client-certs off), or everybody in (--access open)",
    )
  }
  return tlsMaterial({ cert, key, ...(isAsked ? { ca } : {}) }, siteOf)
}

function expiryWarning(leaf: X509Certificate, path: string): string[] {
  const days = Math.floor((Date.parse(leaf.validTo) - Date.now()) / DAY_MS)
  if (days >= WARN_DAYS) return []
  return [days < 0 ? `${path} has expired: clients will refuse it` : `${path} expires in ${days} days`]
}

/** A year before, since members are given it with their next certificate and must come by in time. */
function authorityWarning(ca: PemFile): string[] {
  const days = Math.floor((Date.parse(new X509Certificate(ca.pem).validTo) - Date.now()) / DAY_MS)
  const folder = shellWord(dirname(ca.path))
  return days < 365 ? [`${ca.path} ends in ${days} days: chat certs renew-ca --out ${folder}`] : []
}

function pem(path: string): PemFile {
  return { path, pem: read(path) }
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8")
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const why =
      code === "ENOENT" ? "there is no such file" : code === "EACCES" ? "permission denied" : message
    throw refused(`cannot read ${path}: ${why}`)
  }
}

function refused(message: string, hint?: string): UserError {
  return new UserError(message, { ...(hint ? { hint } : {}), exitCode: EXIT.refusedToStart })
}
