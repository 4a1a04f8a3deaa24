// One letter of a MODE, read against the channel as it is, and how many go into one line:
// https://modern.ircdocs.horse/#mode-message

import { banMask, isMute } from "../protocol/ban-masks.ts"
import { durationWords, parseSeconds } from "../protocol/duration.ts"
import { SLOW_SECONDS_MAX } from "../protocol/limits.ts"
import { PREFIXES, type ChannelMode } from "../protocol/modes.ts"
import { byteLength, truncated } from "../protocol/names.ts"
import {
  ERR_BANLISTFULL,
  ERR_INVALIDMODEPARAM,
  ERR_NOSUCHNICK,
  ERR_USERNOTINCHANNEL,
} from "../protocol/numerics.ts"
import type { Reply } from "../protocol/reply.ts"
import { isVisible, paramOf, type Channel } from "./channel.ts"
import type { UserContext } from "./command.ts"
import type { Network } from "./network.ts"
import type { User, UserId } from "./user.ts"

/** One letter; `user`, and `nick` at that time, where it is a prefix, `param` where it is a mask, a key, a limit or a channel. */
export interface Change {
  readonly on: boolean
  readonly letter: string
  readonly param?: string
  readonly user?: UserId
  readonly nick?: string
  /** ms since 1970 when what is put on a list goes from it by itself. */
  readonly until?: number
}

/** Bytes of a mask in a list. */
const MASK_BYTES_MAX = 200
/** Bytes of masks, keys and limits in one MODE; nicks are no longer than masks may be. */
const PARAM_BYTES_MAX = 240

/** https://modern.ircdocs.horse/#mode-message, types A to D */
export function takesParam({ kind }: ChannelMode, on: boolean): boolean {
  return kind === "list" || kind === "always" || kind === "prefix" || (kind === "whenSet" && on)
}

/**
 * What the letter asks for, why it cannot be, or nothing when it is so already or lacks its parameter. `size` is how long
 * the list it is about will be by the changes before.
 */
export function readChange(
  { net, user }: UserContext,
  channel: Channel,
  mode: ChannelMode,
  on: boolean,
  param: string | undefined,
  size: number,
): Change | Reply | undefined {
  const { letter } = mode
  const invalid = (why: string) => ERR_INVALIDMODEPARAM(channel.name, letter, param || "*", why)
  switch (mode.kind) {
    case "never":
      return channel.flags.has(letter) === on ? undefined : { on, letter }
    case "prefix":
      return param === undefined ? undefined : readPrefix(net, channel, letter, on, param)
    case "list":
      return param === undefined
        ? undefined
        : readMask(net, channel, letter, on, param, size >= net.settings.limits.listModes)
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
      const present = paramOf(channel, letter)
      if (!on) return present === undefined ? undefined : { on, letter }
      if (param === undefined) return undefined
      const wanted = letter === "W" ? readSlow(param) : readLimit(param)
      if (typeof wanted === "string") return invalid(wanted)
      return present === wanted ? undefined : { on, letter, param: String(wanted) }
    }
  }
}

function readLimit(param: string): number | string {
  const limit = /^\d{1,9}$/.test(param) ? Number(param) : 0
  return limit > 0 ? limit : "A limit is a number above zero"
}

function readSlow(param: string): number | string {
  const seconds = (parseSeconds(param) ?? 0) / 1000
  return seconds > 0 && seconds <= SLOW_SECONDS_MAX
    ? seconds
    : `A time between two messages is such as 10, 30s or 5m, and at most ${durationWords(SLOW_SECONDS_MAX * 1000)}`
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
  return ((member.prefixes & bitOf(letter)) !== 0) === on
    ? undefined
    : { on, letter, user: user.id, nick: user.nick }
}

/** `until` is when a ban ends that ends by itself: the same mask with another end, or none, is another ban. */
export function readMask(
  net: Network,
  channel: Channel,
  letter: string,
  on: boolean,
  text: string,
  isFull: boolean,
  until?: number,
): Change | Reply | undefined {
  if (text.startsWith(":") || text.includes(" ")) {
    return ERR_INVALIDMODEPARAM(channel.name, letter, text, "A mask has no spaces and no first colon")
  }
  const mask = banMask(text)
  if (mask === undefined || (letter === "I" && isMute(mask)))
    return ERR_INVALIDMODEPARAM(channel.name, letter, text, "That is no mask of this list")
  const param = truncated(mask, MASK_BYTES_MAX)
  const entry = channel.lists.get(letter)?.get(net.folded(param))
  if (!on) return entry && { on, letter, param }
  if (entry && entry.until === until) return undefined
  if (!entry && isFull) return ERR_BANLISTFULL(channel.name, letter)
  return { on, letter, param, ...(until === undefined ? {} : { until }) }
}

export function bitOf(letter: string): number {
  return PREFIXES.find((prefix) => prefix.letter === letter)?.bit ?? 0
}

/** As many changes at a time, `most` of them, as surely fit into one line with the longest source and channel. */
export function inLines(changes: readonly Change[], most = Infinity): Change[][] {
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
