// CAP: https://ircv3.net/specs/extensions/capability-negotiation.html

import { CAP_NOTIFY, CAPABILITIES, type Capability } from "../../protocol/capabilities.ts"
import { LINE_BYTES_MAX } from "../../protocol/limits.ts"
import { byteLength, packed } from "../../protocol/names.ts"
import { ERR_INVALIDCAPCMD, ERR_NEEDMOREPARAMS } from "../../protocol/numerics.ts"
import { anytime, type Answer, type Context } from "../command.ts"
import type { Content } from "../narrow.ts"
import { offersOf, VERSION_302, written } from "../offers.ts"
import type { Session } from "../session.ts"

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
        return list(context)
      case "REQ":
        return param === undefined ? ERR_NEEDMOREPARAMS("CAP") : request(context, param)
      case "END":
        context.session.negotiating = false
        return undefined
      default:
        return ERR_INVALIDCAPCMD(subcommand)
    }
  },
})

function ls({ net, session }: Context, version = ""): Answer {
  if (!session.user) session.negotiating = true
  const number = Number(version)
  // "If a client sends a lower CAP version (or omits the version number entirely), servers SHOULD return a CAP LS reply
  // consistent with the request's version, but keep storing the original (higher) version."
  if (Number.isInteger(number)) session.capVersion = Math.max(session.capVersion, number)
  if (session.capVersion >= VERSION_302) session.capabilities |= CAP_NOTIFY
  const { serverName } = net.settings
  const offers = offersOf(net.settings)
  if (number < VERSION_302 || version === "") {
    const offered = offers.map(({ capability }) => capability)
    return oneLine(serverName, session, "LS", offered)
  }
  const words = offers.map((offer) => written(offer, true))
  return severalLines(serverName, session, "LS", words)
}

function list({ net, session }: Context): Answer {
  const active = CAPABILITIES.filter(({ bit }) => session.has(bit))
  const { serverName } = net.settings
  if (session.capVersion < VERSION_302) return oneLine(serverName, session, "LIST", active)
  const names = active.map(({ name }) => name)
  return severalLines(serverName, session, "LIST", names)
}

// "multiline LS and LIST replies must only be used for CAP 302". Those of which a single line has no room go unsaid, drafts first;
// who knows of them may ask for them all the same.
function oneLine(
  serverName: string,
  session: Session,
  subcommand: string,
  capabilities: readonly Capability[],
): Content {
  const names = capabilities.map(({ name }) => name)
  const byRank = [
    ...names.filter((name) => !name.includes("/")),
    ...names.filter((name) => name.includes("/")),
  ]
  const [text = ""] = packed(byRank, " ", roomIn(serverName, session, subcommand))
  return { command: "CAP", params: [session.addressee, subcommand], text }
}

function severalLines(
  serverName: string,
  session: Session,
  subcommand: string,
  words: readonly string[],
): Content[] {
  const lines = packed(words, " ", roomIn(serverName, session, `${subcommand} *`))
  return (lines.length > 0 ? lines : [""]).map((text, i) => {
    const more = i < lines.length - 1 ? ["*"] : []
    return { command: "CAP", params: [session.addressee, subcommand, ...more], text }
  })
}

/** Bytes that are left for the words of a line. */
function roomIn(serverName: string, { addressee }: Session, subcommand: string): number {
  return LINE_BYTES_MAX - byteLength(`:${serverName} CAP ${addressee} ${subcommand} :\r\n`)
}

// "The capability identifier set must be accepted as a whole, or rejected entirely", and is repeated as it came.
function request({ net, session }: Context, words: string): Answer {
  if (!session.user) session.negotiating = true
  const offers = offersOf(net.settings)
  let wanted = session.capabilities
  for (const word of words.split(" ")) {
    if (word === "") continue
    const removing = word.startsWith("-")
    const name = removing ? word.slice(1) : word
    const capability = offers.find((offer) => offer.capability.name === name)?.capability
    const fixed = removing && capability?.bit === CAP_NOTIFY && session.capVersion >= VERSION_302
    if (!capability || fixed) return { command: "CAP", params: [session.addressee, "NAK"], text: words }
    wanted = removing ? wanted & ~capability.bit : wanted | capability.bit
  }
  session.capabilities = wanted
  // What came in one line may need two with the server's name and the nick: "spread across multiple lines".
  const room = roomIn(net.settings.serverName, session, "ACK")
  const lines = byteLength(words) <= room ? [words] : packed(words.split(" "), " ", room)
  return lines.map((text) => ({ command: "CAP", params: [session.addressee, "ACK"], text }))
}
