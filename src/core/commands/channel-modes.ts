// Changes of a channel's modes: https://modern.ircdocs.horse/#channel-modes. MODE reads the change that was asked for; what is
// not so already is proposed as one event.

import { banMask, isMute } from "../../protocol/ban-masks.ts"
import { MODES_MAX } from "../../protocol/limits.ts"
import { channelMode, PREFIXES, type ChannelMode } from "../../protocol/modes.ts"
import { byteLength, folded, truncated, type ChannelName } from "../../protocol/names.ts"
import {
  ERR_BANLISTFULL,
  ERR_CHANOPRIVSNEEDED,
  ERR_INVALIDMODEPARAM,
  ERR_NOSUCHCHANNEL,
  ERR_NOSUCHNICK,
  ERR_UNKNOWNMODE,
  ERR_USERNOTINCHANNEL,
  RPL_BANLIST,
  RPL_ENDOFBANLIST,
  RPL_ENDOFEXCEPTLIST,
  RPL_ENDOFINVEXLIST,
  RPL_EXCEPTLIST,
  RPL_INVEXLIST,
} from "../../protocol/numerics.ts"
import { isNumeric, type Reply } from "../../protocol/reply.ts"
import { isHalfOperator, isOperator, isVisible, type Channel } from "../channel.ts"
import type { Answer, UserContext } from "../command.ts"
import { event, from } from "../event.ts"
import type { Network } from "../network.ts"
import type { User, UserId } from "../user.ts"

/** One letter; `user` where it is a prefix, `param` where it is a mask, a key or a limit. */
interface Change {
  readonly on: boolean
  readonly letter: string
  readonly param?: string
  readonly user?: UserId
}

