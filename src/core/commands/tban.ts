// TBAN: https://docs.inspircd.org/4/modules/timedbans. A ban of a channel that the server lifts when its time is over; with a
// mask of `m:` a mute. The last word on a mask counts: TBAN again gives it another end, MODE +b none.

import { parseSeconds } from "../../protocol/duration.ts"
import { ERR_NOSUCHCHANNEL } from "../../protocol/numerics.ts"
import { FAIL } from "../../protocol/reply.ts"
import { isVisible } from "../channel.ts"
import { command } from "../command.ts"
import { readMask } from "../mode-change.ts"
import { channelModesChanged } from "./channel-modes-changed.ts"

export const TBAN = command({
  name: "TBAN",
  syntax: "<channel> <duration> <mask>",
  help: "Bans a mask from a channel for a time such as 90s, 10m or 2h, or with m: before it mutes it.",
  specification: "https://docs.inspircd.org/4/modules/timedbans",
  run({ net, user, now, propose }, name: string, duration: string, mask: string) {
    const channel = net.channel(name)
    if (!channel || !isVisible(channel, user)) return ERR_NOSUCHCHANNEL(name)
    const fact = { channel: channel.name, changes: [{ on: true, letter: "b" }] }
    const refusal = channelModesChanged.refuse?.(net, fact, user)
    if (refusal) return refusal
    const lastsMs = parseSeconds(duration)
    if (lastsMs === undefined)
      return FAIL("TBAN", "INVALID_DURATION", [duration], "A time is such as 90s, 10m, 2h, 7d or 2w")
    const isFull = (channel.lists.get("b")?.size ?? 0) >= net.settings.limits.listModes
    const change = readMask(net, channel, "b", true, mask, isFull, now + lastsMs)
    if (!change) return undefined
    return "command" in change
      ? change
      : propose(channelModesChanged, { channel: channel.name, changes: [change] })
  },
})
