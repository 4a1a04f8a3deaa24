// NICKSERV: your account, for clients that know no other way. https://ircv3.net/specs/extensions/account-registration.html

import { ERR_NOPRIVILEGES } from "../../protocol/numerics.ts"
import { isAlwaysOn } from "../always-on.ts"
import type { Answer, Command, UserContext } from "../command.ts"
import { logIn } from "../sasl.ts"
import { said, service } from "../service.ts"
import type { Session } from "../session.ts"
import type { Account } from "../user.ts"
import { changeOfPassword, isCertified, passwordChanged } from "./account.ts"
import { accountSettingsChanged } from "./account-settings.ts"
import { fingerprintIn, pin, unpin } from "./clientcert.ts"
import { REGISTER, refusalOfPassword, registerAccount } from "./register.ts"

const WRONG = "That is not the account's password"
const SPECIFICATION = "https://ircv3.net/specs/extensions/account-registration.html"

export const NICKSERV = service(
  "NickServ",
  {
    help: "Looks after your account: REGISTER, IDENTIFY, SET, PASSWD, CERT, GHOST, INFO. HELP says more.",
    specification: SPECIFICATION,
  },
  {
    REGISTER: {
      syntax: "<password> [<email>]",
      help: "Makes an account that is called like your nick, which then belongs to you.",
      run: (context, password = "", email = "*") => REGISTER.run(context, "*", email, password),
    },
    IDENTIFY: {
      syntax: "[<account>] <password>",
      help: "Logs in to your account; to that of your nick if you name none.",
      run: (context, first = "", second?: string) =>
        second === undefined ? identify(context, context.user.nick, first) : identify(context, first, second),
    },
    SET: {
      syntax: "[<always-on|multiclient> <on|off|default>]",
      help: "always-on: you stay online when you leave, and read later what was said. multiclient: several connections at once. SET PASSWORD is PASSWD.",
      run: (context, key, ...values) =>
        ownAccount(context, (account) =>
          key === undefined
            ? settings(context, account)
            : key.toLowerCase() === "password"
              ? changePassword(context, account, values)
              : set(context, account, key.toLowerCase(), values[0]),
        ),
    },
    PASSWD: {
      syntax: "[<password>] <new>",
      help: "Changes your account's password; without the one of before where it has none yet, because a certificate made it.",
      run: (context, ...passwords) =>
        ownAccount(context, (account) => changePassword(context, account, passwords)),
    },
    CERT: {
      syntax: "<ADD|DEL|LIST> [<fingerprint>]",
      help: "Certificates that log you in by SASL EXTERNAL: this connection's, or by their SHA-512.",
      run: (context, verb, fingerprint) =>
        ownAccount(context, (account) => certificates(context, account, verb, fingerprint)),
    },
    GHOST: {
      syntax: "<nick> [<password>]",
      help: "Disconnects who is online by your account; with its password if you are not logged in to it.",
      run: (context, nick = "", password = "") => ghost(context, nick, password),
    },
    INFO: {
      syntax: "[<account>]",
      help: "Tells about an account.",
      run: ({ net, user }, name = user.account?.name ?? user.nick) => {
        const account = net.account(name)
        const online = account && net.userOf(account)
        if (!account) return `There is no account ${name}`
        return online ? `${account.name} is online as ${online.nick}` : `${account.name} is not online`
      },
    },
    SAREGISTER: {
      syntax: "<account> <password>",
      help: "Makes an account for somebody else; for operators of the server.",
      run: (context, name = "", password = "") =>
        context.user.rights.includes("accounts")
          ? registerAccount(context, name, password, {})
          : ERR_NOPRIVILEGES("accounts"),
    },
  },
)

export const NS: Command = { ...NICKSERV, name: "NS", help: "The same as NICKSERV." }

function ownAccount({ user }: UserContext, then: (account: Account) => Answer | string): Answer | string {
  return user.account ? then(user.account) : "You are not logged in: IDENTIFY first"
}

function identify(context: UserContext, name: string, password: string): Answer {
  return logIn(context, name, password, (why) => said(why ?? WRONG))
}

const WORDS: ReadonlyMap<string, boolean | null> = new Map([
  ["on", true],
  ["true", true],
  ["yes", true],
  ["off", false],
  ["false", false],
  ["no", false],
  ["default", null],
])

function set(context: UserContext, account: Account, key: string, text = ""): Answer | string {
  const value = WORDS.get(text.toLowerCase())
  if (value === undefined) return "It is on, off or default"
  const { alwaysOn, multiclient } = context.net.settings.accounts
  const accountName = account.name
  if (key === "always-on") {
    if (alwaysOn === "off" && value) return "Nobody stays online on this network"
    if (alwaysOn === "mandatory" && value === false) return "Everybody stays online on this network"
    context.propose(accountSettingsChanged, { accountName, alwaysOn: value })
  } else if (key === "multiclient") {
    if (!multiclient && value) return "On this network an account has one connection"
    context.propose(accountSettingsChanged, { accountName, multiclient: value })
  } else return `There is no setting ${key}: there are always-on and multiclient`
  return settings(context, account)
}

