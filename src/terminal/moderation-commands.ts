// Commands for who keeps order in a channel, by degrees: quiet, slow, a mute, a ban. On the wire they are ordinary modes.

import { banning, canMute, type Order } from "../client/moderation.ts"
import { format } from "../protocol/message.ts"
import { parseDuration } from "../protocol/duration.ts"
import { printable } from "../protocol/printable.ts"
import type { Command, Desk } from "./commands.ts"
import { after, channelFirst, words } from "./typed.ts"

export const MODERATION_COMMANDS: Readonly<Record<string, Command>> = {
  mute: {
    syntax: "[CHANNEL] NICK [TIME]",
    help: "let somebody read and not write, for a time such as 10m or until /unmute",
    run(desk, rest) {
      const [channel, left] = channelFirst(desk, rest)
      const [nick, time, more] = words(left)
      if (channel === undefined || nick === undefined || more !== undefined) return false
      const lastsMs = timeOf(desk, time)
      if (lastsMs === "unreadable" || cannotMute(desk, channel, nick)) return
      desk.session.moderate({ act: "mute", channel, nick, lastsMs })
    },
  },
  unmute: {
    syntax: "[CHANNEL] NICK",
    help: "let them write again",
    run: (desk, rest) => lift(desk, "unmute", rest),
  },
  ban: {
    syntax: "[CHANNEL] NICK|MASK [TIME] [REASON]",
    help: "remove somebody from a channel and keep them out, for a time such as 10m or until /unban",
    run(desk, rest) {
      const [channel, left] = channelFirst(desk, rest)
      const [who, time] = words(left)
      if (channel === undefined || who === undefined) return false
      // What begins with a digit is a time, so that a slip bans nobody for good.
      const isTimed = time !== undefined && /^\d/.test(time)
      const lastsMs = isTimed ? timeOf(desk, time) : undefined
      if (lastsMs === "unreadable") return
      const reason = after(after(left, who), isTimed ? time : "")
      const { session } = desk
      if (isMask(who)) session.send(format(banning(channel, who, lastsMs)))
      else if (!isOwn(desk, who))
        session.moderate({ act: "ban", channel, nick: who, lastsMs, reason: reason || undefined })
    },
  },
  unban: {
    syntax: "[CHANNEL] NICK|MASK",
    help: "let them in again",
    run(desk, rest) {
      const [channel, left] = channelFirst(desk, rest)
      if (channel === undefined || !isMask(left)) return lift(desk, "unban", rest)
      desk.session.command("MODE", [channel, "-b", left])
    },
  },
  slow: {
    syntax: "[CHANNEL] TIME|off",
    help: "let everybody write one message in that time, such as 10s",
    run(desk, rest) {
      const [channel, time] = channelFirst(desk, rest)
      if (channel === undefined || time === "") return false
      const { session, note } = desk
      const [, , withParam = ""] = (session.view.isupport.get("CHANMODES") ?? "").split(",")
      if (!withParam.includes("W")) return note("this server has no slow mode")
      if (time === "off") return session.command("MODE", [channel, "-W"])
      const ms = timeOf(desk, time)
      if (ms !== "unreadable" && ms !== undefined) session.command("MODE", [channel, "+W", String(ms / 1000)])
    },
  },
  quiet: {
    syntax: "[CHANNEL] on|off",
    help: "let only those write who have voice or more",
    run(desk, rest) {
      const [channel, wanted] = channelFirst(desk, rest)
      if (channel === undefined || (wanted !== "on" && wanted !== "off")) return false
      desk.session.command("MODE", [channel, wanted === "on" ? "+m" : "-m"])
    },
  },
}

function lift(desk: Desk, act: Order["act"], rest: string): boolean | void {
  const [channel, left] = channelFirst(desk, rest)
  const [nick, more] = words(left)
  if (channel === undefined || nick === undefined || more !== undefined) return false
  desk.session.moderate({ act, channel, nick })
}

function timeOf({ note }: Desk, text: string | undefined): number | "unreadable" | undefined {
  if (text === undefined) return undefined
  const ms = parseDuration(text.toLowerCase())
  if (ms !== undefined) return ms
  note(printable(`${text} is no time: write 90s, 10m, 2h, 7d or 2w`))
  return "unreadable"
}

/** nick!user@host, or an extended one: no nick has any of these. */
function isMask(text: string): boolean {
  return /[!@*?:]/.test(text)
}

function isOwn({ session, note }: Desk, nick: string): boolean {
  const own = session.view.isOwn(nick)
  if (own) note("that is you")
  return own
}

// A sign lets its bearer speak in spite of a mute.
function cannotMute(desk: Desk, channel: string, nick: string): boolean {
  const { session, note } = desk
  const { view } = session
  if (isOwn(desk, nick)) return true
  const signs = view.channel(channel)?.members.get(view.key(nick))?.signs ?? ""
  if (canMute(view) && signs === "") return false
  note(
    canMute(view)
      ? printable(`${nick} has ${signs} in ${channel} and would be heard all the same: take that first`)
      : "this server knows no mutes: /quiet on, or /ban",
  )
  return true
}
