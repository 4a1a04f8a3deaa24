// Logging in to an account with a password, or with the certificate that is shown anyway.

import { X509Certificate } from "node:crypto"
import { memberOf } from "../authority/issue.ts"
import type { Happening } from "../client/happening.ts"
import type { Login } from "../client/sasl.ts"
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
} as const

export interface LoginGiven {
  readonly sasl: string | undefined
  readonly "password-file": string | undefined
}

/** Undefined when there is nothing to log in with. */
export async function loginOf(who: LoginGiven, { ca, cert }: Credentials): Promise<Login | undefined> {
  const { sasl: account, "password-file": file } = who
  const certified = cert !== undefined
  if (account === undefined) {
    if (file !== undefined)
      throw new UserError("--password-file needs the --sasl NAME that it belongs to", {
        exitCode: EXIT.usage,
      })
    const holder = cert === undefined ? undefined : holderOf(cert, ca)
    return certified ? { account, password: undefined, certified, holder, scram: scramSha256 } : undefined
  }
  const password = await readPassword(`password of ${printable(account)}`, file)
  return { account, password, certified, scram: scramSha256 }
}

/** Whose a certificate is, if the server's own authority made it. */
function holderOf(cert: string, ca: Credentials["ca"]): string | undefined {
  const leaf = new X509Certificate(cert)
  const isOurs = ca?.some((pem) => leaf.verify(new X509Certificate(pem).publicKey)) === true
  return isOurs ? memberOf(cert)?.name : undefined
}

const LOGIN_HINTS: Readonly<Record<string, string>> = {
  NOT_OURS: "somebody may be between you and the server: try another network, and tell its host",
  NO_SASL: "connect without --sasl",
  "902": "ask the host of this server about the account",
  "906": "do not type the password here again before its host has explained it",
}

export function refusedLogin({ code, reason }: Happening & { type: "loginRefused" }): UserError {
  return new UserError(`cannot log in: ${printable(reason)}`, {
    hint: LOGIN_HINTS[code] ?? "check the account's name and its password",
    exitCode: EXIT.identity,
  })
}
