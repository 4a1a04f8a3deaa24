// The mechanisms of SASL. Each takes the client's first response; an exchange ends with `failed` or `succeeded`.
// PLAIN: https://www.rfc-editor.org/rfc/rfc4616 · EXTERNAL: https://www.rfc-editor.org/rfc/rfc4422#appendix-A
// SCRAM: https://www.rfc-editor.org/rfc/rfc5802, with SHA-256 by RFC 7677 and `tls-exporter` by RFC 9266

import { textToBase64, utf8 } from "../protocol/base64.ts"
import { SASL_CHUNK_BYTES } from "../protocol/limits.ts"
import { folded } from "../protocol/names.ts"
import { ERR_SASLFAIL, RPL_LOGGEDIN, RPL_SASLSUCCESS } from "../protocol/numerics.ts"
import { type ClientFirst, parseClientFinal, parseClientFirst } from "../protocol/scram.ts"
import { isOver } from "./bans.ts"
import type { Answer, Context } from "./command.ts"
import { accountCreated, accountNameOf, refusalOfLogin, userLoggedIn } from "./commands/account.ts"
import type { Content } from "./narrow.ts"
import { readAsGuest } from "./read-markers.ts"
import type { Result } from "./seams.ts"
import { seenSoFar, unseenBy } from "./seen.ts"
import type { Exchange } from "./session.ts"
import { ABSENT, type Account } from "./user.ts"

type Respond = Exchange["respond"]

export const MECHANISMS: ReadonlyMap<string, Respond> = new Map([
  ["EXTERNAL", external],
  ["PLAIN", plain],
  ["SCRAM-SHA-256", (context, response) => scramFirst(context, response, false)],
  ["SCRAM-SHA-256-PLUS", (context, response) => scramFirst(context, response, true)],
] satisfies [string, Respond][])

export function failed({ session }: Context, words?: string): Answer {
  session.exchange = undefined
  return ERR_SASLFAIL(words)
}

function succeeded(context: Context, account: Account): Answer {
  const { net, session, propose } = context
  const { user } = session
  session.exchange = undefined
  // Who connects is told why, and sent away, at the end of registration.
  const ban = user && context.net.ban({ kind: "account", value: account.name })
  if (ban && !isOver(ban, context.now)) return ERR_SASLFAIL(`${account.name} is banned from this server`)
  if (user && user.account !== account) {
    const refusal = refusalOfLogin(net, user, account)
    if (refusal) return refusal
    const { metadataKeys } = net.settings.limits
    const { memberHost: host } = session.arrival
    propose(userLoggedIn, {
      user: user.id,
      accountName: account.name,
      metadataKeys,
      ...readAsGuest(user),
      ...(user.account ? seenSoFar(session) : {}),
      ...(host ? { host } : {}),
    })
    if (user.account === account) {
      session.mail = undefined
      session.missed = session.away === ABSENT ? undefined : unseenBy(account)
    }
    // It may have been refused for want of room on the disk.
    return user.account === account ? RPL_SASLSUCCESS() : ERR_SASLFAIL()
  }
  if (!user) session.account = account
  return [RPL_LOGGEDIN(session.source, account.name), RPL_SASLSUCCESS()]
}

// The connection is the proof: what is left to say is, at most, as whom.
function external(context: Context, response: Uint8Array): Answer {
  const { net, session, propose } = context
  const { certificate, fingerprint } = session.arrival
  const authzid = utf8(response)
  if (authzid === undefined) return failed(context)
  const name = certificate && accountNameOf(net, certificate)
  const pinning = fingerprint === undefined ? undefined : net.accountPinning(fingerprint)
  if (!name || !mayActAs(authzid, name))
    return pinning && mayActAs(authzid, pinning.name) ? succeeded(context, pinning) : failed(context)
  if (!net.account(name) && net.lockedSince === undefined)
    propose(accountCreated, { name, issuer: certificate.issuer })
  const account = net.account(name)
  return account ? succeeded(context, account) : failed(context)
}

function plain(context: Context, response: Uint8Array): Answer {
  const [authzid = "", authcid = "", password = "", ...rest] = utf8(response)?.split("\0") ?? []
  const isWhole = authcid !== "" && password !== "" && rest.length === 0
  if (!isWhole || !mayActAs(authzid, authcid)) return failed(context)
  return logIn(context, authcid, password, (why) => failed(context, why))
}

