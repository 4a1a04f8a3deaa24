// Accounts: a certificate of a trusted authority makes one at first sight of its name, a password at registration. One name
// has one owner: what was made by one of them is never taken for the other's by its name.
// Others hear of a login by https://ircv3.net/specs/extensions/account-notify.html

import { ACCOUNT_NOTIFY, CHGHOST, READ_MARKER } from "../../protocol/capabilities.ts"
import type { Nick } from "../../protocol/names.ts"
import { ERR_SASLALREADY, ERR_SASLFAIL, RPL_LOGGEDIN } from "../../protocol/numerics.ts"
import { FAIL, type Reply } from "../../protocol/reply.ts"
import { issuedOf } from "../certificates.ts"
import { event, from, type Stamp } from "../event.ts"
import { tellOfUser } from "../metadata.ts"
import type { Network } from "../network.ts"
import { endOperator } from "../operators.ts"
import { bequeathRead, markersOf, markread, type Read } from "../read-markers.ts"
import type { Arrival, Certificate } from "../seams.ts"
import { comeToMailbox, leaveMailbox, type Seen } from "../seen.ts"
import type { Tell } from "../tell.ts"
import { signIn } from "./channel-roles.ts"
import { ABSENT, sourceOf, type Account, type User, type UserId } from "../user.ts"

export const accountCreated = event<{ name: Nick; issuer: string }>({
  type: "accountCreated",
  apply(net, { seq, name, issuer }) {
    const maps = { certificates: new Map(), metadata: new Map(), readMarkers: new Map() }
    net.addAccount({ id: seq, name, issuer, ...maps })
  },
})

/** The account's name that a certificate stands for, whether there is one yet or not; undefined where it is another's. */
export function accountNameOf(net: Network, certificate: Certificate): Nick | undefined {
  const { name, issuer } = certificate
  const issued = issuedOf(net, certificate)
  if (issued) return net.accountOf(issued.accountId)?.name
  const known = net.account(name)
  return known ? (known.issuer === issuer ? known.name : undefined) : accountNameIn(net, name)
}

/**
 * Whether a connection has shown a certificate of this account that an authority signed. One that the account itself calls its own
 * proves no more than the password that let it do so.
 */
export function isCertified(net: Network, { certificate }: Arrival, account: Account): boolean {
  return certificate !== undefined && accountNameOf(net, certificate) === account.name
}

/** The name of an account that `text` is, or undefined. What could be no nick could stand in no line either. */
export function accountNameIn(net: Network, text: string): Nick | undefined {
  const name = net.parseNick(text)
  return name && !net.isReserved(name) ? name : undefined
}

interface AccountRegistered {
  readonly name: Nick
  /** Its credentials: hashes, in the column that can be erased. */
  readonly text?: string
  /** Whoever registers it is logged in to it; otherwise it was made for somebody else. */
  readonly own?: true
  /** The host that others see of whoever registers it, from now on. */
  readonly host?: string
  /** How far whoever registers it has read. */
  readonly read?: Read
}

export const accountRegistered = event<AccountRegistered>({
  type: "accountRegistered",
  refuse(net, { name, own }, by) {
    if (own && net.lockedSince !== undefined)
      return FAIL("REGISTER", "TEMPORARILY_UNAVAILABLE", [name], "Nobody new is let in for now")
    const holder = net.user(name)
    // Nobody loses a nick to who registers it.
    const isHeld = own && holder !== undefined && holder !== by
    const isLike = net.lookalikes(name).some((one) => !own || one !== by)
    return isHeld || isLike || net.account(name)
      ? FAIL("REGISTER", "ACCOUNT_EXISTS", [name], "That name is somebody else's")
      : undefined
  },
  apply(net, e, tell) {
    const account: Account = {
      id: e.seq,
      name: e.name,
      ...(e.text === undefined ? {} : { credentials: e.text, credentialsSeq: e.seq }),
      certificates: new Map(),
      metadata: new Map(),
      readMarkers: new Map(),
    }
    net.addAccount(account)
    tell.reply({ command: "REGISTER", params: ["SUCCESS", e.name], text: "The account is registered" })
    if (!e.own) return
    const user = e.by === undefined ? undefined : net.users.get(e.by)
    if (user) logIn(net, user, account, e, tell)
    else if (tell.origin) {
      tell.origin.account = account
      tell.reply(RPL_LOGGEDIN(tell.origin.source, account.name))
    }
  },
})

interface PasswordChanged {
  readonly accountName: Nick
  /** The new credentials. */
  readonly text?: string
  /** The place of those that go from the log with this. */
  readonly formerSeq?: number
}