/** Bytes of a mask in a list. */
const MASK_BYTES_MAX = 200
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
    else if (param === undefined || ++withParam <= MODES_MAX) {
      const change = read(context, channel, mode, on, param)
      if (change && isReply(change)) answers.push(change)
      else {
        const key = keyOf(letter, mode, param)
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

function keyOf(letter: string, { kind }: ChannelMode, param = ""): string {
  return kind === "list" || kind === "prefix" ? `${letter} ${folded(param)}` : letter
}

/** As many changes at a time as surely fit into one line with the longest source and channel. */
function lines(changes: readonly Change[]): Change[][] {
  const out: Change[][] = []
  let bytes = PARAM_BYTES_MAX
  for (const change of changes) {
    const more = byteLength(change.param ?? "") + 1
    bytes += more
    if (bytes > PARAM_BYTES_MAX) {
      out.push([])
      bytes = more
    }
    out.at(-1)?.push(change)
  }
  return out
}

function takesParam({ kind }: ChannelMode, on: boolean): boolean {
  return kind === "list" || kind === "always" || kind === "prefix" || (kind === "whenSet" && on)
}

function isReply(value: Change | Reply): value is Reply {
  return "command" in value && isNumeric(value)
}

/** What the letter asks for, why it cannot be, or nothing when it is so already or lacks its parameter. */
function read(
  { net, user }: UserContext,
  channel: Channel,
  mode: ChannelMode,
  on: boolean,
  param?: string,
): Change | Reply | undefined {
  const { letter } = mode
  const invalid = (why: string) => ERR_INVALIDMODEPARAM(channel.name, letter, param || "*", why)
  switch (mode.kind) {
    case "never":
      return channel.flags.has(letter) === on ? undefined : { on, letter }
    case "prefix":
      return param === undefined ? undefined : readPrefix(net, channel, letter, on, param)
    case "list":
      return param === undefined ? undefined : readMask(net, channel, letter, on, param)
    case "always": {
      if (!on) return channel.key === undefined ? undefined : { on, letter }
      if (param === undefined || channel.key === param) return undefined
      const right =
        /^[!-+\--9;-~][!-+\--~]*$/.test(param) && byteLength(param) <= net.settings.limits.keyLength
      return right
        ? { on, letter, param }
        : ERR_INVALIDMODEPARAM(
            channel.name,
            letter,
            "*",
            "A key has no spaces, commas or first colon, and is not too long",
          )
    }
    case "whenSet": {
      if (letter === "f") return readForward(net, user, channel, on, param)
      if (!on) return channel.limit === undefined ? undefined : { on, letter }
      if (param === undefined) return undefined
      const limit = /^\d{1,9}$/.test(param) ? Number(param) : 0
      if (limit === 0) return invalid("A limit is a number above zero")
      return channel.limit === limit ? undefined : { on, letter, param: String(limit) }
    }
  }
}

function readForward(
  net: Network,
  user: User,
  channel: Channel,
  on: boolean,
  param?: string,
): Change | Reply | undefined {
  const letter = "f"
  const { forward } = channel
  if (!on) return forward === undefined ? undefined : { on, letter }
  if (param === undefined) return undefined
  const to = net.channel(param)
  if (!to || to === channel || !isVisible(to, user))
    return ERR_INVALIDMODEPARAM(channel.name, letter, param || "*", "That is no other channel that there is")
  return forward?.id === to.id ? undefined : { on, letter, param: to.name }
}

function readPrefix(
  net: Network,
  channel: Channel,
  letter: string,
  on: boolean,
  nick: string,
): Change | Reply | undefined {
  const user = net.user(nick)
  if (!user) return ERR_NOSUCHNICK(nick)
  const member = channel.members.get(user)
  if (!member) return ERR_USERNOTINCHANNEL(user.nick, channel.name)
  return ((member.prefixes & bitOf(letter)) !== 0) === on ? undefined : { on, letter, user: user.id }
}

function readMask(
  net: Network,
  channel: Channel,
  letter: string,
  on: boolean,
  text: string,
): Change | Reply | undefined {
  if (text.startsWith(":") || text.includes(" ")) {
    return ERR_INVALIDMODEPARAM(channel.name, letter, text, "A mask has no spaces and no first colon")
  }
  const mask = banMask(text)
  if (mask === undefined || (letter === "I" && isMute(mask)))
    return ERR_INVALIDMODEPARAM(channel.name, letter, text, "That is no mask of this list")
  const param = truncated(mask, MASK_BYTES_MAX)
  const masks = channel.lists.get(letter)
  if (masks?.has(folded(param)) === on) return undefined
  if (on && masks && masks.size >= net.settings.limits.listModes) return ERR_BANLISTFULL(channel.name, letter)
  return { on, letter, param }
}

function bitOf(letter: string): number {
  return PREFIXES.find((prefix) => prefix.letter === letter)?.bit ?? 0
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

export const channelModesChanged = event<{ channel: ChannelName; changes: readonly Change[] }>({
  type: "channelModesChanged",
  refuse(net, { channel: name, changes }, by) {
    const channel = net.channel(name)
    if (!channel) return ERR_NOSUCHCHANNEL(name)
    // Nobody sends people to a channel that is not theirs.
    const foreign = changes.find((change) => by && !mayForward(net, change, by))
    if (by && isOperator(channel, by)) return foreign && ERR_CHANOPRIVSNEEDED(foreign.param ?? "*")
    if (!by) return undefined
    const may = isHalfOperator(channel, by) && changes.every(({ letter }) => letter === "v")
    return may ? undefined : ERR_CHANOPRIVSNEEDED(name)
  },
  apply(net, e, tell) {
    const channel = net.channel(e.channel)
    if (!channel) return
    let letters = ""
    const params: string[] = []
    let sign: boolean | undefined
    for (const change of e.changes) {
      const param = applied(net, channel, change, e)
      if (change.on !== sign) letters += change.on ? "+" : "-"
      sign = change.on
      letters += change.letter
      if (param !== undefined) params.push(param)
    }
    tell.channel(channel, from(e, "MODE", [channel.name, letters, ...params]))
  },
})

function mayForward(net: Network, { letter, param }: Change, by: User): boolean {
  const to = letter === "f" && param !== undefined ? net.channel(param) : undefined
  return letter !== "f" || param === undefined || (to !== undefined && isOperator(to, by))
}

/** Makes one change and gives the parameter to show with it. */
function applied(
  net: Network,
  channel: Channel,
  change: Change,
  e: { source: string; at: number },
): string | undefined {
  const { on, letter, param } = change
  switch (channelMode(letter)?.kind) {
    case "never":
      if (on) channel.flags.add(letter)
      else channel.flags.delete(letter)
      return undefined
    case "always":
      channel.key = on ? param : undefined
      return param ?? "*"
    case "whenSet":
      if (letter === "f") {
        const to = on && param !== undefined ? net.channel(param) : undefined
        channel.forward = to && { name: to.name, id: to.id }
      } else channel.limit = on ? Number(param) : undefined
      return param
    case "list":
      if (param === undefined) return undefined
      if (on) channel.lists.get(letter)?.set(folded(param), { mask: param, setter: e.source, at: e.at })
      else channel.lists.get(letter)?.delete(folded(param))
      return param
    default:
      return appliedPrefix(net, channel, change)
  }
}

function appliedPrefix(net: Network, channel: Channel, { on, letter, user: id }: Change): string | undefined {
  const user = id === undefined ? undefined : net.users.get(id)
  const member = user && channel.members.get(user)
  if (!member) return undefined
  member.prefixes = on ? member.prefixes | bitOf(letter) : member.prefixes & ~bitOf(letter)
  return user.nick
}
