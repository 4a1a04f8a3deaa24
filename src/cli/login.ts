// Logging in to an account with a password, or with the certificate that is shown anyway.

import { X509Certificate } from "node:crypto"
import { siteOf } from "../authority/authority.ts"
import { memberOf } from "../authority/issue.ts"
import type { Happening } from "../client/happening.ts"
import type { Login } from "../client/sasl.ts"
import { type Address, formatAddress } from "../dial/address.ts"
import type { Credentials } from "../dial/connection.ts"
import { scramSha256 } from "../dial/scram.ts"
import { printable } from "../protocol/printable.ts"
import { EXIT, UserError } from "../user-error.ts"
import { readPassword } from "./secret.ts"

export const LOGIN_FLAGS = {
  sasl: { type: "string", valueHint: "NAME", description: "log in to this account with a password" },
  "password-file": {
    type: "string",
    valueHint: "FILE",
    description: "where that password is, - for standard input; default: asked at the terminal",
  },
  "allow-weaker-login": {
    type: "boolean",
    description: "log in this once although the server offers less against listeners than it did",
  },
} as const

export interface LoginGiven {
  readonly sasl: string | undefined
  readonly "password-file": string | undefined
  readonly "allow-weaker-login": boolean | undefined
}

/**
 * Every server of ours can bind a password to its TLS connection: one that does not offer it to the first password is none, or is not
 * alone.
 */
const OURS = "SCRAM-SHA-256-PLUS"

/** Undefined when there is nothing to log in with; `logins` are the mechanisms that worked there before. */
export async function loginOf(
  who: LoginGiven,
  { ca, cert }: Credentials,
  logins: readonly string[] = [],
): Promise<Login | undefined> {
  const { sasl: account, "password-file": file } = who
  const certified = cert !== undefined
  const mayBeWeaker = who["allow-weaker-login"] === true
  if (account === undefined) {
    if (file !== undefined)
      throw new UserError("--password-file needs the --sasl NAME that it belongs to", {
        exitCode: EXIT.usage,
      })
    const holder = cert === undefined ? undefined : holderOf(cert, ca)
    return certified
      ? { account, password: undefined, certified, holder, scram: scramSha256, expected: logins, mayBeWeaker }
      : undefined
  }
  // As `curl --user` takes it; it is not repeated.
  if (account.includes(":"))
    throw new UserError("--sasl takes the account's name alone, without a password", {
      hint: "the password is asked for, or read from --password-file",
      exitCode: EXIT.usage,
    })
  const password = await readPassword(`password of ${printable(account)}`, file)
  const isFirst = logins.every((name) => name === "EXTERNAL")
  const expected = [...logins, ...(isFirst && isOurs(ca) ? [OURS] : [])]
  return { account, password, certified, scram: scramSha256, expected, mayBeWeaker }
}

/** Whether the authority that was given for this server is one that chat made. */
function isOurs(ca: Credentials["ca"]): boolean {
  return ca?.[0] !== undefined && siteOf(ca[0]) !== undefined
}

/** Whose a certificate is, if the server's own authority made it. */
function holderOf(cert: string, ca: Credentials["ca"]): string | undefined {
  const leaf = new X509Certificate(cert)
  const isTheirs = ca?.some((pem) => leaf.verify(new X509Certificate(pem).publicKey)) === true
  return isTheirs ? memberOf(cert)?.name : undefined
}

const LOGIN_HINTS: Readonly<Record<string, string>> = {
  NOT_OURS: "somebody may be between you and the server: try another network, and tell its host",
  NO_SASL: "connect without --sasl",
  "902": "ask the host of this server about the account",
  "906": "do not type the password here again before its host has explained it",
}

export function refusedLogin(
  { code, reason }: Happening & { type: "loginRefused" },
  address: Address,
): UserError {
  if (code === "WEAKER") return weaker(reason, address)
  return new UserError(`cannot log in: ${printable(reason)}`, {
    hint: LOGIN_HINTS[code] ?? "check the account's name and its password",
    exitCode: EXIT.identity,
  })
}

function weaker(reason: string, address: Address): UserError {
  const [missing = "", offered = ""] = reason.split(": ", 2).map(printable)
  const host = formatAddress(address)
  return new UserError(
    `STOP: ${host} does not offer ${missing}, as it should. You were not logged in, and no password was sent`,
    {
      more: [
        "",
        `  You asked for         ${host}`,
        `  It should offer       ${missing}`,
        `  What answered         ${offered.replace(/^it /, "")}`,
        "",
        "  No password was sent. By what it should offer, nobody who listens between you",
        "  and the server can use what you log in with; by the rest, perhaps they can.",
        "",
        "  What this usually is",
        "    1. somebody between you and the server: try another network, tell the host",
        "    2. the host has changed the server: ask the host",
        "",
        "  Only if the host says that it is 2, by another way than this connection, do it",
        "  again with",
        "",
        "       --allow-weaker-login",
        "",
        "  which holds for that once; the next time it has to offer as much as before.",
        "",
      ],
      hint: "ask the server's host, by voice or by another way than this, what has changed",
      exitCode: EXIT.trust,
    },
  )
}
