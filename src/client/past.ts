// What history tells besides messages, where a server plays it: https://ircv3.net/specs/extensions/chathistory.html. It says how things
// were: the view does not change by it.

import type { Message } from "../protocol/message.ts"
import { nickOf, timeOf, type Context } from "./context.ts"
import type { Happening } from "./happening.ts"
import { idOf, reactionOf, spokenOf } from "./spoken.ts"

/** A line of history; `what` is undefined where it means nothing to a person. */
export interface Past {
  readonly id: string | undefined
  readonly at: number
  readonly what: Happening | undefined
}

/** Without a target messages alone are told, each under its own. */
export function pastOf(context: Context, message: Message, target: string | undefined): Past {
  const spoken = spokenOf(context, message, true)
  const what =
    target === undefined ? spoken : spoken ? { ...spoken, target } : eventOf(context, message, target)
  return { id: idOf(message), at: timeOf(context, message), what }
}

function eventOf(context: Context, message: Message, target: string): Happening | undefined {
  const { command, params } = message
  const [first = "", second = "", third = ""] = params
  const from = nickOf(message)
  const everywhere = { at: timeOf(context, message), from, fetched: true } as const
  const told = { ...everywhere, target }
  if (command === "TAGMSG") {
    const reaction = reactionOf(context, message)
    return reaction && { ...reaction, target, fetched: true }
  }
  if (command === "REDACT") return { type: "redacted", ...told, of: second, reason: third }
  if (command === "TOPIC") return { type: "topic", ...told, text: second }
  const byServer = !message.source?.includes("!")
  if (command === "MODE")
    return { type: "mode", ...told, changes: params.slice(1), byServer, lastsMs: new Map() }
  if (command === "KICK") return { type: "kick", ...told, who: second, reason: third, own: false }
  // Our own comings and goings are what the gap is made of.
  if (context.view.isOwn(from)) return undefined
  const account = second === "" || second === "*" ? undefined : second
  if (command === "JOIN") return { type: "join", ...told, account, own: false }
  if (command === "PART") return { type: "part", ...told, reason: second, own: false }
  if (command === "QUIT") return { type: "quit", ...everywhere, reason: first, targets: [target] }
  if (command === "NICK") return { type: "nick", ...everywhere, to: first, own: false, targets: [target] }
  return undefined
}
