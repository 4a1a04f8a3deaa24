// From a connection to a user: https://modern.ircdocs.horse/#connection-registration. Asked after every line of a session
// that is not registered yet; does nothing until NICK, USER and the end of capability negotiation are there.

import type { Arrival, Logger, Result } from "./seams.ts"
import type { Answer, Question } from "./command.ts"
import type { Erasures } from "./erasures.ts"
import type { EventType } from "./event.ts"
import type { Network } from "./network.ts"
import type { Session } from "./session.ts"
import type { Nick } from "../protocol/names.ts"
import type { RefusalCode } from "../protocol/refusals.ts"
import { CERTIFICATE_USE_NOTED_EVERY_MS } from "../protocol/limits.ts"
import { ERR_NICKNAMEINUSE, ERR_PASSWDMISMATCH, ERR_SASLABORTED } from "../protocol/numerics.ts"
import { banOf, wordsOf } from "./bans.ts"
import { issuedOf } from "./certificates.ts"
import { accountCreated, accountNameOf, isCertified } from "./commands/account.ts"
import { awayChanged, isNowhere } from "./commands/away.ts"
import { certificateUsed } from "./commands/enrolment.ts"
import { isKnown } from "./commands/lockdown.ts"
import { metadataChanged } from "./commands/metadata-changes.ts"
import { userModesChanged } from "./commands/mode.ts"
import { isTaken, nickChanged, renaming } from "./commands/nick.ts"
import { userAttached } from "./commands/presence.ts"
import { userConnected } from "./commands/user.ts"
import { unseenBy } from "./seen.ts"
import { greeting, greetingOfSecondSession } from "./welcome.ts"
import { ABSENT, type Account, type User, type UserId } from "./user.ts"

export interface Registrar {
  readonly net: Network
  readonly sessions: ReadonlySet<Session>
  readonly log: Logger
  /** ms since 1970. */
  readonly now: number
  /** The disk is full: what came before registration and is no part of it is not taken. */
  readonly readOnly: boolean
  place<F extends object>(type: EventType<F>, fact: F, by?: User): void
  answer(answer: Answer): void
  ask(question: Question, resume: (result: Result) => Answer): void
  end(code: RefusalCode, words?: string): void
  /** Ends another session whose place this one takes. */
  replace(other: Session): void
  newBatch(): string
  /** What was erased lately. */
  readonly erasures: Erasures
  /** The place of the event just made. */
  lastSeq(): number
}

export function pursueRegistration(session: Session, registrar: Registrar) {
  const { nick, username, negotiating } = session
  if (nick === undefined || username === undefined || negotiating) return
  const { settings } = registrar.net
  if (settings.passwordNeeded && !session.passwordRight) return checkPassword(session, registrar)
  // "the server SHOULD abort it and send a 906 numeric, then register the client without authentication"
  if (session.exchange) {
    session.exchange = undefined
    registrar.answer(ERR_SASLABORTED())
  }
  const ban = banOf(registrar.net, session, registrar.now)
  if (ban) return registrar.end("BANNED", wordsOf(ban))
  session.account ??= accountOf(session.arrival, registrar)
  if (registrar.net.lockedSince !== undefined && !isKnown(registrar.net, session.account, session.arrival))
    return registrar.end("LOCKDOWN", settings.accounts.external ? undefined : LOCKED_WITHOUT_CERTIFICATES)
  if (!session.account && settings.access === "members") return turnAway(session.arrival, registrar)
  register(session, nick, username, session.account, registrar)
}

// Where no certificate is asked for, none can be shown.
const LOCKED_WITHOUT_CERTIFICATES = "nobody new is let in for now: only who logs in to an account"
const REQUIRED_WITHOUT_CERTIFICATES = "this server admits members only: log in by SASL"

function turnAway({ certificate }: Arrival, { net, end }: Registrar) {
  const { external } = net.settings.accounts
  if (!certificate) return end("ACCOUNT_REQUIRED", external ? undefined : REQUIRED_WITHOUT_CERTIFICATES)
  const other = net.account(certificate.name)
  end(
    "NOT_A_MEMBER",
    other && `the account ${other.name} is not this certificate's, but another's of that name`,
  )
}

function checkPassword(session: Session, registrar: Registrar) {
  if (session.password === undefined) {
    registrar.answer(ERR_PASSWDMISMATCH())
    return registrar.end("BAD_PASSWORD", "this server needs a password")
  }
  registrar.ask({ type: "password", given: session.password }, (result) => {
    session.passwordRight = result.type === "password" && result.right
    if (session.passwordRight) return undefined
    // Nothing is known of the password: who comes again may be let in.
    if (result.type === "tooMany") return registrar.end("TOO_MANY_CONNECTIONS", result.words)
    registrar.answer(ERR_PASSWDMISMATCH())
    registrar.end("BAD_PASSWORD")
    return undefined
  })
}

// A certificate of a trusted authority makes its name an account at first sight. A name that another's account holds is
// not this one's.
function accountOf({ certificate }: Arrival, { net, place }: Registrar): Account | undefined {
  const name = certificate && accountNameOf(net, certificate)
  if (!name) return undefined
  if (!net.account(name) && net.lockedSince === undefined)
    place(accountCreated, { name, issuer: certificate.issuer })
  return net.account(name)
}

