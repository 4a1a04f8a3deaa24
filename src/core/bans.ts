// Who is kept out of the network: an account, a certificate, a range of addresses, or a mask. Judged when somebody connects and
// at once for who is online, by the time: a ban that is over bans nobody, and goes from the list when another is set.

import { fullMask, isMask, matches } from "../protocol/masks.ts"
import { serverTime } from "../protocol/server-time.ts"
import { accountNameOf } from "./commands/account.ts"
import type { Network } from "./network.ts"
import type { Arrival } from "./seams.ts"
import type { Session } from "./session.ts"
import { sourceOf, type User } from "./user.ts"

export type BanKind = "account" | "address" | "certificate" | "mask"

/** What a ban is about. */
export interface Banned {
  readonly kind: BanKind
  /** A name; a range of addresses; a fingerprint in lower-case hex, SHA-256 or SHA-512; nick!user@host with `*` and `?`. */
  readonly value: string
}

export interface Ban extends Banned {
  /** Empty when none was given. */
  readonly reason: string
  /** ms since 1970. */
  readonly since: number
  readonly until?: number
  /** Who set it: an operator's nick!user@host, or the server's name. */
  readonly by: string
}

/**
 * What somebody who writes `text` wants banned; `range` is what the shell makes of it where that is an address or a range. Undefined
 * when nothing of that name is here.
 */
export function bannedBy(net: Network, text: string, range: string | undefined): Banned | undefined {
  if (range !== undefined) return { kind: "address", value: range }
  const hex = text.replaceAll(":", "").toLowerCase()
  if (/^(?:[0-9a-f]{64}|[0-9a-f]{128})$/.test(hex)) return { kind: "certificate", value: hex }
  if (isMask(text) || /[!@]/.test(text)) return { kind: "mask", value: fullMask(text) }
  const account = net.account(text) ?? net.user(text)?.account
  return account && { kind: "account", value: account.name }
}

export function isOver({ until = Infinity }: Ban, now: number): boolean {
  return until <= now
}

/** Those that are not over. */
export function bansOf(net: Network, now: number): Ban[] {
  return [...net.bans.values()].filter((ban) => !isOver(ban, now))
}

/** What keeps this session out now, registered or not. */
export function banOf(net: Network, session: Session, now: number): Ban | undefined {
  return net.bans.values().find((ban) => !isOver(ban, now) && means(net, ban, session))
}

/** What keeps a connection out of which no more is known yet. */
export function banOfArrival(net: Network, arrival: Arrival, now: number): Ban | undefined {
  return net.bans.values().find((ban) => !isOver(ban, now) && meansArrival(net, ban, arrival))
}

export function means(net: Network, banned: Banned, session: Session): boolean {
  const { user, account, source, guestSource, arrival } = session
  if (user && meansUser(net, banned, user)) return true
  const { kind, value } = banned
  if (kind === "mask") {
    const mask = net.folded(value)
    return [source, guestSource ?? source].some((each) => matches(mask, net.folded(each)))
  }
  if (kind === "account" && (user || account)) return isCalled(net, value, (user?.account ?? account)?.name)
  return meansArrival(net, banned, arrival)
}

function meansArrival(net: Network, { kind, value }: Banned, arrival: Arrival): boolean {
  const { certificate, fingerprint } = arrival
  if (kind === "address") return arrival.isWithin?.(value) ?? false
  if (kind === "certificate") return value === fingerprint || value === certificate?.fingerprint
  return kind === "account" && isCalled(net, value, certificate && accountNameOf(net, certificate))
}

/** Whether it is about the user and not about one of their connections. */
export function meansUser(net: Network, { kind, value }: Banned, user: User): boolean {
  if (kind === "account") return isCalled(net, value, user.account?.name)
  return kind === "mask" && matches(net.folded(value), net.folded(sourceOf(user)))
}

function isCalled(net: Network, name: string, other: string | undefined): boolean {
  return other !== undefined && net.folded(name) === net.folded(other)
}

/** What who is kept out is told, and others hear. */
export function wordsOf({ reason, until }: Ban): string | undefined {
  const end = until === undefined ? "" : `until ${serverTime(until)}`
  if (reason === "") return end === "" ? undefined : `you are banned from this server ${end}`
  return end === "" ? reason : `${reason} (${end})`
}
