// Why a connection ended, as an error for a person, and whether another one may do better.

import { printable } from "../protocol/printable.ts"
import { REFUSALS, type RefusalCode } from "../protocol/refusals.ts"
import { type Address, formatAddress } from "./address.ts"
import { EXIT, UserError, type ExitCode } from "../user-error.ts"

export interface Problem {
  readonly error: UserError
  /** "final": trying again would end the same way. */
  readonly kind: "network" | "closed" | "final"
  /** The server's, if it said one. */
  readonly code?: RefusalCode
}

export function refusedWith(code: RefusalCode, words: string, address: Address): Problem {
  const refusal: { text: string; exitCode: number; hint?: string; retry: boolean } = REFUSALS[code]
  const said = printable(words)
  const told = said === "" || said === refusal.text
  // Of a removal the server says only the reason; of anything else the whole sentence.
  const isReason = refusal.exitCode === EXIT.removed && code !== "REPLACED"
  const message = told ? refusal.text : isReason ? `${refusal.text}: ${said}` : said
  const hint =
    refusal.hint === undefined ? {} : { hint: refusal.hint.replaceAll("HOST", formatAddress(address)) }
  const error = new UserError(message, { exitCode: refusal.exitCode as ExitCode, ...hint })
  return { error, kind: refusal.retry ? "closed" : "final", code }
}
