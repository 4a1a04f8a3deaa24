// CLIENTCERT: certificates that an account says to be its own, for SASL EXTERNAL. Nobody has to have signed them.
// https://codeberg.org/emersion/soju/src/branch/master/doc/ext/client-cert.md

import { CLIENT_CERT } from "../../protocol/capabilities.ts"
import { CERTIFICATE_NAME_BYTES_MAX, CERTIFICATES_MAX } from "../../protocol/limits.ts"
import { escapeTag } from "../../protocol/message.ts"
import { truncated, type Nick } from "../../protocol/names.ts"
import { ERR_UNKNOWNCOMMAND } from "../../protocol/numerics.ts"
import { printable } from "../../protocol/printable.ts"
import { FAIL, type Reply } from "../../protocol/reply.ts"
import { anytime, type Answer, type Context } from "../command.ts"
import { event } from "../event.ts"
import type { Account } from "../user.ts"

export const CLIENTCERT = anytime({
  name: "CLIENTCERT",
  syntax: "<CREATE|LIST|DELETE> [<name|fingerprint>]",
  help: "Says which certificates your account logs in with by SASL EXTERNAL: this connection's, or none any more.",
  specification: "https://codeberg.org/emersion/soju/src/branch/master/doc/ext/client-cert.md",
  run(context, given: string, param?: string) {
    const { session } = context
    if (!session.has(CLIENT_CERT)) return ERR_UNKNOWNCOMMAND("CLIENTCERT")
    const subcommand = given.toUpperCase()
    const account = session.user?.account ?? session.account
    if (!account) return fail("ACCOUNT_REQUIRED", subcommand, "Log in first")
    switch (subcommand) {
      case "CREATE": {
        const { fingerprint } = session.arrival
        if (fingerprint === undefined)
          return fail("NOCERT", subcommand, "This connection has shown no certificate")
        return pin(context, account, fingerprint, param)
          ? { command: "CLIENTCERT", params: ["CREATE"] }
          : undefined
      }
      case "LIST":
        return list(context, account)
      case "DELETE": {
        const fingerprint = param === undefined ? session.arrival.fingerprint : fingerprintIn(param)
        if (!unpin(context, account, fingerprint)) return undefined
        return { command: "CLIENTCERT", params: param === undefined ? ["DELETE"] : ["DELETE", param] }
      }
      default:
        return fail("UNKNOWN_COMMAND", given, "Unknown subcommand")
    }
  },
})

/** SHA-512 in hex as people write it, or undefined. */
export function fingerprintIn(text: string): string | undefined {
  const digits = text.replaceAll(":", "").toLowerCase()
  return /^[\da-f]{128}$/.test(digits) ? digits : undefined
}

/** Whether it is the account's now. "The server SHOULD NOT change the name … if the certificate is already pinned." */
export function pin({ propose }: Context, account: Account, fingerprint: string, name?: string): boolean {
  if (account.certificates.has(fingerprint)) return true
  const shown = truncated(printable(name ?? "").trim(), CERTIFICATE_NAME_BYTES_MAX) || "certificate"
  propose(certificatePinned, { accountName: account.name, fingerprint, name: shown })
  return account.certificates.has(fingerprint)
}

/** Whether it was the account's and is no longer. */
export function unpin({ propose }: Context, account: Account, fingerprint = ""): boolean {
  const { certificates } = account
  const before = certificates.size
  propose(certificateUnpinned, { accountName: account.name, fingerprint })
  return certificates.size < before
}

function list({ newBatch }: Context, { certificates }: Account): Answer {
  const batch = newBatch()
  const lines = [...certificates].map(([fingerprint, name]) => ({
    command: "CLIENTCERT",
    params: ["LIST", fingerprint, `name=${escapeTag(name)}`],
    batch,
  }))
  return [
    { command: "BATCH", params: [`+${batch}`, "soju.im/client-cert"] },
    ...lines,
    { command: "BATCH", params: [`-${batch}`] },
  ]
}

export const certificatePinned = event<{ accountName: Nick; fingerprint: string; name: string }>({
  type: "certificatePinned",
  refuse(net, { accountName, fingerprint }) {
    const account = net.account(accountName)
    const holder = net.accountPinning(fingerprint)
    if (!account || (holder && holder !== account))
      return fail("INTERNAL_ERROR", "CREATE", "It is another account's")
    return account.certificates.size >= CERTIFICATES_MAX
      ? fail("INTERNAL_ERROR", "CREATE", `An account has at most ${CERTIFICATES_MAX} certificates`)
      : undefined
  },
  apply(net, { accountName, fingerprint, name }) {
    const account = net.account(accountName)
    if (account) net.pin(account, fingerprint, name)
  },
})

export const certificateUnpinned = event<{ accountName: Nick; fingerprint: string }>({
  type: "certificateUnpinned",
  refuse: (net, { accountName, fingerprint }) =>
    net.account(accountName)?.certificates.has(fingerprint)
      ? undefined
      : fail("INTERNAL_ERROR", "DELETE", "That is none of the account's certificates"),
  apply(net, { accountName, fingerprint }) {
    const account = net.account(accountName)
    if (account) net.unpin(account, fingerprint)
  },
})

function fail(code: string, subcommand: string, text: string): Reply {
  return FAIL("CLIENTCERT", code, [subcommand], text)
}
