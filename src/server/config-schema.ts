// The keys of chat.toml, what they may be and what they are when nobody says. The manual's table follows this file.

import { z } from "zod"
import { RENEWABLE_DAYS_MAX } from "../core/certificates.ts"
import { DEFAULT_LIMITS, METADATA_VALUE_BYTES_MAX, PARAMS_MAX, type Limits } from "../protocol/limits.ts"
import { lettersOf, NEW_CHANNEL_MODES, USER_MODES } from "../protocol/modes.ts"
import { RIGHTS } from "../protocol/rights.ts"
import { readRange, type Range } from "./address.ts"
import { readEndpoint, type Endpoint } from "./endpoint.ts"

/** A word that fits into every line of the protocol: no spaces, no characters that mean something there. */
const word = z
  .string("must be a text")
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, "must be letters, digits, . _ and -, at most 63")
const file = z.string("must be the name of a file").min(1, "must be the name of a file")

const AN_ENDPOINT = "must be HOST:PORT, such as 0.0.0.0:6697 or [::]:6697"

const endpoint = z.string(AN_ENDPOINT).transform((text, context): Endpoint => {
  const read = readEndpoint(text)
  if (read) return read
  context.addIssue({ code: "custom", message: AN_ENDPOINT })
  return z.NEVER
})

const range = z.string().transform((text, context): Range => {
  const read = readRange(text)
  if (read) return read
  context.addIssue({ code: "custom", message: "must be an address or a range, such as 192.168.0.0/16" })
  return z.NEVER
})

/** `false` and 0 both turn a count off. */
const COUNT = "must be a whole number from 0, or false"
const count = z.union([z.literal(false).transform(() => 0), z.int().min(0, COUNT)], COUNT)

/** Modes without a parameter, with or without a `+` before them. */
function letters(known: string) {
  const isKnown = (text: string) => [...text].every((letter) => known.includes(letter))
  return z
    .string("must be a text")
    .transform((text) => [...new Set(text.replace(/^\+/, ""))].join(""))
    .refine(isKnown, `must be letters of ${known}`)
}

/** Nobody is an operator from the beginning. */
const OWN_MODES = USER_MODES.map(({ letter }) => letter)
  .filter((letter) => letter !== "o")
  .join("")

const server = z.strictObject({
  name: word.default("chat"),
  network: word.optional(),
  description: z
    .string()
    .max(200)
    .regex(/^\P{Cc}*$/u, "must be one line")
    .default("A private chat network"),
  admin: z
    .string()
    .min(1, "must not be empty")
    .max(200)
    .regex(/^\P{Cc}*$/u, "must be one line")
    .optional(),
  listen: z.array(endpoint).min(1, "must name at least one address").optional(),
  cert: file.optional(),
  key: file.optional(),
  ca: file.optional(),
  passphrase_file: file.optional(),
  client_certs: z
    .enum(["off", "optional", "required"], "must be off, optional or required")
    .default("optional"),
  access: z.enum(["members", "open"], "must be members or open").default("members"),
  data: file.optional(),
  motd: file.optional(),
  password: z.string().min(1, "must not be empty").max(400).optional(),
  casemapping: z.enum(["ascii", "precis"], "must be ascii or precis").default("ascii"),
  default_user_modes: letters(OWN_MODES).default(""),
  default_channel_modes: letters(lettersOf("never")).default(NEW_CHANNEL_MODES),
})

const throttling = z.strictObject({
  fakelag: z.boolean("must be true or false").default(true),
  connections_per_address: count.default(64),
  // Ten handshakes a second are about one hundredth of a core.
  new_connections_per_minute: count.default(600),
  exempt: z.array(range, "must be a list of ranges").default([]),
})

const yes = z.boolean("must be true or false")

const accounts = z.strictObject({
  /** Undefined for the default: what `access` says. */
  registration: yes.optional(),
  before_connect: yes.default(true),
  email_required: yes.default(false),
  custom_names: yes.default(false),
  multiclient: yes.default(true),
  always_on: z
    .enum(["off", "opt-in", "opt-out", "mandatory"], "must be off, opt-in, opt-out or mandatory")
    .default("opt-in"),
  always_on_days: count.default(0),
  registrations_per_hour: count.default(5),
  certificate_days: whole(1, 90).default(30),
  renew_after_expiry_days: whole(0, RENEWABLE_DAYS_MAX).default(30),
  est_basic: yes.default(false),
  password_length_min: whole(1, 64).default(8),
  // OWASP's least for argon2id, and for PBKDF2 with SHA-256; RFC 7677 wants 4096 at least.
  password_memory_kib: whole(8, 1_048_576).default(19_456),
  scram_iterations: whole(4096, 10_000_000).default(600_000),
})

const LENGTH_MAX = 390
/** What timers can count. */
const INTEGER_MAX = 2 ** 31 - 1

