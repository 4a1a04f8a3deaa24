// That a channel's modes were changed: https://modern.ircdocs.horse/#channel-modes

import { channelMode, FOUNDER } from "../../protocol/modes.ts"
import type { ChannelName } from "../../protocol/names.ts"
import { ERR_CHANOPRIVSNEEDED, ERR_NOSUCHCHANNEL } from "../../protocol/numerics.ts"
import { isFounder, isHalfOperator, isKeeper, isOperator, roleOf, type Channel } from "../channel.ts"
import { event, from, type Stamp } from "../event.ts"
import { bitOf, type Change } from "../mode-change.ts"
import type { Content } from "../narrow.ts"
import type { Network } from "../network.ts"
import { announceEnd } from "../timed-bans.ts"
import type { User } from "../user.ts"

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
