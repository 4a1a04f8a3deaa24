// Changes of a channel's modes: https://modern.ircdocs.horse/#channel-modes. MODE reads the change that was asked for; what is
// not so already is proposed as one event.

import { banMask } from "../../protocol/ban-masks.ts"
import { channelMode, FOUNDER, type ChannelMode } from "../../protocol/modes.ts"
import { byteLength, type ChannelName } from "../../protocol/names.ts"
import {
  ERR_CHANOPRIVSNEEDED,
  ERR_NOSUCHCHANNEL,
  ERR_UNKNOWNMODE,
  RPL_BANLIST,
  RPL_ENDOFBANLIST,
  RPL_ENDOFEXCEPTLIST,
  RPL_ENDOFINVEXLIST,
  RPL_EXCEPTLIST,
  RPL_INVEXLIST,
} from "../../protocol/numerics.ts"
import { isNumeric, type Reply } from "../../protocol/reply.ts"
import { isFounder, isHalfOperator, isKeeper, isOperator, roleOf, type Channel } from "../channel.ts"
import type { Answer, UserContext } from "../command.ts"
import { event, from, type Stamp } from "../event.ts"
import { bitOf, readChange, takesParam, type Change } from "../mode-change.ts"
import type { Content } from "../narrow.ts"
import type { Network } from "../network.ts"
import { announceEnd } from "../timed-bans.ts"
import type { User } from "../user.ts"

/** Bytes of masks, keys and limits in one MODE; nicks are no longer than masks may be. */
const PARAM_BYTES_MAX = 240

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
  for (const few of lines([...changes.values()])) {
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

/** As many changes at a time, `most` of them, as surely fit into one line with the longest source and channel. */
function lines(changes: readonly Change[], most = Infinity): Change[][] {
  const out: Change[][] = []
  let bytes = PARAM_BYTES_MAX
  for (const change of changes) {
    const more = byteLength(change.param ?? "") + 1
    bytes += more
    if (bytes > PARAM_BYTES_MAX || (out.at(-1)?.length ?? 0) >= most) {
      out.push([])
      bytes = more
    }
    out.at(-1)?.push(change)
  }
  return out
}

/** What lifts the bans that are over by `now`: MODEs of the server. */
export function endOfBans(net: Network, now: number): ChannelModesChanged[] {
  return net.overdueBans(now).flatMap(([channel, masks]) => {
    const changes = masks.map((param) => ({ on: false, letter: "b", param }))
    return lines(changes, net.settings.limits.modes).map((few) => ({ channel: channel.name, changes: few }))
  })
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

export interface ChannelModesChanged {
  readonly channel: ChannelName
  readonly changes: readonly Change[]
}

export const channelModesChanged = event<ChannelModesChanged>({
  type: "channelModesChanged",
  refuse(net, { channel: name, changes }, by) {
    const channel = net.channel(name)
    if (!channel) return ERR_NOSUCHCHANNEL(name)
    // Nobody sends people to a channel that is not theirs.
    const foreign = changes.find((change) => by && !mayForward(net, change, by))
    if (!by) return undefined
    if (!changes.every((change) => mayFound(channel, change, by))) return ERR_CHANOPRIVSNEEDED(name)
    if (isOperator(channel, by) || isKeeper(channel, by))
      return foreign && ERR_CHANOPRIVSNEEDED(foreign.param ?? "*")
    const may = isHalfOperator(channel, by) && changes.every(({ letter }) => letter === "v")
    return may ? undefined : ERR_CHANOPRIVSNEEDED(name)
  },
  playback: line,
  apply(net, e, tell) {
    const channel = net.channel(e.channel)
    if (!channel) return
    for (const change of e.changes) {
      apply(net, channel, change, e)
      if (change.until !== undefined) announceEnd(net, channel, change, e, tell)
    }
    tell.channel(channel, line(e, channel.name))
  },
})

function line(e: ChannelModesChanged & Stamp, target: string): Content {
  let letters = ""
  let sign: boolean | undefined
  for (const { on, letter } of e.changes) {
    if (on !== sign) letters += on ? "+" : "-"
    sign = on
    letters += letter
  }
  return from(e, "MODE", [target, letters, ...e.changes.flatMap((change) => shown(change) ?? [])])
}

/** The parameter to show with a change. */
function shown({ letter, param, nick }: Change): string | undefined {
  const kind = channelMode(letter)?.kind
  return kind === "always" || kind === "prefix" ? (param ?? nick ?? "*") : param
}

// A founder makes another; who is one may give it up. Whose sign it is, is not known yet when the letter alone is asked about.
function mayFound(channel: Channel, { on, letter, user }: Change, by: User): boolean {
  if (letter !== "q" || isFounder(channel, by) || roleOf(channel, by) === FOUNDER) return true
  return !on && (user === undefined || user === by.id)
}

function mayForward(net: Network, { letter, param }: Change, by: User): boolean {
  const to = letter === "f" && param !== undefined ? net.channel(param) : undefined
  return letter !== "f" || param === undefined || (to !== undefined && isOperator(to, by))
}

function apply(net: Network, channel: Channel, change: Change, e: { source: string; at: number }) {
  const { on, letter, param } = change
  switch (channelMode(letter)?.kind) {
    case "never":
      if (on) channel.flags.add(letter)
      else channel.flags.delete(letter)
      break
    case "always":
      channel.key = on ? param : undefined
      break
    case "whenSet":
      applyParam(net, channel, letter, on ? param : undefined)
      break
    case "list":
      applyMask(net, channel, change, e)
      break
    default:
      applyPrefix(net, channel, change)
  }
}

function applyParam(net: Network, channel: Channel, letter: string, param: string | undefined) {
  const to = letter === "f" && param !== undefined ? net.channel(param) : undefined
  const value = param === undefined ? undefined : Number(param)
  if (letter === "f") channel.forward = to && { name: to.name, id: to.id }
  else if (letter === "W") channel.slow = value
  else channel.limit = value
}

function applyMask(
  net: Network,
  channel: Channel,
  { on, letter, param: mask, until }: Change,
  { source: setter, at }: { source: string; at: number },
) {
  const masks = channel.lists.get(letter)
  if (mask === undefined || !masks) return
  if (on) masks.set(net.folded(mask), { mask, setter, at, ...(until === undefined ? {} : { until }) })
  else masks.delete(net.folded(mask))
  if (until !== undefined) net.expectEndOfBan(until)
}

function applyPrefix(net: Network, channel: Channel, { on, letter, user: id }: Change) {
  const user = id === undefined ? undefined : net.users.get(id)
  const member = user && channel.members.get(user)
  if (member) member.prefixes = on ? member.prefixes | bitOf(letter) : member.prefixes & ~bitOf(letter)
}
