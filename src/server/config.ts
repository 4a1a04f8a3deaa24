// The configuration: flag > environment > file > default, all of it checked before anything starts. A pure function of
// three inputs, so that it can be tried as a table.

import { dirname, resolve } from "node:path"
import type { z } from "zod"
import type { AccountSettings } from "../core/seams.ts"
import type { Limits } from "../protocol/limits.ts"
import { EXIT, UserError } from "../user-error.ts"
import { lineOf } from "./config-lines.ts"
import { FILE_KEYS, FILES, KEYS, limitsFrom, LISTS, type Raw, SCHEMA } from "./config-schema.ts"
import { nearest } from "../nearest.ts"
import type { HashingCost } from "./credentials.ts"
import type { Endpoint } from "./endpoint.ts"
import type { Gateway } from "./gateways.ts"
import type { Operator } from "./password-checker.ts"
import type { Proxy } from "./proxy-listener.ts"
import type { Throttling } from "./throttle.ts"

export type ClientCertificates = "off" | "optional" | "required"

export interface Config {
  readonly server: {
    /** What the server calls itself in every line it writes: a name with a dot, or clients would take it for a nick. */
    readonly name: string
    readonly network: string
    readonly description: string
    /** How to reach who runs the server, for ADMIN. */
    readonly admin: string | undefined
    /** Undefined for the default: `[::]:6697`, or `0.0.0.0:6697` where there is no IPv6. */
    readonly listen: readonly Endpoint[] | undefined
    readonly cert: string | undefined
    readonly key: string | undefined
    readonly ca: string | undefined
    /** Of the passphrase of the authority's key. */
    readonly passphraseFile: string | undefined
    readonly clientCerts: ClientCertificates
    readonly access: "members" | "open"
    readonly data: string | undefined
    readonly motd: string | undefined
    /** Plain, or what `Bun.password.hash` made. */
    readonly password: string | undefined
    readonly casemapping: "ascii" | "precis"
    /** Letters. */
    readonly defaultUserModes: string
    readonly defaultChannelModes: string
  }
  readonly accounts: Accounts
  readonly operators: readonly Operator[]
  readonly proxies: readonly Proxy[]
  readonly gateways: readonly Gateway[]
  readonly limits: Limits
  readonly throttling: Throttling
  readonly history: {
    /** How far back members of a channel read. */
    readonly from: "join" | "all"
    /** How long authors may redact; `Infinity` is for ever. */
    readonly redactWithinMs: number
    /** What is kept; 0 is without end. */
    readonly kept: { readonly days: number; readonly messages: number }
    /** Channels by masks of their names; the first that matches counts. */
    readonly retention: readonly {
      readonly channels: readonly string[]
      readonly days: number
      readonly messages: number
    }[]
  }
  readonly backup: {
    /** 0 for none. */
    readonly everyHours: number
    /** So many of them, the newest. */
    readonly keep: number
  }
}

export interface Accounts extends Omit<AccountSettings, "external">, HashingCost {
  /** Of one address; 0 for any number. */
  readonly registrationsPerHour: number
  /** How long a certificate lasts that is asked for with an invitation, or renewed. */
  readonly certificateDays: number
  /** How long after its end it may be renewed with its key. */
  readonly renewAfterExpiryMs: number
  /** Whether other programs may show an invitation's secret as a password. */
  readonly estBasic: boolean
}

/** A configuration file's path and text. */
export interface ConfigFile {
  readonly path: string
  readonly text: string
}

/** Flags of `[server]` by their key in the file; undefined where none was given. */
export type ServerFlags = Readonly<Record<string, string | readonly string[] | undefined>>

/** Throws a UserError (78) that names the file, the key and the line, or the variable, or the flag. */
export function readConfig(
  file: ConfigFile | undefined,
  environment: Readonly<Record<string, string | undefined>>,
  flags: ServerFlags,
): Config {
  const given = file ? parseToml(file) : {}
  // A mistake in the file is named as the file's, whatever stands above it.
  if (file) check(given, (path) => `${file.path}${lineOf(file.text, path)}: ${path.join(".")}`)
  const fromEnvironment = environmentOf(environment)
  check(fromEnvironment.tree, (path) => `the environment variable ${variable(path)}`)
  const flagged = { server: defined(flags) }
  check(flagged, (path) => `--${String(path[1]).replaceAll("_", "-")}`)
  const located = file ? relativeTo(dirname(file.path), given) : given
  const merged = merge(merge(located, fromEnvironment.tree), flagged)
  return configFrom(check(merged, () => "the configuration"))
}

