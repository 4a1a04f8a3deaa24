// The screen for a certificate of ours that has ended and that the server renews no more.

import { X509Certificate } from "node:crypto"
import { memberOf } from "../authority/issue.ts"
import { EXIT, UserError } from "../user-error.ts"
import { type Address, formatAddress } from "./address.ts"
import { NotRenewed } from "./renew.ts"

/** Clocks that differ by less are said to agree. */
const AGREE_MS = 5 * 60_000
const LABEL_LENGTH = 22

/** `why` it could not be renewed; `now` is this computer's clock, in ms since 1970. */
export function expiredScreen(address: Address, certPem: string, why: unknown, now: number): UserError {
  const { validFromDate, validToDate } = new X509Certificate(certPem)
  const said = why instanceof Error ? why.message : String(why)
  const clock = why instanceof NotRenewed ? why.clock : undefined
  return new UserError("your certificate has expired, and could not be renewed", {
    more: [
      "",
      ...row("Who you are", `${memberOf(certPem)?.name ?? "nobody"}, on this computer`),
      ...row("Valid", `${date(validFromDate)} to ${date(validToDate)}, ${ago(now - validToDate.getTime())}`),
      ...row("The server", `${formatAddress(address)} is fine, and the one you know`, `it says: ${said}`),
      ...row("This computer's clock", ...compared(now, clock)),
      "",
      "  chat renews your certificate by itself while you use it, and for a while after.",
      "  Your name, your unread marks and your history wait for you; nobody else can",
      "  take them.",
      "",
    ],
    hint: "ask the server's host for an invitation (chat invite NAME), and use it: chat join --replace LINK",
    exitCode: EXIT.identity,
  })
}

function compared(now: number, clock: number | undefined): string[] {
  const says = `says ${minute(now)}`
  if (clock === undefined) return [says]
  if (Math.abs(now - clock) < AGREE_MS) return [`${says}; the server's agrees`]
  return [`${says}; the server's says ${minute(clock)}`, "if yours is the wrong one, set it and try again"]
}

function row(label: string, ...values: readonly string[]): string[] {
  return values.map((value, i) => `  ${(i === 0 ? label : "").padEnd(LABEL_LENGTH)}${value}`)
}

function ago(ms: number): string {
  const days = Math.floor(ms / 86_400_000)
  return days <= 0 ? "today" : days === 1 ? "yesterday" : `${days} days ago`
}

function date(at: Date): string {
  return at.toISOString().slice(0, 10)
}

function minute(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`
}
