// A MODE of a channel in words: what keeps order is told as people say it, all else as it came.

import type { Happening } from "../client/happening.ts"
import { type ModeChange, modeChanges } from "../client/isupport.ts"
import type { View } from "../client/view.ts"
import { isMute } from "../protocol/ban-masks.ts"
import { durationWords, parseSeconds } from "../protocol/duration.ts"
import { matches } from "../protocol/masks.ts"
import { say } from "./sentences.ts"

/** `alice muted bob here for 10 min` */
export function modeWords(view: View, happening: Happening & { type: "mode" }): string {
  const { target, from, byServer, changes, lastsMs } = happening
  if (!view.isChannel(target)) return say`${from} set ${target} ${changes.join(" ")}`
  const who = view.isOwn(from) ? "you" : from
  const where = view.channels().length > 1 ? `in ${target}` : "here"
  const sentences: string[] = []
  const others: ModeChange[] = []
  for (const change of modeChanges(view, changes)) {
    const words = wordsOf(view, target, change, {
      who,
      byServer,
      where,
      lasts: lastsMs.get(change.param ?? ""),
    })
    if (words === undefined) others.push(change)
    else sentences.push(words)
  }
  if (others.length > 0) sentences.push(`${who} set ${target} ${asTheyCame(others)}`)
  return say`${sentences.join("; ")}`
}

interface Circumstances {
  readonly who: string
  readonly byServer: boolean
  readonly where: string
  /** ms */
  readonly lasts: number | undefined
}

function wordsOf(
  view: View,
  channel: string,
  { on, letter, param = "" }: ModeChange,
  { who, byServer, where, lasts }: Circumstances,
): string | undefined {
  if (letter === "m")
    return on
      ? `${who} made it quiet ${where}: only voice and higher may write`
      : `${who} let everybody write ${where}`
  if (letter === "W" && !on) return `${who} ended slow mode ${where}`
  const slowMs = letter === "W" ? parseSeconds(param) : undefined
  if (slowMs !== undefined) return `${who} set slow mode ${where}: one message in ${durationWords(slowMs)}`
  if (letter !== "b" || param === "") return undefined
  const whom = peopleOf(view, channel, param)
  const [done, undone] = isMute(param) ? ["muted", "mute"] : ["banned", "ban"]
  if (!on && byServer) return `the ${undone} of ${whom} ${where} is over`
  return on
    ? `${who} ${done} ${whom} ${where}${lasts === undefined ? "" : ` for ${durationWords(lasts)}`}`
    : `${who} lifted the ${undone} of ${whom} ${where}`
}

/** Members named by a mask, at most. */
const NAMED_MAX = 3

/** Who a mask means: an account by its name, else those of the channel who are known to match, else the mask. */
function peopleOf(view: View, channel: string, mask: string): string {
  const plain = isMute(mask) ? mask.slice(2) : mask
  const account = /^[^!@:]:([^!@*?]+)$/.exec(plain)?.[1]
  if (account !== undefined) return view.isOwn(account) ? "you" : account
  const nick = /^([^!@*?:]+)!\*@\*$/.exec(plain)?.[1]
  if (nick !== undefined) return view.isOwn(nick) ? "you" : nick
  const members = [...(view.channel(channel)?.members.values() ?? [])]
  const meant = members.filter(
    (one) => one.userhost !== undefined && matches(view.key(plain), view.key(`${one.nick}!${one.userhost}`)),
  )
  if (meant.length === 0 || meant.length > NAMED_MAX) return plain
  return meant.map((one) => (view.isOwn(one.nick) ? "you" : one.nick)).join(", ")
}

function asTheyCame(changes: readonly ModeChange[]): string {
  let letters = ""
  let sign: boolean | undefined
  for (const { on, letter } of changes) {
    if (on !== sign) letters += on ? "+" : "-"
    sign = on
    letters += letter
  }
  return [letters, ...changes.flatMap(({ param }) => param ?? [])].join(" ")
}