const HOURS_MAX = 1_000_000

function whole(least: number, most: number) {
  const words = `must be a whole number from ${least} to ${most}`
  return z.int(words).min(least, words).max(most, words)
}

const limits = z.strictObject(
  Object.fromEntries(
    Object.entries(DEFAULT_LIMITS).map(([name, value]) => [
      snakeCase(name),
      limit(name).default(value as number),
    ]),
  ),
)

// What is longer than LENGTH_MAX would not fit into a line with everything else that has to be there.
function limit(name: string) {
  if (name.endsWith("Length")) return whole(1, LENGTH_MAX)
  if (name === "metadataValueBytes") return whole(1, METADATA_VALUE_BYTES_MAX)
  // A line has fifteen parameters, of which a MODE needs two itself.
  if (name === "modes") return whole(1, PARAMS_MAX - 2)
  if (name === "sendqBytes") return whole(16_384, INTEGER_MAX)
  // A whole line with tags must fit, or clients that keep to the specification are thrown out.
  if (name === "recvqBytes") return whole(8_703, INTEGER_MAX)
  return whole(1, INTEGER_MAX)
}

const secret = z
  .string("must be a text")
  .regex(/^(?:plain:.|\$argon2)/, "must be plain:PASSWORD, or an argon2 hash")
  .max(400)

const history = z.strictObject({
  from: z.enum(["join", "all"], "must be join or all").default("all"),
  redact_within_hours: z
    .union([z.literal(false), whole(0, HOURS_MAX)], `must be a whole number from 0 to ${HOURS_MAX}, or false`)
    .default(24),
  days: count.default(0),
  messages: count.default(0),
})

const retention = z.strictObject({
  channels: z.array(z.string().regex(/^#/, "must begin with #")).min(1, "must name a channel"),
  days: count.default(0),
  messages: count.default(0),
})

const backup = z.strictObject({
  every_hours: count.default(0),
  keep: whole(1, 10_000).default(7),
})

const oper = z.strictObject({
  name: word,
  password: secret,
  certificate: z.boolean("must be true or false").default(true),
  rights: z.array(z.enum(RIGHTS, `must be of ${RIGHTS.join(", ")}`)).default([...RIGHTS]),
})

const from = z.array(range, "must be a list of ranges").min(1, "must name at least one range")

const proxy = z.strictObject({ listen: endpoint, from })

const webirc = z
  .strictObject({
    name: word,
    from,
    password: secret.optional(),
    fingerprint: z
      .string("must be a text")
      .regex(/^[\da-fA-F]{2}(?::?[\da-fA-F]{2}){31}$/, "must be a certificate's SHA-256 in hexadecimal")
      .transform((text) => text.replaceAll(":", "").toLowerCase())
      .optional(),
  })
  .refine(
    ({ password, fingerprint }) => password ?? fingerprint,
    "needs a password or a certificate's fingerprint",
  )

export const SCHEMA = z.strictObject({
  server: server.prefault({}),
  limits: limits.prefault({}),
  throttling: throttling.prefault({}),
  backup: backup.prefault({}),
  accounts: accounts.prefault({}),
  history: history.prefault({}),
  retention: z.array(retention, "must be written [[retention]]").default([]),
  oper: z.array(oper, "must be written [[oper]]").default([]),
  proxy: z.array(proxy, "must be written [[proxy]]").default([]),
  webirc: z.array(webirc, "must be written [[webirc]]").default([]),
})

export type Raw = z.output<typeof SCHEMA>

/** Every key of each section, for environment variables and for hints. */
export const KEYS: Readonly<Record<string, readonly string[]>> = {
  server: Object.keys(server.shape),
  limits: Object.keys(limits.shape),
  throttling: Object.keys(throttling.shape),
  backup: Object.keys(backup.shape),
  accounts: Object.keys(accounts.shape),
  history: Object.keys(history.shape),
}

/** Those that only a file can hold, too: a list of tables fits into no variable. */
export const FILE_KEYS: Readonly<Record<string, readonly string[]>> = {
  ...KEYS,
  retention: Object.keys(retention.shape),
  oper: Object.keys(oper.shape),
  proxy: Object.keys(proxy.shape),
  webirc: Object.keys(webirc.shape),
}

/** Keys whose value is a list. */
export const LISTS: ReadonlySet<string> = new Set(["listen", "exempt"])

/** Keys whose value is the name of a file or folder. */
export const FILES: ReadonlySet<string> = new Set(["cert", "key", "ca", "passphrase_file", "data", "motd"])

export function limitsFrom(raw: Raw["limits"]): Limits {
  const named = Object.keys(DEFAULT_LIMITS).map((name) => [name, raw[snakeCase(name)]])
  return Object.fromEntries(named) as Limits
}

export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
