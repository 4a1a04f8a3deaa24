// What connect, send and tail share: the flags that say which server and who we are, and the way from them to a session.

import { userInfo } from "node:os"
import { join } from "node:path"
import { memberOf } from "../authority/issue.ts"
import { pinOf } from "../authority/pin.ts"
import { writePublic } from "../authority/private-file.ts"
import type { Happening } from "../client/happening.ts"
import { Session } from "../client/session.ts"
import { formatAddress, parseAddress, type Address } from "../dial/address.ts"
import { connect, type Credentials } from "../dial/connection.ts"
import { expiredScreen } from "../dial/expired.ts"
import { Link, type LinkOptions } from "../dial/link.ts"
import {
  knownHere,
  profileNamed,
  profilesFolder,
  readProfiles,
  saveProfile,
  type Profile,
} from "../dial/profiles.ts"
import { renew } from "../dial/renew.ts"
import { Renewal } from "../dial/renewal.ts"
import { credentialsFor, explained, isOf, type AskWords } from "../dial/trust.ts"
import { parseNick } from "../protocol/names.ts"
import { printable } from "../protocol/printable.ts"
import { day } from "../terminal/clock.ts"
import { EXIT, UserError } from "../user-error.ts"
import { LOGIN_FLAGS, loginOf, refusedLogin, type LoginGiven } from "./login.ts"

const NICK_LENGTH_MAX = 64

export const DIAL_FLAGS = {
  nick: { type: "string", valueHint: "NICK", description: "your name; default: that of your certificate" },
  ca: { type: "string", valueHint: "FILE", description: "the server's authority, PEM" },
  pin: { type: "string", valueHint: "WORDS|HEX", description: "its six words, or its fingerprint" },
  cert: { type: "string", valueHint: "FILE", description: "your certificate, PEM" },
  key: {
    type: "string",
    valueHint: "FILE",
    description: "its private key; default: beside it, ending in .key",
  },
  ...LOGIN_FLAGS,
} as const

export const SERVER_FLAGS = {
  ...DIAL_FLAGS,
  server: { type: "string", valueHint: "NAME", description: "a server you know; default: the last used" },
  host: { type: "string", valueHint: "HOST:PORT", description: "a server by its address" },
} as const

export interface Who extends LoginGiven {
  readonly nick: string | undefined
  readonly ca: string | undefined
  readonly pin: string | undefined
  readonly cert: string | undefined
  readonly key: string | undefined
}

export interface Place {
  readonly address: Address
  readonly profile: Profile | undefined
}

/** The server by its address, by the name of a profile, or the last used. */
export function placeOf(host: string | undefined, name: string | undefined): Place {
  const profiles = readProfiles(profilesFolder())
  if (host !== undefined) {
    const address = parseAddress(host)
    const known = formatAddress(address)
    return { address, profile: profiles.find(({ server }) => server.hosts.includes(known)) }
  }
  const profile = name === undefined ? profiles[0] : profileNamed(profiles, name)
  if (profile) return { address: parseAddress(profile.server.hosts[0] ?? ""), profile }
  const known = knownHere(profiles)
  throw new UserError(
    name === undefined ? "which server?" : `no server called ${JSON.stringify(name)} is known here`,
    {
      hint: known
        ? `known here: ${known}`
        : "with an invitation: chat join LINK; with its address: chat connect HOST[:PORT] --pin SIX-WORDS",
      exitCode: EXIT.usage,
    },
  )
}

/** Everything that is needed to talk; nothing is sent to the server but, with --pin, a first look at its certificate. */
export interface Dialled {
  readonly session: Session
  readonly link: Link
  readonly place: Place
  readonly credentials: Credentials
}

export interface DialOptions extends Pick<LinkOptions, "retry"> {
  readonly channels: readonly string[]
  /** The nick asked for with --nick must be had, or nothing. */
  readonly nickFixed: boolean
  readonly askWords: AskWords
  /** Somebody reads along: what is shown is marked as read. */
  readonly isRead?: boolean
  /** It does one thing and goes again: whoever has this account is not there by it. */
  readonly isNowhere?: boolean
  happened(happenings: readonly Happening[], dialled: Dialled): void
  waiting?(reason: string, inMs: number): void
  /** What is to be known by the way. */
  told?(text: string): void
}

export async function dial(named: Place, who: Who, options: DialOptions): Promise<Dialled> {
  const nick = nickOf(who.nick)
  const found = await credentialsFor(named.address, who, named.profile, options.askWords)
  const place = { ...named, profile: profileOf(named, found.ca?.[0]) }
  const { address, profile } = place
  const { cert = profile?.cert, key = profile?.key } = found
  const credentials = { ...found, cert, key }
  const certified = certifiedName(credentials)
  // A certificate that was given now says more than the nick of last time: two people may share a computer's account.
  const known = who.cert === undefined ? (profile?.server.nick ?? certified) : certified
  const name = nick ?? who.sasl ?? known ?? systemName()
  const session = new Session({
    nick: name,
    username: name.replace(/[^A-Za-z0-9_-]/g, "_").slice(0, 10),
    realname: name,
    nickFixed: options.nickFixed && nick !== undefined,
    channels: options.channels,
    login: await loginOf(who, credentials, profile?.server.logins),
    isRead: options.isRead === true,
    isNowhere: options.isNowhere === true,
  })
  const renewal = renewalOf(place, credentials, options)
  const link = new Link({
    address,
    session,
    identified: credentials.cert !== undefined,
    retry: options.retry,
    chance: Math.random,
    connect: (events) =>
      connect(address, { ...credentials, ...renewal?.pair() }, events).catch((error: unknown) => {
        throw explained(error, address, credentials, profile)
      }),
    happened(happenings) {
      for (const happening of happenings) {
        if (happening.type === "registered") renewal?.worked()
        if (happening.type === "refused" && mayBeAnother(happening.code)) renewal?.refused()
      }
      options.happened(happenings, dialled)
    },
    ...(renewal
      ? {
          ended: () => renewal.end(),
          mended: async (code) => code === "CERT_EXPIRED" && revived(renewal, address),
        }
      : {}),
    ...(options.waiting ? { waiting: options.waiting } : {}),
  })
  const dialled = { session, link, place, credentials }
  return dialled
}

