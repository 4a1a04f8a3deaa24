// WALLOPS: https://modern.ircdocs.horse/#wallops-message

import { LINE_BYTES_MAX } from "../../protocol/limits.ts"
import { byteLength } from "../../protocol/names.ts"
import { ERR_INPUTTOOLONG, ERR_NOPRIVILEGES, ERR_NOTEXTTOSEND } from "../../protocol/numerics.ts"
import { command } from "../command.ts"
import { event, from } from "../event.ts"
import { sourceOf } from "../user.ts"
import { acted } from "./staff-acted.ts"

export const WALLOPS = command({
  name: "WALLOPS",
  syntax: "<text>",
  help: "Tells all who have mode w; for operators of the server.",
  specification: "https://modern.ircdocs.horse/#wallops-message",
  run({ user, propose }, text: string) {
    if (!user.rights.includes("wallops")) return ERR_NOPRIVILEGES("wallops")
    if (text === "") return ERR_NOTEXTTOSEND()
    if (byteLength(`:${sourceOf(user)} WALLOPS :${text}\r\n`) > LINE_BYTES_MAX) return ERR_INPUTTOOLONG()
    propose(wallopsSent, { text }, acted("wallops", { reason: text }))
  },
})

/** Heard and not kept, but for the record of it, and so on a full disk as well. */
export const wallopsSent = event<{ text: string }>({
  type: "wallopsSent",
  kept: () => false,
  apply(net, e, tell) {
    const hearers = [...net.users.values()].filter((user) => user.modes.has("w"))
    tell.users(hearers, from(e, "WALLOPS", [], e.text))
  },
})