export const passwordChanged = event<PasswordChanged>({
  type: "passwordChanged",
  refuse: () => undefined,
  erases: ({ formerSeq = 0 }) => ({ seq: formerSeq }),
  apply(net, { accountName, text, seq }) {
    const account = net.account(accountName)
    if (!account || text === undefined) return
    account.credentials = text
    account.credentialsSeq = seq
  },
})

/** The fact that an account has other credentials. */
export function changeOfPassword({ name, credentialsSeq }: Account, text: string): PasswordChanged {
  return { accountName: name, text, ...(credentialsSeq === undefined ? {} : { formerSeq: credentialsSeq }) }
}

/** `seen` by the account before, if there was one. */
interface UserLoggedIn extends Seen {
  readonly user: UserId
  readonly accountName: Nick
  /** How many keys an account had room for then. */
  readonly metadataKeys?: number
  /** The host that others see from now on. */
  readonly host?: string
  /** How far the guest has read. */
  readonly read?: Read
}

/** A user who is here already logs in, or changes accounts. */
export const userLoggedIn = event<UserLoggedIn>({
  type: "userLoggedIn",
  refuse(net, { user: id, accountName }) {
    const user = net.users.get(id)
    const account = net.account(accountName)
    return user && account ? refusalOfLogin(net, user, account) : ERR_SASLFAIL()
  },
  apply(net, e, tell) {
    const user = net.users.get(e.user)
    const account = net.account(e.accountName)
    const room = e.metadataKeys ?? net.settings.limits.metadataKeys
    if (user && account) logIn(net, user, account, e, tell, room)
  },
})

/** Why a user who is here may not become this account now. */
export function refusalOfLogin(net: Network, user: User, account: Account): Reply | undefined {
  const online = net.userOf(account)
  if (online && online !== user)
    return ERR_SASLFAIL(
      `${account.name} is online as ${online.nick}: log in while you connect, to be there too`,
    )
  // What one device does is not to move the others to another account.
  return user.account && user.account !== account && user.sessions.length > 1
    ? ERR_SASLALREADY(`Your other connections are logged in as ${user.account.name}: close them first`)
    : undefined
}

type LogIn = Stamp & Seen & { readonly host?: string; readonly read?: Read }

function logIn(net: Network, user: User, account: Account, e: LogIn, tell: Tell, room = Infinity) {
  const source = sourceOf(user)
  const before = user.metadata
  // What one account may do is not done in the name of another.
  if (user.account && user.account !== account && user.modes.has("o")) {
    tell.user(user, from(e, "MODE", [user.nick, "-o"]))
    endOperator(net, user, e, tell)
  }
  if (user.account && user.account !== account) leaveMailbox(user, e)
  const wasRead = new Map(markersOf(user))
  if (!user.account) bequeath(before, account, room)
  bequeathRead(account, e.read ?? [])
  net.logIn(user, account)
  if (user.away !== ABSENT) comeToMailbox(user, e)
  user.metadata = account.metadata
  const notice = { ...from(e, "ACCOUNT", [account.name], undefined, source), account: account.name }
  for (const session of user.sessions) {
    session.hearsFrom = e.seq
    tell.session(session, RPL_LOGGEDIN(source, account.name))
  }
  tell.peersAndWatchers(user, { ...notice, needs: ACCOUNT_NOTIFY })
  signIn(user, e.at, tell)
  for (const key of new Set([...before.keys(), ...account.metadata.keys()]))
    if (before.get(key) !== account.metadata.get(key)) tellOfUser(user, key, tell)
  for (const { id, name } of user.channels.keys()) {
    const until = account.readMarkers.get(id) ?? 0
    if (until <= (wasRead.get(id) ?? 0)) continue
    for (const session of user.sessions)
      if (session.has(READ_MARKER)) tell.session(session, markread(name, until))
  }
  if (e.host !== undefined && e.host !== user.host) moveTo(user, e.host, e, tell)
}

/** https://ircv3.net/specs/extensions/chghost.html; others are not shown a QUIT and a JOIN of somebody who stays. */
function moveTo(user: User, host: string, e: Stamp, tell: Tell) {
  const notice = { ...from(e, "CHGHOST", [user.username, host], undefined, sourceOf(user)), needs: CHGHOST }
  tell.peersAndWatchers(user, notice)
  user.host = host
}

/** What a guest said of himself is the account's, where that says nothing itself. */
function bequeath(metadata: ReadonlyMap<string, string>, { metadata: own }: Account, most: number) {
  for (const [key, value] of metadata) if (!own.has(key) && own.size < most) own.set(key, value)
}
