// REGISTER and VERIFY: https://ircv3.net/specs/extensions/account-registration.html

import { EMAIL_BYTES_MAX, PASSWORD_BYTES_MAX } from "../../protocol/limits.ts"
import { byteLength, folded, type Nick } from "../../protocol/names.ts"
import { ERR_NOPRIVILEGES } from "../../protocol/numerics.ts"
import { FAIL, type Reply } from "../../protocol/reply.ts"
import { anytime, type Answer, type Context } from "../command.ts"
import type { Network } from "../network.ts"
import { mayRegisterEarly } from "../offers.ts"
import { readAsGuest } from "../read-markers.ts"
import { accountNameIn, accountNameOf, accountRegistered } from "./account.ts"
import { acted } from "./staff-acted.ts"

const SPECIFICATION = "https://ircv3.net/specs/extensions/account-registration.html"

export const REGISTER = anytime({
  name: "REGISTER",
  syntax: "<account|*> <email|*> <password>",
  help: "Makes an account with a password, which your nick then belongs to.",
  specification: SPECIFICATION,
  run(context, account: string, email: string, password: string) {
    const { net, session } = context
    const nick = session.user?.nick ?? session.nick
    const wanted = account === "*" ? (nick ?? "*") : account
    const { registration, customNames } = net.settings.accounts
    if (!registration)
      return fail("DISALLOWED", wanted, "On this network accounts are made by whoever runs the server")
    const unready = refusalBeforeConnect(context, "REGISTER", wanted)
    if (unready) return unready
    if (nick === undefined) return fail("NEED_NICK", "*", "Choose a nick first")
    if (!customNames && net.folded(wanted) !== net.folded(nick))
      return fail("ACCOUNT_NAME_MUST_BE_NICK", wanted, `An account is called like its nick, which is ${nick}`)
    return (
      refusalOfEmail(net, wanted, email) ?? registerAccount(context, wanted, password, { email, own: true })
    )
  },
})

// Nothing here waits for a code: there is no mail.
export const VERIFY = anytime({
  name: "VERIFY",
  syntax: "<account> <code>",
  help: "Ends a registration that waits for a code; none does here, since no mail is sent.",
  specification: SPECIFICATION,
  run(context, account: string) {
    const unready = refusalBeforeConnect(context, "VERIFY", account)
    if (unready) return unready
    return FAIL("VERIFY", "INVALID_CODE", [account], "No account here waits for a code")
  },
})

/** Checks the name and the password, has them hashed, and makes the account; `own` when its maker is to use it. */
export function registerAccount(
  context: Context,
  wanted: string,
  password: string,
  { email = "*", own = false }: { email?: string; own?: boolean },
): Answer {
  const { net, session, propose, ask } = context
  const name = accountNameIn(net, wanted)
  if (!name) return fail("BAD_ACCOUNT_NAME", wanted, "That can be nobody's name here")
  const { memberHost: host } = session.arrival
  const maker = own ? { own: true as const, ...(host ? { host } : {}) } : {}
  const refusal =
    accountRegistered.refuse?.(net, { name, ...maker }, session.user) ??
    refusalOfPassword(net, name, password)
  if (refusal) return refusal
  const { emailRequired } = net.settings.accounts
  // What is not needed is not kept.
  const question = { password, isCounted: own, ...(emailRequired ? { email } : {}) }
  ask({ type: "credentials", ...question }, (result) => {
    // Hashing takes its time: whose right has ended meanwhile makes nothing.
    if (!own && !session.user?.rights.includes("accounts")) return ERR_NOPRIVILEGES("accounts")
    const read = own && session.user ? readAsGuest(session.user) : {}
    const record = own ? undefined : acted("register", { target: name })
    if (result.type === "credentials")
      return propose(accountRegistered, { name, text: result.text, ...maker, ...read }, record)
    const words =
      result.type === "tooMany" ? result.words : "Something is wrong with the server; it is in its log"
    return fail("TEMPORARILY_UNAVAILABLE", name, words)
  })
  return undefined
}

/** Why this cannot be the password of `account`. */
export function refusalOfPassword(net: Network, account: Nick, password: string): Reply | undefined {
  const least = net.settings.accounts.passwordLengthMin
  if (byteLength(password) > PASSWORD_BYTES_MAX)
    return fail("UNACCEPTABLE_PASSWORD", account, `A password has at most ${PASSWORD_BYTES_MAX} bytes`)
  if (/\p{Cc}/u.test(password))
    return fail("UNACCEPTABLE_PASSWORD", account, "A password has no control characters")
  if ([...password].length < least)
    return fail("WEAK_PASSWORD", account, `A password has at least ${least} characters`)
  return folded(password) === folded(account)
    ? fail("WEAK_PASSWORD", account, "A password is not the account's name")
    : undefined
}

function refusalOfEmail(net: Network, account: string, email: string): Reply | undefined {
  if (email === "*" && !net.settings.accounts.emailRequired) return undefined
  if (!/^[^\s@\p{Cc}]+@[^\s@\p{Cc}]+$/u.test(email))
    return fail("INVALID_EMAIL", account, "An address looks like ann@example.org")
  return byteLength(email) > EMAIL_BYTES_MAX
    ? fail("UNACCEPTABLE_EMAIL", account, `An address has at most ${EMAIL_BYTES_MAX} bytes`)
    : undefined
}

function refusalBeforeConnect(
  { net, session }: Context,
  command: string,
  account: string,
): Reply | undefined {
  if (!session.user && !mayRegisterEarly(net.settings))
    return FAIL(command, "COMPLETE_CONNECTION_REQUIRED", [account], "Connect first: NICK, USER, CAP END")
  const { certificate } = session.arrival
  const before = session.account?.name ?? (certificate && accountNameOf(net, certificate))
  const own = session.user ? session.user.account?.name : before
  return own === undefined
    ? undefined
    : FAIL(command, "ALREADY_AUTHENTICATED", [own], `You are logged in as ${own}`)
}

function fail(code: string, account: string, text: string): Reply {
  return FAIL("REGISTER", code, [account], text)
}
