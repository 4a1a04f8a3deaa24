// Accounts: a certificate of a trusted authority makes one at first sight of its name, a password at registration. One name
// has one owner: what was made by one of them is never taken for the other's by its name.
// Others hear of a login by https://ircv3.net/specs/extensions/account-notify.html

import { ACCOUNT_NOTIFY } from "../../protocol/capabilities.ts"
import { METADATA_KEYS_MAX } from "../../protocol/limits.ts"
import type { Nick } from "../../protocol/names.ts"
import { ERR_SASLFAIL, RPL_LOGGEDIN } from "../../protocol/numerics.ts"
import { FAIL } from "../../protocol/reply.ts"
import { event, from, type Stamp } from "../event.ts"
import { tellOfUser } from "../metadata.ts"
import type { Network } from "../network.ts"
import type { Tell } from "../tell.ts"
import { sourceOf, type Account, type User, type UserId } from "../user.ts"

export const accountCreated = event<{ name: Nick; issuer: string }>({
  type: "accountCreated",
  apply(net, { seq, name, issuer }) {
    net.addAccount({ id: seq, name, issuer, alwaysOn: false, metadata: new Map() })
  },
})

interface AccountRegistered {
  readonly name: Nick
  /** Its credentials: hashes, in the column that can be erased. */
  readonly text?: string
  /** Whoever registers it is logged in to it; otherwise it was made for somebody else. */
  readonly own?: true
}

export const accountRegistered = event<AccountRegistered>({
  type: "accountRegistered",
  refuse(net, { name }, by) {
    const holder = net.user(name)
    // Nobody loses a nick to who registers it.
    const isTaken = net.account(name) !== undefined || (holder !== undefined && holder !== by)
    return isTaken ? FAIL("REGISTER", "ACCOUNT_EXISTS", [name], "That name is somebody else's") : undefined
  },
  apply(net, e, tell) {
    const account: Account = {
      id: e.seq,
      name: e.name,
      ...(e.text === undefined ? {} : { credentials: e.text }),
      alwaysOn: false,
      metadata: new Map(),
    }
    net.addAccount(account)
    if (!e.own) return
    const user = e.by === undefined ? undefined : net.users.get(e.by)
    if (user) logIn(net, user, account, e, tell)
  },
})

export const passwordChanged = event<{ accountName: Nick; text?: string }>({
  type: "passwordChanged",
  refuse: () => undefined,
  apply(net, { accountName, text }) {
    const account = net.account(accountName)
    if (!account) return
    if (text === undefined) delete account.credentials
    else account.credentials = text
  },
})

/** A user who is here already logs in, or changes accounts. */
export const userLoggedIn = event<{ user: UserId; accountName: Nick }>({
  type: "userLoggedIn",
  refuse(net, { user: id, accountName }) {
    const user = net.users.get(id)
    const account = net.account(accountName)
    const why = user && account ? whyNoLogin(net, user, account) : "There is no such account"
    return why === undefined ? undefined : ERR_SASLFAIL(why)
  },
  apply(net, e, tell) {
    const user = net.users.get(e.user)
    const account = net.account(e.accountName)
    if (user && account) logIn(net, user, account, e, tell)
  },
})

/** Why a user who is here may not become this account now, in words. */
export function whyNoLogin(net: Network, user: User, account: Account): string | undefined {
  const online = net.userOf(account)
  if (online && online !== user)
    return `${account.name} is online as ${online.nick}: log in while you connect, and you are there too`
  return user.account && user.account !== account && user.sessions.length > 1
    ? `Your other connections use ${user.account.name}: close them first`
    : undefined
}

function logIn(net: Network, user: User, account: Account, e: Stamp, tell: Tell) {
  const source = sourceOf(user)
  const before = user.metadata
  if (!user.account) bequeath(before, account)
  net.logIn(user, account)
  user.metadata = account.metadata
  const notice = { ...from(e, "ACCOUNT", [account.name], undefined, source), account: account.name }
  tell.peersAndWatchers(user, { ...notice, needs: ACCOUNT_NOTIFY })
  for (const session of user.sessions) tell.session(session, RPL_LOGGEDIN(source, account.name))
  for (const key of new Set([...before.keys(), ...account.metadata.keys()]))
    if (before.get(key) !== account.metadata.get(key)) tellOfUser(user, key, tell)
}

/** What a guest said of himself is the account's, where that says nothing itself. */
function bequeath(metadata: ReadonlyMap<string, string>, { metadata: own }: Account) {
  for (const [key, value] of metadata) if (!own.has(key) && own.size < METADATA_KEYS_MAX) own.set(key, value)
}
