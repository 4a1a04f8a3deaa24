// What the server supports: https://modern.ircdocs.horse/#rplisupport-005

import { TOKENS_MAX } from "./limits.ts"
import type { View } from "./view.ts"

const CHATHISTORY_PAGE_DEFAULT = 100

/** Takes in the tokens of one 005 line. */
export function readIsupport(view: View, tokens: readonly string[]) {
  for (const token of tokens) {
    const [key = "", value = ""] = split(token)
    if (key.startsWith("-")) view.isupport.delete(key.slice(1))
    else if (view.isupport.size < TOKENS_MAX || view.isupport.has(key))
      view.isupport.set(
        key,
        value.replace(/\\x([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
      )
  }
  view.network = view.isupport.get("NETWORK") ?? view.network
}

/** Prefix letters and signs in the same order, highest first. */
export function prefixes(view: View): { letters: string; signs: string } {
  const [, letters = "ov", signs = "@+"] =
    /^\((\w*)\)(.*)$/.exec(view.isupport.get("PREFIX") ?? "(ov)@+") ?? []
  return { letters, signs }
}

/** Whether a channel mode brings a parameter: CHANMODES types A and B always, C when it is set. */
export function takesParam(view: View, letter: string, adding: boolean): boolean {
  if (prefixes(view).letters.includes(letter)) return true
  const [a = "", b = "", c = ""] = (view.isupport.get("CHANMODES") ?? "beI,k,l").split(",")
  return a.includes(letter) || b.includes(letter) || (adding && c.includes(letter))
}

export interface ModeChange {
  readonly on: boolean
  readonly letter: string
  readonly param: string | undefined
}

/** What follows the channel in a MODE, letter by letter. */
export function modeChanges(view: View, [letters = "", ...params]: readonly string[]): ModeChange[] {
  const rest = [...params]
  let on = true
  return [...letters].flatMap((letter) => {
    if (letter !== "+" && letter !== "-")
      return [{ on, letter, param: takesParam(view, letter, on) ? rest.shift() : undefined }]
    on = letter === "+"
    return []
  })
}

/** Messages in one page of CHATHISTORY; 0 in the token means no limit. */
export function historyPage(view: View): number {
  const limit = Number(view.isupport.get("CHATHISTORY") ?? view.isupport.get("draft/CHATHISTORY"))
  return limit > 0 ? Math.min(limit, CHATHISTORY_PAGE_DEFAULT) : CHATHISTORY_PAGE_DEFAULT
}

/** Whether a place in history can be named by its msgid: https://ircv3.net/specs/extensions/chathistory.html#isupport-tokens */
export function knowsIds(view: View): boolean {
  return view.isupport.get("MSGREFTYPES")?.split(",").includes("msgid") ?? true
}

function split(token: string): [string, string] {
  const equals = token.indexOf("=")
  return equals < 0 ? [token, ""] : [token.slice(0, equals), token.slice(equals + 1)]
}
