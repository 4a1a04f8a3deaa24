// What somebody of the staff did, one record an act, in the turn of the act itself. There is no command for it: whatever does
// such a thing hands the record to `propose` or `administer` with the event it is about, or proposes it alone where there is none.
// Operators with the right `audit` hear it in its channel, and read it there: https://ircv3.net/specs/extensions/chathistory.html

import { type Act, ACTS, AUDIT_CHANNEL } from "../../protocol/acts.ts"
import type { ChannelName } from "../../protocol/names.ts"
import { event, type Stamp } from "../event.ts"
import type { Content } from "../narrow.ts"

/** Facts beside whom it was done to, and never a secret: whoever may read the audit reads them for ever. */
export type Details = Readonly<Record<string, string | number | boolean>>

export interface StaffActed {
  readonly act: Act
  /** A nick, an account, a channel, or what is banned. */
  readonly target?: string
  /** The reason, or the words that were said. */
  readonly text?: string
  readonly details?: Details
  readonly channel: ChannelName
}

interface More {
  readonly target?: string | undefined
  readonly reason?: string | undefined
  readonly details?: Readonly<Record<string, Details[string] | undefined>>
}

/** The record of an act; what is not said is not written. */
export function acted(act: Act, { target, reason, details = {} }: More = {}): StaffActed {
  const said = Object.entries(details).filter(([, value]) => value !== undefined)
  return {
    act,
    ...(target === undefined ? {} : { target }),
    ...(reason === undefined || reason === "" ? {} : { text: reason }),
    ...(said.length === 0 ? {} : { details: Object.fromEntries(said) as Details }),
    channel: AUDIT_CHANNEL,
  }
}

/** Whoever runs the server: nobody else is called so. */
const CONSOLE = "console"

/** Who did it: an account, nick!user@host of who has none, or `console`. */
export function actorOf({ by, account, source }: Stamp): string {
  return by === undefined ? CONSOLE : (account ?? source)
}

/** Who set a ban, of which the source alone is kept: nick!user@host, or the name that the server had then. */
export function setterOf(source: string): string {
  return source.includes("!") ? source : CONSOLE
}

/** Without `refuse`: what is done is written down, also when the disk is full. */
export const staffActed = event<StaffActed>({
  type: "staffActed",
  playback: line,
  apply(net, e, tell) {
    const { audit } = net
    if (audit) tell.aside(audit.members.keys(), { source: net.settings.serverName, ...line(e, audit.name) })
  },
})

/** `alice banned bob (kind account): too loud` */
export function sentenceOf(e: StaffActed & Stamp): string {
  const { act, target, text, details = {} } = e
  const facts = Object.entries(details).map(([name, value]) => `${name} ${value}`)
  const more = facts.length === 0 ? "" : ` (${facts.join(", ")})`
  const whom = target === undefined ? "" : ` ${target}`
  // A later version of this program may have done what this one has no words for.
  const words: string = ACTS[act] ?? act
  return `${actorOf(e)} ${words}${whom}${more}${text === undefined ? "" : `: ${text}`}`
}

// The server says it, and not who acted.
function line(e: StaffActed & Stamp, target: string): Content {
  return { command: "NOTICE", params: [target], text: sentenceOf(e), at: e.at, msgid: e.msgid }
}