function register(
  session: Session,
  nick: Nick,
  username: string,
  account: Account | undefined,
  registrar: Registrar,
) {
  const { net } = registrar
  const online = account && net.userOf(account)
  const { multiclient } = net.settings.accounts
  const isAlone = !multiclient || account?.multiclient === false
  if (online && multiclient && isAlone && !mayReplace(net, session, online.sessions, account)) {
    session.nick = undefined
    return registrar.answer(ERR_NICKNAMEINUSE(nick, `${account.name} is here already, and wants to be once`))
  }
  const isBack = account && session.away !== ABSENT && (!online || isNowhere(online))
  session.missed = isBack ? unseenBy(account) : undefined
  if (online) {
    bringMetadata(session, online, registrar)
    const others = online.sessions.slice()
    // "an away message of * should be treated as though the connection did not exist at all"
    if (online.absentSince !== undefined && session.away !== ABSENT)
      registrar.place(userAttached, { user: online.id }, online)
    // What another connection proved is not for one that proves nothing.
    if (online.modes.has("o") && !isCertified(net, session.arrival, account))
      registrar.place(userModesChanged, { changes: [["o", false]] }, online)
    attach(session, online, registrar)
    registrar.answer(greetingOfSecondSession(registrar, session, online))
    bringAway(session, online, registrar)
    if (isAlone) for (const other of others) registrar.replace(other)
  } else {
    if (account && net.folded(nick) === net.folded(account.name)) clearNick(nick, registrar)
    if (isTaken(net, nick, account)) {
      session.nick = undefined
      return registrar.answer(ERR_NICKNAMEINUSE(nick))
    }
    const { host, memberHost = host } = session.arrival
    const realname = session.realname ?? nick
    registrar.place(userConnected, {
      nick,
      username,
      host: account ? memberHost : host,
      realname,
      ...(account ? { accountName: account.name } : {}),
      ...(session.away ? { away: session.away } : {}),
      ...(net.settings.defaultUserModes === "" ? {} : { modes: net.settings.defaultUserModes }),
    })
    const user = net.users.get(registrar.lastSeq() as UserId)
    if (!user) throw new Error("userConnected made no user")
    bringMetadata(session, user, registrar)
    attach(session, user, registrar)
    registrar.answer(greeting(registrar, session, user))
  }
  const { address, tlsVersion, certificate, via } = session.arrival
  noteUse(session, registrar)
  registrar.log({
    level: "info",
    what: "connected",
    nick: session.addressee,
    address,
    tls: tlsVersion,
    certificate: certificate?.name,
    via: via?.address,
    gateway: via?.gateway,
  })
}

// Who knows the password alone does not keep out who shows a certificate.
function mayReplace(
  net: Network,
  { arrival }: Session,
  others: readonly Session[],
  account: Account,
): boolean {
  const isProven = isCertified(net, arrival, account)
  return others.every((other) => isProven && !isCertified(net, other.arrival, account))
}

function noteUse({ arrival: { certificate } }: Session, { net, place, readOnly, now }: Registrar) {
  const issued = certificate && issuedOf(net, certificate)
  if (!issued || readOnly || now - (issued.lastUsed ?? 0) < CERTIFICATE_USE_NOTED_EVERY_MS) return
  place(certificateUsed, { serial: issued.serial })
}

// What was set before registration; what has no room is not taken, and the greeting's batch says so.
function bringMetadata({ metadata = new Map() }: Session, user: User, { net, place, readOnly }: Registrar) {
  if (readOnly) return
  for (const [key, text] of metadata) {
    const fact = { user: user.id, key, text }
    if (!metadataChanged.refuse?.(net, fact, user)) place(metadataChanged, fact, user)
  }
}

// "an away message of * should be treated as though the connection did not exist at all": it changes nothing for a user who
// was there before it, and who comes after it without a word is there. https://ircv3.net/specs/extensions/pre-away.html
function bringAway({ away: said }: Session, user: User, { place, readOnly }: Registrar) {
  const away = said ?? (user.away === ABSENT ? "" : undefined)
  if (readOnly || away === undefined || away === ABSENT || away === (user.away ?? "")) return
  place(awayChanged, away === "" ? {} : { away }, user)
}

// An account's nick is its holder's: a guest who took it, or one that looks like it, before the account was known gives it back.
function clearNick(nick: Nick, registrar: Registrar) {
  const { net } = registrar
  const namesakes = net.lookalikes(nick).filter((one) => "nick" in one && !one.account) as User[]
  for (const guest of new Set([net.user(nick) ?? [], namesakes].flat())) {
    let free = `guest-${guest.id}`
    while (isTaken(net, free as Nick, undefined)) free += "_"
    registrar.place(nickChanged, renaming(guest, free as Nick), guest)
  }
}

function attach(session: Session, user: User, { lastSeq }: Registrar) {
  session.user = user
  session.hearsFrom = lastSeq() + 1
  user.sessions.push(session)
}
