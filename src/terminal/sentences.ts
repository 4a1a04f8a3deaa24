// Sentences for what happened, of which nothing but the happening has to be known. All that a peer wrote passes through `printable`.

import type { Happening, Spoken } from "../client/happening.ts"
import { printable } from "../protocol/printable.ts"
import { clock, day, duration } from "./clock.ts"
import { whenOf } from "./when.ts"

/** Whoever asked for it knows what it was about: parameters with ids in them are left out. */
const ASKED: Readonly<Record<string, string>> = {
  REDACT: "not taken back",
  SEARCH: "nothing was searched",
  CHATHISTORY: "nothing was read back",
  ENROL: "nothing was decided",
  REVOKE: "nothing was taken back",
  DEVICE: "nothing was done",
  TAGMSG: "nothing was sent",
}

/** What to type next, by the code of a FAIL: https://ircv3.net/specs/extensions/account-registration.html */
const NEXT: Readonly<Record<string, string>> = {
  ACCOUNT_REQUIRED: "log in: chat connect --sasl NAME, or with an invitation: chat join LINK",
  ACCOUNT_EXISTS: "if it is yours: chat connect --sasl NAME; else choose another: /nick NAME",
  ACCOUNT_NAME_MUST_BE_NICK: "/nick NAME takes that name first",
  NEED_NICK: "/nick NAME takes one",
  ALREADY_AUTHENTICATED: "/password changes its password",
  DISALLOWED: "ask the host for an invitation: chat invite NAME",
}

export function errorWords({ code, params, text }: Happening & { type: "error" }): string {
  const [command = ""] = params
  if (isNoPlace(code, params))
    return say`${ASKED[command] ?? command}: you are in no channel of that name, and nobody has it (${code})`
  const asked = ASKED[command]
  if (asked !== undefined) return say`${asked}: ${text} (${code})`
  const next = Object.hasOwn(NEXT, code) ? `; ${NEXT[code]}` : ""
  return say`${[params.join(" "), text].filter((each) => each !== "").join(": ")} (${code})` + next
}

/** Of a channel and a person alike, a server says no more than that it has nothing for us. */
function isNoPlace(code: string, [command, ...about]: readonly string[]): boolean {
  return command === "CHATHISTORY" ? code === "INVALID_TARGET" : command === "SEARCH" && about.includes("in")
}

export function topicWords({ from, target, text }: Happening & { type: "topic" }): string {
  if (from === undefined) return say`topic of ${target}: ${text}`
  return text === ""
    ? say`${from} removed the topic of ${target}`
    : say`${from} set the topic of ${target}: ${text}`
}

export function caughtUpWords({ tookMs, fetched, complete }: Happening & { type: "caughtUp" }): string {
  const lost = complete ? "0 lost" : "more may be lost: this server did not give all of it"
  return `reconnected in ${duration(tookMs)}, ${fetched} fetched, ${lost}`
}

/** What we said ourselves, from the wire: an action is wrapped there. */
export function ownWords(text: string): string {
  return text.replace(/^\x01ACTION (.*?)\x01?$/s, "* $1")
}

/** Of several lines the first. */
export function inOneLine(text: string): string {
  const [first = "", ...more] = text.split("\n").filter((line) => line.trim() !== "")
  if (more.length === 0) return first
  return `${first} (and ${more.length} more ${more.length === 1 ? "line" : "lines"})`
}

/** A page of a search that is full may not be all. `attributes` as SEARCH was given them, `limit` as many as a page has. */
export function moreWords(
  messages: readonly Spoken[],
  attributes: string,
  limit: number,
): string | undefined {
  const asked = Number(/(?:^|;)limit=(\d+)/.exec(attributes)?.[1] ?? limit)
  const [first, last] = [messages[0], messages.at(-1)]
  if (!first || !last || messages.length < Math.min(asked, limit)) return undefined
  // Who names a time from which to look is shown what came first.
  if (/(?:^|;)after=/.test(attributes))
    return `there may be more: with after:${whenOf(last.at)} the search goes on`
  return `there may be more: with before:${whenOf(first.at + 999)} the search goes further back`
}

/** Of a history that was not read to its end; `command` takes a word and a time. `cutAt` in ms since 1970. */
export function sparseWords(cutAt: number, isForward: boolean, command: string): string {
  const bound = isForward ? `after ${whenOf(cutAt)}` : `before ${whenOf(cutAt + 999)}`
  const where = `${day(cutAt)}, ${clock(cutAt)}`
  return `as far as ${where} there is little but who came and went: ${command}${bound} reads on`
}

/** `cutAt` in ms since 1970. */
export function cutWords(cutAt: number): string {
  return `the search ran out of time at ${day(cutAt)}, ${clock(cutAt)}: say more words, or a time, to look further`
}

/** Servers put `Quit: ` before what the user said, and often the user said nothing. */
export function because(said: string): string {
  const reason = said.replace(/^Quit: ?/, "")
  return reason === "" ? "" : say`: ${reason}`
}

/** A template whose every value is made printable. */
export function say(parts: TemplateStringsArray, ...values: string[]): string {
  return parts.map((part, i) => part + printable(values[i] ?? "")).join("")
}
