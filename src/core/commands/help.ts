// HELP: https://modern.ircdocs.horse/#help-message, from the table of commands.

import { ERR_HELPNOTFOUND, RPL_ENDOFHELP, RPL_HELPSTART, RPL_HELPTXT } from "../../protocol/numerics.ts"
import { MEANING_OF, RIGHTS, RIGHTS_OF, ROLES } from "../../protocol/rights.ts"
import { command, type Command } from "../command.ts"

/** Characters of names in a line of the overview. */
const OVERVIEW_LENGTH_MAX = 60

export const HELP = command({
  name: "HELP",
  syntax: "[<command|ROLES>]",
  help: "Explains a command, or the roles of this network, or lists all commands.",
  specification: "https://modern.ircdocs.horse/#help-message",
  run({ commands }, subject?: string) {
    if (subject === undefined) return overview([...commands.keys()])
    const topic = subject.toUpperCase()
    if (topic === "ROLES") return roles()
    const explained = commands.get(topic)
    return explained ? explanation(explained) : ERR_HELPNOTFOUND(subject)
  },
})

/** By the name that some clients have for it. */
export const HELPOP: Command = { ...HELP, name: "HELPOP", help: "The same as HELP." }

function explanation({ name, syntax, help, specification }: Command) {
  return [
    RPL_HELPSTART(name, `${name} ${syntax}`.trim()),
    RPL_HELPTXT(name, help),
    RPL_ENDOFHELP(name, specification),
  ]
}

/** What OPER lets each of them do, and what each right means. */
function roles() {
  const lines = [
    ...ROLES.map((role) => `${role}: ${RIGHTS_OF[role].join(", ") || "nothing more than anybody"}`),
    ...RIGHTS.map((right) => `${right} ${MEANING_OF[right]}`),
  ]
  return [
    RPL_HELPSTART("ROLES", "What OPER lets accounts do, by their role, once they have shown a certificate"),
    ...lines.map((line) => RPL_HELPTXT("ROLES", line)),
    RPL_ENDOFHELP("ROLES", "https://modern.ircdocs.horse/#operators"),
  ]
}

function overview(names: string[]) {
  const lines = [""]
  for (const name of names.toSorted()) {
    const line = lines.at(-1) ?? ""
    if (line.length + name.length > OVERVIEW_LENGTH_MAX) lines.push(name)
    else lines[lines.length - 1] = `${line} ${name}`.trim()
  }
  return [
    RPL_HELPSTART("*", "The commands of this server"),
    ...lines.map((line) => RPL_HELPTXT("*", line)),
    RPL_ENDOFHELP("*", "HELP <command> explains one, HELP ROLES who may do what"),
  ]
}
