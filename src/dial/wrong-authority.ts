// The screen for a server whose authority is another than the known one. Nothing was sent, and nobody can go on by saying yes: what is
// typed must come from the server's host, by another way than this connection.

import { X509Certificate } from "node:crypto"
import { pinOf, sixWords } from "../authority/pin.ts"
import { printable } from "../protocol/printable.ts"
import { EXIT, UserError } from "../user-error.ts"
import { type Address, formatAddress } from "./address.ts"
import { isSelfSigned, type Presented } from "./certificate.ts"

/** What the server was to be known by; neither pin (hex) nor words: by a public authority. */
export interface Expected {
  /** From an earlier visit, from an invitation, or from what was given just now. */
  readonly how: "known" | "invited" | "given"
  readonly pin?: string
  readonly words?: string
  /** Since when it is known, or when it was used last, where that is not known. */
  readonly since?: string
  readonly lastUsed?: string
}

const ASKED = { known: "you know", invited: "you were invited to", given: "you mean" } as const
const KNOWN = { known: "You know it by", invited: "Your invitation says", given: "You gave" } as const

export function wrongAuthority(address: Address, expected: Expected, presented: Presented): UserError {
  const { how } = expected
  const host = printable(address.host)
  const [before, after] = [expectedWords(expected), shownWords(presented)]
  return new UserError(
    `STOP: ${host} is not the server that ${ASKED[how]} (expected "${before}", got "${after}"). Nothing was sent`,
    {
      more: [
        "",
        ...row("You asked for", formatAddress(address)),
        ...row(KNOWN[how], before, expectedDetails(expected)),
        ...row("What answered shows", after, shownDetails(presented)),
        "",
        "  Nothing was sent: not your name, not your certificate, not a message.",
        "",
        "  What this usually is",
        "    1. a hotel's, school's or office's network that opens encrypted traffic:",
        "       try another network",
        "    2. the host has set the server up anew, without its backup: ask the host",
        `    3. somebody who pretends to be ${host}: tell the host`,
        "",
        ...anew(address, expected),
        '  There is no "continue anyway".',
        "",
      ],
      hint: "ask the server's host, by voice or by another way than this, what has changed",
      exitCode: EXIT.trust,
    },
  )
}

function anew(address: Address, { pin, words }: Expected): string[] {
  if (pin === undefined && words === undefined) return []
  return [
    "  Only if the host says that it is 2: let them read you the six words of their",
    "  new server by voice (they run: chat certs show ca.pem), and TYPE those:",
    "",
    `       chat connect ${formatAddress(address)} --pin WORD-WORD-WORD-WORD-WORD-WORD`,
    "",
    "  A certificate of before is worth nothing there: ask for an invitation, too",
    "  (they run: chat invite NAME; you run: chat join LINK).",
    "",
  ]
}

const LABEL_LENGTH = 22

function row(label: string, ...values: readonly string[]): string[] {
  return values
    .filter((value) => value !== "")
    .map((value, i) => `  ${(i === 0 ? label : "").padEnd(LABEL_LENGTH)}${value}`)
}

function expectedWords({ pin, words }: Expected): string {
  if (words !== undefined) return spoken(words)
  return pin === undefined ? "a public authority" : spoken(sixWords(pin))
}

function expectedDetails({ pin, since, lastUsed }: Expected): string {
  const when =
    since !== undefined ? `since ${since.slice(0, 10)}` : lastUsed && `used last on ${lastUsed.slice(0, 10)}`
  return [pin && fingerprint(pin), when].filter(Boolean).join(", ")
}

function shownWords({ authority }: Presented): string {
  return authority ? spoken(sixWords(pinOf(authority))) : "no authority at all"
}

function shownDetails({ leaf, authority }: Presented): string {
  if (!authority) return ""
  const begins = new X509Certificate(authority).validFromDate.toISOString().slice(0, 10)
  const signed = isSelfSigned(leaf) ? ["signed by itself"] : []
  return [fingerprint(pinOf(authority)), `begins ${begins}`, ...signed].join(", ")
}

function fingerprint(pin: string): string {
  return `SHA-256 ${pin.slice(0, 8)}...${pin.slice(-8)}`
}

/** Six words as they are said. */
function spoken(words: string): string {
  return words.replaceAll("-", " ")
}
