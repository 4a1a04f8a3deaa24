// UBAN: https://github.com/ergochat/ergo/blob/stable/docs/MANUAL.md. One command for what others spread over DLINE, KLINE and account
// suspensions, as Ergo's operators know it: what is banned follows from how it is written.

import { NETWORK_BANS_MAX } from "../../protocol/limits.ts"
import { parseDuration } from "../../protocol/duration.ts"
import { truncated } from "../../protocol/names.ts"
import { ERR_NOPRIVILEGES } from "../../protocol/numerics.ts"
import { FAIL, NOTE, type Reply } from "../../protocol/reply.ts"
import { serverTime } from "../../protocol/server-time.ts"
import { type Ban, type Banned, bannedBy, bansOf, isOver, means, meansUser } from "../bans.ts"
import { type Answer, command } from "../command.ts"
import { event } from "../event.ts"
import type { Network } from "../network.ts"
import { isAbove } from "../operators.ts"
import type { Session } from "../session.ts"
import type { Account } from "../user.ts"
import { acted, setterOf, type StaffActed } from "./staff-acted.ts"

export const UBAN = command({
  name: "UBAN",
  syntax: "<ADD|DEL|LIST|INFO> [<duration>] [<account|address|range|fingerprint|mask>] [<reason>]",
  help: "Keeps somebody out of the network, for a time such as 10m or for good; for operators of the server.",
  specification: "https://github.com/ergochat/ergo/blob/stable/docs/MANUAL.md",
  run({ net, user, session, sessions, now, ask, propose, expel }, subcommand: string, ...words: string[]) {
    if (!user.rights.includes("ban")) return ERR_NOPRIVILEGES("ban")
    const verb = subcommand.toUpperCase()
    if (verb === "LIST") {
      const bans = bansOf(net, now).map(shown)
      return [...bans, NOTE("UBAN", "END_OF_BANS", [], `${bans.length} in force`)]
    }
    if (verb !== "ADD" && verb !== "DEL" && verb !== "INFO")
      return FAIL("UBAN", "INVALID_PARAMS", [subcommand], "There is no such subcommand")
    const lastsMs = verb === "ADD" ? parseDuration(words[0] ?? "") : undefined
    const [text = "", ...rest] = lastsMs === undefined ? words : words.slice(1)
    if (text === "") return FAIL("UBAN", "NEED_MORE_PARAMS", [verb], "Say whom")
    ask({ type: "range", text }, (result): Answer => {
      if (!user.rights.includes("ban")) return ERR_NOPRIVILEGES("ban")
      const banned = bannedBy(net, text, result.type === "range" ? result.range : undefined)
      if (!banned) return FAIL("UBAN", "NO_SUCH_ACCOUNT", [text], "Nobody of that name has an account")
      if (verb === "INFO") return info(net, banned, now)
      if (verb === "DEL") return propose(banLifted, banned, liftingOf(banned))
      // Nobody could take it back.
      if (means(net, banned, session)) return FAIL("UBAN", "INVALID_TARGET", [banned.value], "That is you")
      if (meant(net, banned, sessions).some(({ role }) => isAbove(role, user)))
        return FAIL("UBAN", "INVALID_TARGET", [banned.value], "They may do more than you")
      const reason = truncated(rest.join(" "), net.settings.limits.kickLength)
      const ban = { ...banned, reason, ...(lastsMs === undefined ? {} : { until: now + lastsMs }) }
      propose(banSet, ban, banningOf(ban))
      expel(banned)
    })
    return undefined
  },
})

/** The accounts that it keeps out: the one that it names, and those that are here, with connections or without. */
function meant(net: Network, banned: Banned, sessions: Iterable<Session>): Account[] {
  const named = banned.kind === "account" ? net.account(banned.value) : undefined
  const users = [...net.users.values()].filter((user) => meansUser(net, banned, user))
  const connected = [...sessions].filter((one) => means(net, banned, one)).map(({ user }) => user)
  const here = [...users, ...connected].map((user) => user?.account)
  return [named, ...here].filter((account) => account !== undefined)
}

function info(net: Network, banned: Banned, now: number): Answer {
  const ban = net.ban(banned)
  const text = "It is not banned"
  return ban && !isOver(ban, now) ? shown(ban) : NOTE("UBAN", "NO_SUCH_BAN", [banned.value], text)
}

function shown({ kind, value, reason, until, by }: Ban): Reply {
  const end = until === undefined ? "for good" : `until ${serverTime(until)}`
  return NOTE("UBAN", "BAN", [kind, value], `${end}, by ${setterOf(by)}${reason === "" ? "" : `: ${reason}`}`)
}

type BanSet = Banned & { readonly reason: string; readonly until?: number }

/** The records of both. */
export function banningOf({ kind, value: target, reason, until }: BanSet): StaffActed {
  return acted("ban", { target, reason, details: { kind, until: until && serverTime(until) } })
}

export function liftingOf({ kind, value: target }: Banned): StaffActed {
  return acted("unban", { target, details: { kind } })
}

export const banSet = event<BanSet>({
  type: "banSet",
  refuse(net, { kind, value }) {
    if (kind === "account" && !net.account(value))
      return FAIL("UBAN", "NO_SUCH_ACCOUNT", [value], "Nobody of that name has an account")
    return net.bans.size < NETWORK_BANS_MAX || net.ban({ kind, value })
      ? undefined
      : FAIL("UBAN", "TOO_MANY_BANS", [value], "The list of bans is full")
  },
  apply(net, { kind, value, reason, until, at, source }, tell) {
    for (const ban of net.bans.values()) if (isOver(ban, at)) net.liftBan(ban)
    const end = until === undefined ? {} : { until }
    net.setBan({ kind, value, reason, since: at, ...end, by: source })
    tell.reply(NOTE("UBAN", "BAN_SET", [kind, value], "Banned"))
  },
})

export const banLifted = event<Banned>({
  type: "banLifted",
  refuse: (net, banned) =>
    net.ban(banned) ? undefined : FAIL("UBAN", "NO_SUCH_BAN", [banned.value], "It is not banned"),
  apply(net, { kind, value }, tell) {
    net.liftBan({ kind, value })
    tell.reply(NOTE("UBAN", "BAN_LIFTED", [kind, value], "Banned no longer"))
  },
})
