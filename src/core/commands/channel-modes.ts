// Asking for changes of a channel's modes: https://modern.ircdocs.horse/#channel-modes. What is not so already is proposed as one
// event, channel-modes-changed.ts.

import { banMask } from "../../protocol/ban-masks.ts"
import { channelMode, type ChannelMode } from "../../protocol/modes.ts"
import {
  ERR_UNKNOWNMODE,
  RPL_BANLIST,
  RPL_ENDOFBANLIST,
  RPL_ENDOFEXCEPTLIST,
  RPL_ENDOFINVEXLIST,
  RPL_EXCEPTLIST,
  RPL_INVEXLIST,
} from "../../protocol/numerics.ts"
import { isNumeric, type Reply } from "../../protocol/reply.ts"
import type { Channel } from "../channel.ts"
import type { Answer, UserContext } from "../command.ts"
import { type Change, inLines, readChange, takesParam } from "../mode-change.ts"
import type { Network } from "../network.ts"
import { channelModesChanged } from "./channel-modes-changed.ts"

export function changeModes(
  context: UserContext,
  channel: Channel,
  modes: string,
  params: readonly string[],
): Answer {
  // Keyed by what is changed, so that the last word of a line counts.
  const changes = new Map<string, Change>()
  const answers: Reply[] = []
  const refusalOf = (change: Change) =>
    channelModesChanged.refuse?.(context.net, { channel: channel.name, changes: [change] }, context.user)
  const rest = [...params]
  let withParam = 0
  let on = true
  for (const letter of modes) {
    if (letter === "+" || letter === "-") {
      on = letter === "+"
      continue
    }
    const mode = channelMode(letter)
    if (!mode) {
      answers.push(ERR_UNKNOWNMODE(letter))
      continue
    }
    const param = takesParam(mode, on) ? rest.shift() : undefined
    const refusal = refusalOf({ on, letter })
    if (mode.kind === "list" && param === undefined) answers.push(...list(channel, letter))
    else if (refusal) return [...answers, refusal]
    else if (param === undefined || ++withParam <= context.net.settings.limits.modes) {
      const key = keyOf(context.net, letter, mode, param)
      const size = sizeAfter(channel, letter, changes, key)
      const change = readChange(context, channel, mode, on, param, size)
      if (change && isReply(change)) answers.push(change)
      else {
        changes.delete(key)
        if (change) changes.set(key, change)
      }
    }
  }
  for (const few of inLines([...changes.values()])) {
    context.propose(channelModesChanged, { channel: channel.name, changes: few })
  }
  return answers
}

function keyOf(net: Network, letter: string, { kind }: ChannelMode, param = ""): string {
  if (kind === "list") return `${letter} ${net.folded(banMask(param) ?? param)}`
  return kind === "prefix" ? `${letter} ${net.folded(param)}` : letter
}

/** How long a list will be by the changes so far, but for the one of this key. */
function sizeAfter({ lists }: Channel, letter: string, changes: ReadonlyMap<string, Change>, except: string) {
  let size = lists.get(letter)?.size ?? 0
  for (const [key, change] of changes) {
    if (change.letter === letter && key !== except) size += change.on ? 1 : -1
  }
  return size
}

function isReply(value: Change | Reply): value is Reply {
  return "command" in value && isNumeric(value)
}

const LISTS: Readonly<Record<string, { entry: typeof RPL_BANLIST; end: typeof RPL_ENDOFBANLIST }>> = {
  b: { entry: RPL_BANLIST, end: RPL_ENDOFBANLIST },
  e: { entry: RPL_EXCEPTLIST, end: RPL_ENDOFEXCEPTLIST },
  I: { entry: RPL_INVEXLIST, end: RPL_ENDOFINVEXLIST },
}

function list({ name, lists }: Channel, letter: string): Reply[] {
  const numerics = LISTS[letter]
  if (!numerics) return []
  const masks = [...(lists.get(letter)?.values() ?? [])]
  const entries = masks.map(({ mask, setter, at }) =>
    numerics.entry(name, mask, setter, Math.floor(at / 1000)),
  )
  return [...entries, numerics.end(name)]
}