/** A server is who its authority says, whatever its address. */
function profileOf({ profile }: Place, ca: string | undefined): Profile | undefined {
  if (isOf(profile, ca)) return profile
  return ca === undefined ? undefined : readProfiles(profilesFolder()).find((other) => isOf(other, ca))
}

/** Whether the former certificate may do better; one that has ended followed one that ended before. */
function mayBeAnother(code: string | undefined): boolean {
  return code !== undefined && code.startsWith("CERT_") && code !== "CERT_EXPIRED"
}

/** Throws the whole story when the server says that it is too late. */
async function revived(renewal: Renewal, address: Address): Promise<boolean> {
  const { shown } = renewal
  try {
    return await renewal.revive()
  } catch (error) {
    throw shown ? expiredScreen(address, shown.cert, error, Date.now()) : error
  }
}

/** For a certificate of the profile alone: files that somebody names are theirs, and a foreign network makes none. */
function renewalOf({ address, profile }: Place, { ca, cert }: Credentials, { told }: DialOptions) {
  const [authority] = ca ?? []
  const name = cert === undefined ? undefined : memberOf(cert)?.name
  if (profile?.cert !== cert || !profile || name === undefined || authority === undefined) return undefined
  return new Renewal({
    folder: profile.folder,
    name,
    async ask(former, signal) {
      const { newerCa, ...pair } = await renew(address, authority, former, signal)
      if (newerCa !== undefined) writePublic(join(profile.folder, "ca.pem"), newerCa)
      return pair
    },
    now: Date.now,
    renewed: (until) => told?.(`your certificate was renewed, valid until ${day(until)}`),
    failed(why, ends) {
      const text = `your certificate ends on ${day(ends)} and could not be renewed: ${printable(why)}`
      if (told) told(text)
      else process.stderr.write(`chat: ${text}\n`)
    },
  })
}

/** Remembers the server, so that `chat connect` alone comes back to it. */
export function remember({ session, place, credentials }: Dialled) {
  const { address, profile } = place
  const [ca] = credentials.ca ?? []
  const host = formatAddress(address)
  const now = new Date().toISOString()
  const logins = session.sasl.isWanted ? session.sasl.proven : profile?.server.logins
  const server = {
    v: 1 as const,
    ...(ca === undefined ? {} : { pin: pinOf(ca) }),
    name: session.view.network || address.host,
    hosts: [...new Set([host, ...(profile?.server.hosts ?? [])])],
    nick: session.registration.wanted,
    channels: [...session.wanted.values()].map((channel) => channel.name),
    ...(logins === undefined ? {} : { logins: [...logins] }),
    since: profile?.server.since ?? now,
    lastUsed: now,
  }
  // What is of the profile may have been renewed there meanwhile.
  const isNew = credentials.cert !== profile?.cert
  const { cert, key } = isNew ? credentials : { cert: undefined, key: undefined }
  saveProfile(profilesFolder(), server, { ca: ca === profile?.ca ? undefined : ca, cert, key })
}

/** What a happening means for the whole program: a login that failed, a nick that cannot be had. */
export function fatal(happening: Happening, { place }: Dialled): UserError | undefined {
  if (happening.type === "loginRefused") return refusedLogin(happening, place.address)
  if (happening.type !== "nickTaken" || happening.using !== undefined) return undefined
  const wanted = printable(happening.wanted)
  return new UserError(`"${wanted}" cannot be your nick here: ${printable(happening.reason)}`, {
    hint: `choose another with --nick, such as ${wanted}_`,
    exitCode: EXIT.nickInUse,
  })
}

export function removedFrom(kick: Happening & { type: "kick" }): UserError {
  const reason = kick.reason === "" ? "" : `: ${printable(kick.reason)}`
  return new UserError(`${printable(kick.from)} removed you from ${printable(kick.target)}${reason}`, {
    exitCode: EXIT.removed,
  })
}

/** One target and nothing that would be several words or targets on the wire. */
export function isTarget(text: string): boolean {
  return /^[^\s,:\0-\x1f][^\s,\0-\x1f]*$/.test(text)
}

/** A channel named with or without its sign, since `#` begins a comment in most shells. */
export function channelName(text: string): string {
  return /^[#&]/.test(text) ? text : `#${text}`
}

function nickOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  if (parseNick(text, NICK_LENGTH_MAX)) return text
  throw new UserError(`${JSON.stringify(text)} cannot be a nick`, {
    hint: "use letters, digits and _-[]\\`^{}|, not beginning with a digit or -",
    exitCode: EXIT.usage,
  })
}

function certifiedName({ cert }: Credentials): string | undefined {
  return cert === undefined ? undefined : memberOf(cert)?.name
}

function systemName(): string {
  const name = userInfo().username.replace(/[^A-Za-z0-9_-]/g, "_")
  return parseNick(name, NICK_LENGTH_MAX) ?? "guest"
}
