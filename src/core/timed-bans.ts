// Bans and mutes of a channel that end by themselves. To MODE they are as others, so that every client shows them; until when
// they last, the server says besides. https://docs.inspircd.org/4/modules/timedbans tells half-operators and operators alone.

import { isMute } from "../protocol/ban-masks.ts"
import { STANDARD_REPLIES } from "../protocol/capabilities.ts"
import { durationWords } from "../protocol/duration.ts"
import { HALF_OPERATOR } from "../protocol/modes.ts"
import { NOTE } from "../protocol/reply.ts"
import type { Channel } from "./channel.ts"
import type { ChannelModesChanged } from "./commands/channel-modes-changed.ts"
import type { Stamp } from "./event.ts"
import { type Change, inLines } from "./mode-change.ts"
import type { Network } from "./network.ts"
import type { Tell } from "./tell.ts"

/**
 * "It is RECOMMENDED that servers use standard replies instead of […] server notices": a NOTE with the mask and the seconds goes to
 * every member who knows of them, before the MODE that it is about, and a NOTICE to the others who keep order there.
 */
export function announceEnd(net: Network, channel: Channel, change: Change, e: Stamp, tell: Tell) {
  const { param: mask = "", until = e.at } = change
  const lastsMs = until - e.at
  const source = net.settings.serverName
  const done = isMute(mask) ? `muted ${mask.slice(2)}` : `banned ${mask}`
  const text = `${e.source.split("!", 1)[0]} ${done} for ${durationWords(lastsMs)}`
  const note = NOTE("TBAN", "TIMED_BAN", [channel.name, mask, String(Math.ceil(lastsMs / 1000))], text)
  tell.channel(channel, { ...note, source, at: e.at, needs: STANDARD_REPLIES })
  const notice = { source, command: "NOTICE", params: [`%${channel.name}`], text }
  for (const { user, prefixes } of channel.members.values())
    for (const session of user.sessions)
      if (prefixes >= HALF_OPERATOR && !session.has(STANDARD_REPLIES)) tell.session(session, notice)
}

/** What lifts the bans that are over by `now`: MODEs of the server. */
export function endOfBans(net: Network, now: number): ChannelModesChanged[] {
  return net.overdueBans(now).flatMap(([channel, masks]) => {
    const changes = masks.map((param) => ({ on: false, letter: "b", param }))
    return inLines(changes, net.settings.limits.modes).map((few) => ({ channel: channel.name, changes: few }))
  })
}
