// NickServ and ChanServ: other names for what the server does by itself, for people and clients who know them from elsewhere.
// `NS REGISTER …`, `/msg NickServ REGISTER …` and the command itself come to the same; what is answered is a NOTICE.

import { folded } from "../protocol/names.ts"
import { isNumeric, type Reply } from "../protocol/reply.ts"
import { type Answer, type Command, command, paramsMin, type UserContext } from "./command.ts"
import type { Content } from "./narrow.ts"
import type { Session } from "./session.ts"

/** One thing that a service does. */
interface Word {
  readonly syntax: string
  readonly help: string
  run(context: UserContext, ...params: string[]): Answer | string
}

/** The names under which people write to a service, and its command. */
const COMMAND_OF: ReadonlyMap<string, string> = new Map(
  ["NickServ", "ChanServ"].map((nick) => [folded(nick), nick.toUpperCase()]),
)

/** The command that a message to `target` is, where that is a service. */
export function serviceCalled(target: string): string | undefined {
  return COMMAND_OF.get(folded(target))
}

export function sourceOfService(nick: string): string {
  return `${nick}!${nick}@services`
}

/** What a service says, to become a NOTICE. */
export function said(text: string): Reply {
  return { command: "NOTE", params: [], text }
}

export function service(
  nick: string,
  facts: { readonly help: string; readonly specification: string },
  verbs: Readonly<Record<string, Word>>,
): Command {
  const own = new Map(Object.entries(verbs))
  return command({
    ...facts,
    name: nick.toUpperCase(),
    syntax: "[<command> [<parameters>]]",
    worded: (session, content) => noticed(nick, session, content),
    run(context, ...params: string[]) {
      const [first = "HELP", ...rest] = (params.length > 1 ? params : split(params[0])).filter(Boolean)
      const verb = first.toUpperCase()
      if (verb === "HELP") return help(nick, own, rest[0]?.toUpperCase()).map(said)
      const word = own.get(verb)
      if (!word) return said(`There is no ${verb} here. HELP lists what there is`)
      if (rest.length < paramsMin(word.syntax)) return said(`Write it so: ${verb} ${word.syntax}`)
      const answer = word.run(context, ...rest)
      return typeof answer === "string" ? said(answer) : answer
    },
  })
}

// Who sends several parameters has told them apart: the last one may be a password with spaces.
function split(text = ""): string[] {
  return text.split(/\s+/)
}

function help(nick: string, own: ReadonlyMap<string, Word>, verb = ""): string[] {
  const word = own.get(verb)
  if (word) return [`${verb} ${word.syntax}`.trim(), word.help]
  return [
    `What ${nick} does; HELP <command> says more:`,
    ...[...own].map(([name, { syntax }]) => `${name} ${syntax}`.trim()),
  ]
}

// Who knows services reads notices and no numerics.
function noticed(nick: string, session: Session, content: Content): Content {
  const { command: kind, params, text = "" } = content
  if (kind !== "NOTE" && kind !== "FAIL" && !isNumeric(content)) return content
  // After a FAIL stand its command and code; those of a login say nothing that its text does not.
  const about = kind === "FAIL" ? params.slice(2) : kind.startsWith("90") ? [] : params
  const words = about.length === 0 ? text : `${about.join(" ")}: ${text}`
  return { source: sourceOfService(nick), command: "NOTICE", params: [session.addressee], text: words }
}