/** By the account's password; `otherwise` answers when that fails. One that was changed while it was checked is the former. */
export function logIn(
  context: Context,
  name: string,
  password: string,
  otherwise: (why: string | undefined) => Answer,
): Answer {
  const account = context.net.account(name)
  const claim = claimOf(account, name)
  context.ask({ type: "login", ...claim, password }, (result) => {
    const isRight = result.type === "login" && result.right && account?.credentials === claim.credentials
    if (isRight && account) return succeeded(context, account)
    return otherwise(result.type === "tooMany" ? result.words : undefined)
  })
  return undefined
}

function scramFirst(context: Context, response: Uint8Array, isBound: boolean): Answer {
  const first = parseClientFirst(utf8(response) ?? "")
  const isAgreed = isBound
    ? first?.binding.kind === "p" && first.binding.name === "tls-exporter"
    : first?.binding.kind === "n"
  if (first?.binding.kind === "y" && !isBound) return failed(context, stripped(context))
  if (!first || !isAgreed || !mayActAs(first.authzid, first.username)) return failed(context)
  const account = context.net.account(first.username)
  context.ask({ type: "scramChallenge", ...claimOf(account, first.username) }, (result) => {
    if (result.type !== "scramChallenge") return failed(context, refusalIn(result))
    const nonce = first.nonce + result.nonce
    const challenge = `r=${nonce},s=${result.salt},i=${result.iterations}`
    context.session.exchange = {
      encoded: "",
      respond: (next, final) => scramFinal(next, final, { first, nonce, challenge, account, isBound }),
    }
    return chunked(challenge)
  })
  return undefined
}

/** "y" says that we offer no binding, and we do: somebody between us has taken it from the list. */
function stripped({ session, log }: Context): string {
  const { address } = session.arrival
  log({ level: "warn", what: "failed login", address, why: "somebody took SCRAM-SHA-256-PLUS from the list" })
  return "Somebody between us has taken SCRAM-SHA-256-PLUS from the list: nothing was proven to them"
}

interface Scram {
  readonly first: ClientFirst
  readonly nonce: string
  readonly challenge: string
  readonly account: Account | undefined
  readonly isBound: boolean
}

function scramFinal(context: Context, response: Uint8Array, scram: Scram): Answer {
  const { first, nonce, challenge, account, isBound } = scram
  const final = parseClientFinal(utf8(response) ?? "")
  if (!final || final.nonce !== nonce) return failed(context)
  const question = {
    ...claimOf(account, first.username),
    message: `${first.bare},${challenge},${final.withoutProof}`,
    proof: final.proof,
    header: first.header,
    channelBinding: final.channelBinding,
    isBound,
  }
  context.ask({ type: "scramProof", ...question }, (result) => {
    const why = refusalIn(result)
    const signature = result.type === "login" ? result.signature : undefined
    if (why !== undefined || !account || signature === undefined) return failed(context, why)
    // "clients MUST still send an empty response" to what proves that we know the password too.
    const respond: Respond = (next, rest) =>
      rest.length === 0 && account.credentials === question.credentials
        ? succeeded(next, account)
        : failed(next)
    context.session.exchange = { encoded: "", respond }
    return chunked(`v=${signature}`)
  })
  return undefined
}

/** By the account's own spelling, so that no other counts as another account. */
function claimOf(account: Account | undefined, given: string) {
  return { accountName: account?.name ?? given, credentials: account?.credentials }
}

/** Why a login did not succeed, if it did not. */
function refusalIn(result: Result): string | undefined {
  if (result.type === "tooMany") return result.words
  if (result.type === "login" && result.right) return undefined
  return result.type === "login" && result.isElsewhere
    ? "Your proof is for another TLS connection: somebody is between you and this server"
    : "SASL authentication failed"
}

/** Nobody acts for anybody else here. */
function mayActAs(authzid: string, name: string): boolean {
  return authzid === "" || folded(authzid) === folded(name)
}

function chunked(text: string): Content[] {
  const encoded = textToBase64(text)
  const contents: Content[] = []
  for (let at = 0; at <= encoded.length; at += SASL_CHUNK_BYTES) {
    const chunk = encoded.slice(at, at + SASL_CHUNK_BYTES)
    contents.push({ command: "AUTHENTICATE", params: [chunk === "" ? "+" : chunk] })
  }
  return contents
}
