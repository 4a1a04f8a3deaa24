// What a site offers of the capabilities there are, with the values that follow its settings:
// https://ircv3.net/specs/extensions/capability-negotiation.html

import {
  ACCOUNT_REGISTRATION,
  CAP_NOTIFY,
  CAPABILITIES,
  CLIENT_CERT,
  SASL,
  type Capability,
} from "../protocol/capabilities.ts"
import type { Content } from "./narrow.ts"
import type { Settings } from "./seams.ts"
import type { Session } from "./session.ts"

/** The version of CAP from which values, several lines and cap-notify are understood. */
export const VERSION_302 = 302

/** SASL's mechanisms, strongest first: https://ircv3.net/specs/extensions/sasl-3.2.html#mechanism-list-in-cap-ls */
export function mechanismsOf({ accounts }: Settings): string[] {
  const passwords = ["SCRAM-SHA-256-PLUS", "SCRAM-SHA-256", "PLAIN"]
  return accounts.external ? ["EXTERNAL", ...passwords] : passwords
}

// The server's password is asked for at the end of registration: what comes before it must not get around it.
export function mayRegisterEarly({ accounts, passwordNeeded }: Settings): boolean {
  return accounts.beforeConnect && !passwordNeeded
}

/** A capability that is offered, and what stands after its `=`. */
interface Offer {
  readonly capability: Capability
  readonly value: string
}

export function offersOf(settings: Settings): Offer[] {
  return CAPABILITIES.flatMap((capability) => {
    const value = valueUnder(settings, capability)
    return value === undefined ? [] : [{ capability, value }]
  })
}

/** As CAP LS writes it. */
export function written({ capability, value }: Offer, withValues: boolean): string {
  return withValues && value !== "" ? `${capability.name}=${value}` : capability.name
}

/** Undefined when it is not offered. */
function valueUnder(settings: Settings, { bit, value }: Capability): string | undefined {
  // Without certificates nobody has one to name.
  if (bit === CLIENT_CERT && !settings.accounts.external) return undefined
  if (bit === SASL) return mechanismsOf(settings).join(",")
  if (bit !== ACCOUNT_REGISTRATION) return value?.(settings.limits) ?? ""
  const { registration, emailRequired, customNames } = settings.accounts
  if (!registration) return undefined
  const keys = [
    mayRegisterEarly(settings) && "before-connect",
    customNames && "custom-account-name",
    emailRequired && "email-required",
  ]
  return keys.filter(Boolean).join(",")
}

/** Takes from a session what is offered no longer, and gives back what it is to be told if it asked for cap-notify. */
export function reoffer(session: Session, before: readonly Offer[], after: readonly Offer[]): Content[] {
  const has = (offers: readonly Offer[], one: Offer) =>
    offers.some(({ capability, value }) => capability === one.capability && value === one.value)
  const gone = before.filter(({ capability }) => !after.some((one) => one.capability === capability))
  const fresh = after.filter((one) => !has(before, one))
  for (const { capability } of gone) session.capabilities &= ~capability.bit
  if (!session.has(CAP_NOTIFY)) return []
  const deleted = gone.map((offer) => written(offer, false))
  const added = fresh.map((offer) => written(offer, session.capVersion >= VERSION_302))
  return [...told(session, "DEL", deleted), ...told(session, "NEW", added)]
}

function told(session: Session, subcommand: string, names: readonly string[]): Content[] {
  const params = [session.addressee, subcommand]
  return names.length === 0 ? [] : [{ command: "CAP", params, text: names.join(" ") }]
}
