// What was typed behind a command, in words.

import type { Session } from "../client/session.ts"
import type { Desk } from "./commands.ts"

export function words(text: string): string[] {
  return text.split(" ").filter((word) => word !== "")
}

export function after(text: string, word: string): string {
  return text.trimStart().slice(word.length).trim()
}

/** A channel named with or without its sign. */
export function asChannel(session: Session, name: string): string {
  return session.view.isChannel(name) ? name : `#${name}`
}

/** The channel named first, else the one typed text goes to; and what follows. */
export function channelFirst(desk: Desk, rest: string): [string | undefined, string] {
  const [first = ""] = words(rest)
  const named = first === "" ? undefined : desk.known(first)
  if (named !== undefined) return [named, after(rest, first)]
  const { target } = desk
  return [target !== undefined && desk.session.view.isChannel(target) ? target : undefined, rest.trim()]
}