function settings({ net }: UserContext, account: Account): Answer {
  const { alwaysOn, multiclient } = net.settings.accounts
  const stays = isAlwaysOn(account, alwaysOn)
  const several = multiclient && account.multiclient !== false
  return [
    said(`always-on is ${onOrOff(stays)}${account.alwaysOn === undefined ? ", by default" : ""}`),
    said(`multiclient is ${onOrOff(several)}${account.multiclient === undefined ? ", by default" : ""}`),
  ]
}

function onOrOff(on: boolean): string {
  return on ? "on" : "off"
}

function changePassword(
  context: UserContext,
  account: Account,
  passwords: readonly string[],
): Answer | string {
  const { credentials, name: accountName } = account
  const wanted = passwords.at(-1) ?? ""
  if (passwords.length !== (credentials === undefined ? 1 : 2))
    return credentials === undefined
      ? "Your account has no password yet. Write it so: PASSWD <new>"
      : "Write it so: PASSWD <password> <new>"
  const refusal = refusalOfPassword(context.net, accountName, wanted)
  if (refusal) return refusal
  if (credentials === undefined) return setPassword(context, account, wanted)
  context.ask({ type: "login", accountName, credentials, password: passwords[0] ?? "" }, (checked) => {
    if (checked.type === "tooMany") return said(checked.words)
    return checked.type === "login" && checked.right ? setPassword(context, account, wanted) : said(WRONG)
  })
  return undefined
}

// Connections that log in with the former one stay: who fears somebody there ends them by GHOST.
function setPassword({ ask, propose }: UserContext, account: Account, wanted: string): Answer {
  const { credentials } = account
  ask({ type: "credentials", password: wanted, isCounted: false }, (result) => {
    if (result.type !== "credentials")
      return said(result.type === "tooMany" ? result.words : "It could not be changed")
    if (account.credentials !== credentials) return said("It was changed meanwhile, and not by this")
    propose(passwordChanged, changeOfPassword(account, result.text))
    return account.credentials === result.text ? said("Your password is changed") : undefined
  })
  return undefined
}

function certificates(context: UserContext, account: Account, verb = "", given?: string): Answer | string {
  if (verb.toUpperCase() === "LIST") {
    const lines = [...account.certificates].map(([fingerprint, name]) => said(`${fingerprint} ${name}`))
    return lines.length > 0 ? lines : "Your account has no certificates of its own"
  }
  const shown = context.session.arrival.fingerprint
  const fingerprint = given === undefined ? shown : fingerprintIn(given)
  if (fingerprint === undefined)
    return given === undefined
      ? "This connection has shown no certificate"
      : "That is no SHA-512 in hexadecimal"
  switch (verb.toUpperCase()) {
    case "ADD":
      return pin(context, account, fingerprint) ? said("It logs you in from now on") : undefined
    case "DEL":
      return unpin(context, account, fingerprint) ? said("It logs you in no longer") : undefined
    default:
      return "Write ADD, DEL or LIST"
  }
}

// Of others only with the password of their account; of one's own account, all connections but this one. Who knows the password
// alone ends none that has shown a certificate of the account.
function ghost(context: UserContext, nick: string, password: string): Answer | string {
  const { net, user, session, ask, dismiss, replace } = context
  const target = net.user(nick)
  const account = target?.account
  if (!account) return `Nobody is online as ${nick} by an account`
  const isProven = isCertified(net, session.arrival, account)
  const stays = ({ arrival }: Session) => !isProven && isCertified(net, arrival, account)
  const end = (sessions: readonly Session[]) => {
    const ended = sessions.filter((other) => !stays(other))
    for (const other of ended) replace(other)
    const left = ended.length < sessions.length ? "; those with its certificate stay" : ""
    return `${ended.length} other connections were ended${left}`
  }
  if (target === user) return end(user.sessions.filter((other) => other !== session))
  const { name: accountName, credentials } = account
  ask({ type: "login", accountName, credentials, password }, (result) => {
    if (result.type === "tooMany") return said(result.words)
    const isTheirs = target.account?.credentials === credentials
    if (result.type !== "login" || !result.right || !isTheirs) return said(WRONG)
    if (target.sessions.some(stays)) return said(end(target.sessions.slice()))
    if (net.user(nick) === target) dismiss(target, "REPLACED", `Disconnected by ${user.nick}`)
    return said(`${nick} was disconnected`)
  })
  return undefined
}
