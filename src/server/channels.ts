// What an administrator does with channels: lists them, and mutes somebody in one.

import { channelModesChanged } from "../core/commands/channel-modes-changed.ts"
import { acted, setterOf } from "../core/commands/staff-acted.ts"
import { modesOf, type Channel } from "../core/channel.ts"
import { type Change, readMask } from "../core/mode-change.ts"
import type { Network } from "../core/network.ts"
import { sourceOf, type User } from "../core/user.ts"
import { ACCOUNT, isMute, means, MUTE } from "../protocol/ban-masks.ts"
import { durationWords } from "../protocol/duration.ts"
import type { Act } from "../protocol/acts.ts"
import { now } from "./clock.ts"
import { administer, type Outcome } from "./outcome.ts"
import type { Shell } from "./shell.ts"

/** One of the list. */
export interface ChannelShown {
  readonly name: string
  readonly members: number
  /** With their parameters; a key is an asterisk. */
  readonly modes: string
  readonly topic: string
  /** Whose it is, if it is somebody's. */
  readonly founder: string | undefined
  /** ms since 1970. */
  readonly createdAt: number
  readonly bans: readonly {
    readonly mask: string
    readonly by: string
    readonly since: number
    readonly until: number | undefined
  }[]
}

export interface MuteWanted {
  /** May lack its `#`. */
  readonly channel: string
  readonly nick: string
  /** Without it until somebody lifts it. */
  readonly lastsMs?: number | undefined
}

export class Channels {
  readonly #shell: Shell

  constructor(shell: Shell) {
    this.#shell = shell
  }

  /** The largest first; those that sleep are among them. */
  list(): ChannelShown[] {
    const channels = [...this.#shell.engine.net.channels.values()].map(shown)
    return channels.sort((a, b) => b.members - a.members || a.name.localeCompare(b.name))
  }

  /** Their account, or where they come from; somebody who is not here is muted by the account. */
  mute({ channel: name, nick, lastsMs }: MuteWanted): Outcome {
    const { net } = this.#shell.engine
    const channel = channelOf(net, name)
    if (!channel) return { error: `there is no channel ${name}` }
    const user = net.user(nick)
    const [person, mask] = meant(net, channel, nick, user)
    if (mask === undefined) return { error: `nobody of the name ${nick} is here or has an account` }
    const isFull = (channel.lists.get("b")?.size ?? 0) >= net.settings.limits.listModes
    const until = lastsMs === undefined ? undefined : now() + lastsMs
    const change = readMask(net, channel, "b", true, `${MUTE}:${mask}`, isFull, until)
    if (!change) return { error: `${person} is muted in ${channel.name} already` }
    if ("command" in change) return { error: `${change.text ?? ""}: ${channel.name}` }
    const lasts = lastsMs === undefined ? undefined : durationWords(lastsMs)
    const howLong = lasts === undefined ? "" : ` for ${lasts}`
    const hasSign = user !== undefined && (channel.members.get(user)?.prefixes ?? 0) > 0
    const but = hasSign ? "; a sign lets them be heard all the same" : ""
    const done = `${person} is muted in ${channel.name}${howLong}${but}`
    return this.#change("mute", channel, person, [change], done, lasts)
  }

  unmute({ channel: name, nick }: MuteWanted): Outcome {
    const { net } = this.#shell.engine
    const channel = channelOf(net, name)
    if (!channel) return { error: `there is no channel ${name}` }
    const user = net.user(nick)
    const source = net.folded(user ? sourceOf(user) : `${nick}!*@*`)
    const account = net.folded(user ? (user.account?.name ?? "") : nick) || undefined
    const masks = [...(channel.lists.get("b")?.values() ?? [])].map(({ mask }) => mask)
    const mutes = masks.filter((mask) => isMute(mask) && means(net.folded(mask), source, account))
    if (mutes.length === 0) return { error: `${nick} is not muted in ${channel.name}` }
    const changes = mutes.map((param) => ({ on: false, letter: "b", param }))
    const person = user?.nick ?? nick
    return this.#change("unmute", channel, person, changes, `${person} may speak in ${channel.name}`)
  }

  #change(
    act: Act,
    { name: channel }: Channel,
    target: string,
    changes: readonly Change[],
    done: string,
    lasts?: string,
  ): Outcome {
    const record = acted(act, { target, details: { channel, for: lasts } })
    return administer(this.#shell, channelModesChanged, { channel, changes }, record, done)
  }
}

function channelOf(net: Network, name: string): Channel | undefined {
  return net.channel(name) ?? net.channel(`#${name}`)
}

/** Who is meant, by their own spelling, and the mask that means them. */
function meant(
  net: Network,
  channel: Channel,
  nick: string,
  user: User | undefined,
): [name: string, mask?: string] {
  const account = user ? user.account : net.account(nick)
  if (account) return [user?.nick ?? account.name, `${ACCOUNT}:${account.name}`]
  if (!user) return [nick]
  const others = [...channel.members.keys()].filter((other) => other !== user && other.host === user.host)
  return [user.nick, `${others.length > 0 ? user.nick : "*"}!*@${user.host}`]
}

function shown(channel: Channel): ChannelShown {
  const { name, members, topic, founder, createdAt, lists, key } = channel
  return {
    name,
    members: members.size,
    modes: modesOf({ ...channel, key: key && "*" }, true).join(" "),
    topic: topic?.text ?? "",
    founder: founder?.name,
    createdAt,
    bans: [...(lists.get("b")?.values() ?? [])].map(({ mask, setter, at, until }) => ({
      mask,
      by: setterOf(setter),
      since: at,
      until,
    })),
  }
}
