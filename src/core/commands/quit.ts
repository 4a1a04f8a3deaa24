// QUIT: https://modern.ircdocs.horse/#quit-message

import { truncated } from "../../protocol/names.ts"
import { RPL_MONOFFLINE } from "../../protocol/numerics.ts"
import { isHidden } from "../auditorium.ts"
import { anytime } from "../command.ts"
import { event, from, type Stamp } from "../event.ts"
import type { Content } from "../narrow.ts"
import { leaveMailbox, type Seen } from "../seen.ts"
import type { User, UserId } from "../user.ts"

export const QUIT = anytime({
  name: "QUIT",
  syntax: "[<reason>]",
  help: "Ends your connection.",
  specification: "https://modern.ircdocs.horse/#quit-message",
  run({ net, end }, reason = "") {
    // "servers SHOULD prepend <reason> with the ASCII string "Quit: " … even if <reason> is empty"
    end("QUIT", `Quit: ${truncated(reason, net.settings.limits.kickLength)}`)
  },
})

interface UserQuit extends Seen {
  readonly user: UserId
  readonly reason: string
  /** The channels it was heard in. */
  readonly channelIds?: readonly number[]
}

/** Without `refuse`: a connection that is gone cannot be argued with. */
export const userQuit = event<UserQuit>({
  type: "userQuit",
  playback: line,
  apply(net, e, tell) {
    const user = net.users.get(e.user)
    if (!user) return
    tell.peers(user, line(e), false)
    net.remember(user, e.at)
    leaveMailbox(user, e)
    net.removeUser(user)
    tell.watchers(user.nick, RPL_MONOFFLINE(user.nick))
  },
})

export function quit(user: User, reason: string, seen: Seen = {}): UserQuit {
  return { user: user.id, reason, ...heardIn(user), ...seen }
}

function line(e: UserQuit & Stamp): Content {
  return from(e, "QUIT", [], e.reason)
}

/** The channels in whose history something belongs that is heard in all of a user's, where everybody may know of it. */
export function heardIn({ channels }: User): { channelIds?: number[] } {
  const seen = [...channels].filter(([channel, member]) => !isHidden(channel, member))
  return seen.length === 0 ? {} : { channelIds: seen.map(([{ id }]) => id) }
}
