// CAP: https://ircv3.net/specs/extensions/capability-negotiation.html

import { CAP_NOTIFY, CAPABILITIES, capabilityNamed } from "../../protocol/capabilities.ts"
import { ERR_INVALIDCAPCMD, ERR_NEEDMOREPARAMS } from "../../protocol/numerics.ts"
import { anytime, type Answer, type Context } from "../command.ts"
import type { Content } from "../narrow.ts"
import type { Session } from "../session.ts"

/** The version from which values, several lines and cap-notify are understood. */
const VERSION_302 = 302
/** Bytes of names in one line; the rest of the line is the server's name, CAP, a nick and LS. */
const NAMES_BYTES_MAX = 380

export const CAP = anytime({
  name: "CAP",
  syntax: "<subcommand> [<capabilities>]",
  help: "Negotiates capabilities: LS, LIST, REQ, END.",
  specification: "https://ircv3.net/specs/extensions/capability-negotiation.html",
  run(context, subcommand: string, param?: string) {
    switch (subcommand.toUpperCase()) {
      case "LS":
        return ls(context, param)
      case "LIST":
        return named(
          context.session,
          "LIST",
          context.session.capVersion >= VERSION_302,
          active(context.session),
        )
      case "REQ":
        return param === undefined ? ERR_NEEDMOREPARAMS("CAP") : request(context.session, param)
      case "END":
        context.session.negotiating = false
        return undefined
      default:
        return ERR_INVALIDCAPCMD(subcommand)
    }
  },
})

function ls({ session }: Context, version = ""): Answer {
  if (!session.user) session.negotiating = true
  const number = Number(version)
  // "If a client sends a lower CAP version (or omits the version number entirely), servers SHOULD return a CAP LS reply
  // consistent with the request's version, but keep storing the original (higher) version."
  if (Number.isInteger(number)) session.capVersion = Math.max(session.capVersion, number)
  if (session.capVersion >= VERSION_302) session.capabilities |= CAP_NOTIFY
  const withValues = number >= VERSION_302
  return named(
    session,
    "LS",
    withValues,
    CAPABILITIES.map(({ name, value }) => (withValues && value !== undefined ? `${name}=${value}` : name)),
  )
}

function active(session: Session): string[] {
  return CAPABILITIES.filter((capability) => session.has(capability.bit)).map((capability) => capability.name)
}

// Only who named version 302 may be sent several lines.
function named(
  session: Session,
  subcommand: string,
  severalLines: boolean,
  names: readonly string[],
): Content[] {
  const lines: string[] = [""]
  for (const name of names) {
    const line = lines.at(-1) ?? ""
    const full = severalLines && line.length + 1 + name.length > NAMES_BYTES_MAX
    if (full) lines.push(name)
    else lines[lines.length - 1] = line === "" ? name : `${line} ${name}`
  }
  return lines.map((text, i) => {
    const more = i < lines.length - 1 ? ["*"] : []
    return { command: "CAP", params: [session.addressee, subcommand, ...more], text }
  })
}

// "The capability identifier set must be accepted as a whole, or rejected entirely", and is repeated as it came.
function request(session: Session, list: string): Answer {
  if (!session.user) session.negotiating = true
  let wanted = session.capabilities
  for (const word of list.split(" ")) {
    if (word === "") continue
    const removing = word.startsWith("-")
    const capability = capabilityNamed(removing ? word.slice(1) : word)
    const fixed = removing && capability?.bit === CAP_NOTIFY && session.capVersion >= VERSION_302
    if (!capability || fixed) return { command: "CAP", params: [session.addressee, "NAK"], text: list }
    wanted = removing ? wanted & ~capability.bit : wanted | capability.bit
  }
  session.capabilities = wanted
  return { command: "CAP", params: [session.addressee, "ACK"], text: list }
}