function configFrom(raw: Raw): Config {
  const { server, accounts, limits, throttling, history, retention, backup, oper, proxy, webirc } = raw
  const { client_certs, access, password, name, network, ...rest } = server
  return {
    server: {
      name: name.includes(".") ? name : `${name.toLowerCase().replaceAll("_", "-")}.local`,
      network: network ?? name,
      description: rest.description,
      admin: rest.admin,
      listen: rest.listen,
      cert: rest.cert,
      key: rest.key,
      ca: rest.ca,
      passphraseFile: rest.passphrase_file,
      clientCerts: client_certs,
      access,
      data: rest.data,
      motd: rest.motd,
      password,
      casemapping: rest.casemapping,
      defaultUserModes: rest.default_user_modes,
      defaultChannelModes: rest.default_channel_modes,
    },
    accounts: {
      // Who is no member must not be able to make himself one.
      registration: accounts.registration ?? access === "open",
      beforeConnect: accounts.before_connect,
      emailRequired: accounts.email_required,
      customNames: accounts.custom_names,
      multiclient: accounts.multiclient,
      alwaysOn: accounts.always_on,
      alwaysOnMs: accounts.always_on_days === 0 ? Infinity : accounts.always_on_days * 86_400_000,
      registrationsPerHour: accounts.registrations_per_hour,
      certificateDays: accounts.certificate_days,
      renewAfterExpiryMs: accounts.renew_after_expiry_days * 86_400_000,
      estBasic: accounts.est_basic,
      passwordLengthMin: accounts.password_length_min,
      passwordMemoryKib: accounts.password_memory_kib,
      scramIterations: accounts.scram_iterations,
    },
    operators: oper,
    proxies: proxy,
    gateways: webirc,
    limits: limitsFrom(limits),
    throttling: {
      fakelag: throttling.fakelag,
      connectionsPerAddress: throttling.connections_per_address,
      newConnectionsPerMinute: throttling.new_connections_per_minute,
      exempt: throttling.exempt,
    },
    history: {
      from: history.from,
      redactWithinMs:
        history.redact_within_hours === false ? Infinity : history.redact_within_hours * 3_600_000,
      kept: { days: history.days, messages: history.messages },
      retention,
    },
    backup: { everyHours: backup.every_hours, keep: backup.keep },
  }
}

type Tree = Record<string, Record<string, unknown> | unknown[]>

function parseToml(file: ConfigFile): Tree {
  try {
    return Bun.TOML.parse(file.text) as Tree
  } catch (error) {
    // It repeats a word that lacks its quotes, and that may be a password.
    const why = (error as Error).message.replace(/: ".*$/s, "")
    throw refused(`${file.path} is not valid TOML: ${why}`)
  }
}

/** Files that a configuration file names are beside it. */
function relativeTo(folder: string, tree: Tree): Tree {
  const server = Object.entries(tree["server"] ?? {}).map(([key, value]) => [
    key,
    FILES.has(key) && typeof value === "string" ? resolve(folder, value) : value,
  ])
  return { ...tree, server: Object.fromEntries(server) as Record<string, unknown> }
}

function check(tree: unknown, place: (path: readonly PropertyKey[]) => string): Raw {
  const result = SCHEMA.safeParse(tree)
  if (result.success) return result.data
  const [issue] = result.error.issues
  if (!issue) throw new Error("a configuration was refused without a reason")
  throw issue.code === "unrecognized_keys" ? unknownKey(issue, place) : wrongValue(issue, place)
}

// Only a file can hold one: flags and variables are looked up by the keys that are known.
function unknownKey(
  issue: z.core.$ZodIssueUnrecognizedKeys,
  place: (path: readonly PropertyKey[]) => string,
) {
  const [section] = issue.path
  const key = issue.keys[0] ?? ""
  const known = section === undefined ? Object.keys(FILE_KEYS) : (FILE_KEYS[String(section)] ?? [])
  const near = nearest(key, known)
  const hint = near === undefined ? `known here are: ${known.join(", ")}` : `did you mean ${near}?`
  return refused(
    `${place([...issue.path, key])} is not a ${section === undefined ? "section" : "key"} of chat.toml`,
    { hint },
  )
}

function wrongValue(issue: z.core.$ZodIssue, place: (path: readonly PropertyKey[]) => string) {
  return refused(`${place(issue.path)} ${complaintOf(issue)}`)
}

/** Of a kind that nothing else has words for. */
function complaintOf(issue: z.core.$ZodIssue): string {
  if (issue.code !== "invalid_type" || !issue.message.startsWith("Invalid input")) return issue.message
  if (issue.message.endsWith("received undefined")) return "is missing"
  const kinds: Readonly<Record<string, string>> = { array: "a list", string: "a text", object: "a section" }
  return `must be ${kinds[issue.expected] ?? issue.expected}`
}

function refused(message: string, options: { hint?: string } = {}): UserError {
  return new UserError(message, { ...options, exitCode: EXIT.refusedToStart })
}

/** CHAT_ACCESS is `[server] access`; the other sections are named: CHAT_LIMITS_SENDQ_BYTES. */
function environmentOf(environment: Readonly<Record<string, string | undefined>>): { tree: Tree } {
  const tree: Record<string, Record<string, unknown>> = {}
  for (const [section, keys] of Object.entries(KEYS)) {
    for (const key of keys) {
      const text = environment[variable([section, key])]
      if (text !== undefined && text !== "") (tree[section] ??= {})[key] = valueOf(section, key, text)
    }
  }
  return { tree }
}

function variable(path: readonly PropertyKey[]): string {
  const [section, key] = path.map((part) => String(part).toUpperCase())
  return section === "SERVER" ? `CHAT_${key}` : `CHAT_${section}_${key}`
}

function valueOf(section: string, key: string, text: string): unknown {
  if (LISTS.has(key)) return text.split(/[\s,]+/).filter(Boolean)
  if (section === "server") return text
  if (text === "true" || text === "false") return text === "true"
  return /^\d+$/.test(text) ? Number(text) : text
}

function defined(flags: ServerFlags): Record<string, unknown> {
  return Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined))
}

function merge(below: Tree, above: Tree): Tree {
  const merged: Tree = { ...below }
  // A list, of operators, is one value.
  for (const [section, values] of Object.entries(above))
    merged[section] = Array.isArray(values) ? values : { ...merged[section], ...values }
  return merged
}
