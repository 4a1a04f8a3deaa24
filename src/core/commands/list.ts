// LIST: https://modern.ircdocs.horse/#list-message, with the conditions of https://modern.ircdocs.horse/#elist-parameter

import { isMask, matches } from "../../protocol/masks.ts"
import { RPL_LIST, RPL_LISTEND, RPL_LISTSTART } from "../../protocol/numerics.ts"
import { isVisible, type Channel } from "../channel.ts"
import { command } from "../command.ts"
import type { Network } from "../network.ts"

export const LIST = command({
  name: "LIST",
  syntax: "[<channel|mask|condition>{,<channel|mask|condition>}]",
  help:
    "Lists the channels there are, with how many are in and the topic; of masks and !masks, and of conditions: >3 and <3 members, " +
    "C>60 and C<60 minutes since it was made, T>60 and T<60 minutes since the topic was set.",
  specification: "https://modern.ircdocs.horse/#list-message",
  run({ net, user, now }, ...params) {
    const lines = []
    for (const channel of listed(net, params.join(",").split(","), now)) {
      if (channel.members.size === 0 || !isVisible(channel, user)) continue
      lines.push(RPL_LIST(channel.name, channel.members.size, channel.topic?.text ?? ""))
    }
    return [RPL_LISTSTART(), ...lines, RPL_LISTEND()]
  },
})

type Condition = (channel: Channel) => boolean

/** The channels of any of the names and masks, or all, for which every condition holds. */
function listed(net: Network, words: readonly string[], now: number): Channel[] {
  const conditions: Condition[] = []
  const names: string[] = []
  for (const word of words) {
    const condition = conditionOf(net, word, now)
    if (condition) conditions.push(condition)
    else if (word !== "") names.push(word)
  }
  const holds = (channel: Channel) => conditions.every((condition) => condition(channel))
  // Names need no search.
  if (names.length > 0 && !names.some(isMask)) {
    return names.flatMap((name) => net.channel(name) ?? []).filter(holds)
  }
  const masks = names.map((name) => net.folded(name))
  return [...net.channels.values()].filter((channel) => {
    const name = net.folded(channel.name)
    return (masks.length === 0 || masks.some((mask) => matches(mask, name))) && holds(channel)
  })
}

const MINUTE_MS = 60_000

function conditionOf(net: Network, word: string, now: number): Condition | undefined {
  if (word.startsWith("!")) {
    const mask = net.folded(word.slice(1))
    return ({ name }) => !matches(mask, net.folded(name))
  }
  const [, of, sign, digits] = /^([CT]?)([<>])(\d{1,9})$/i.exec(word) ?? []
  if (sign === undefined) return undefined
  const value = Number(digits)
  const compare = (size: number) => (sign === "<" ? size < value : size > value)
  switch (of?.toUpperCase()) {
    case "C":
      return ({ createdAt }) => compare((now - createdAt) / MINUTE_MS)
    case "T":
      return ({ topic }) => topic !== undefined && compare((now - topic.at) / MINUTE_MS)
    default:
      return ({ members }) => compare(members.size)
  }
}
