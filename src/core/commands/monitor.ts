// MONITOR: https://ircv3.net/specs/extensions/monitor.html

import { METADATA } from "../../protocol/capabilities.ts"
import { packed, type Nick } from "../../protocol/names.ts"
import {
  ERR_MONLISTFULL,
  ERR_NEEDMOREPARAMS,
  RPL_ENDOFMONLIST,
  RPL_MONLIST,
  RPL_MONOFFLINE,
  RPL_MONONLINE,
} from "../../protocol/numerics.ts"
import type { Reply } from "../../protocol/reply.ts"
import { command, type Answer, type UserContext } from "../command.ts"
import { subscribedValuesOf } from "../metadata.ts"
import type { Network } from "../network.ts"
import type { Session } from "../session.ts"
import { sourceOf } from "../user.ts"

/** Bytes of nicks in one line; the rest is the server's name and a nick. */
const NICKS_BYTES_MAX = 380

export const MONITOR = command({
  name: "MONITOR",
  syntax: "<+|-|C|L|S> [<nick>{,<nick>}]",
  help: "Tells when people come and go: + and - change the list, C clears it, L shows it, S says who is there.",
  specification: "https://ircv3.net/specs/extensions/monitor.html",
  run(context, modifier: string, nicks = ""): Answer {
    const { net, session, watch } = context
    switch (modifier.toUpperCase()) {
      case "+":
        return nicks === "" ? ERR_NEEDMOREPARAMS("MONITOR") : add(context, nicks.split(","))
      case "-":
        for (const nick of nicks.split(",")) watch.remove(session, nick)
        return undefined
      case "C":
        return watch.clear(session)
      case "L":
        return [...lines(watch.list(session)).map(RPL_MONLIST), RPL_ENDOFMONLIST()]
      case "S":
        return status(net, watch.list(session))
      default:
        return undefined
    }
  },
})

// "'target' MUST be a valid nick as determined by the IRC daemon": a mask watches nobody.
function add({ net, session, watch }: UserContext, names: readonly string[]): Reply[] {
  const { monitor } = net.settings.limits
  const nicks = names.flatMap((name) => net.parseNick(name) ?? [])
  const added = new Set<Nick>()
  const refused: Nick[] = []
  for (const nick of nicks) {
    if (watch.add(session, nick, monitor)) added.add(nick)
    else refused.push(nick)
  }
  return [
    ...status(net, [...added]),
    ...metadataOf(net, session, added),
    ...lines(refused).map((line) => ERR_MONLISTFULL(monitor, line)),
  ]
}

// https://ircv3.net/specs/extensions/metadata.html: "when they MONITOR a user"
function metadataOf(net: Network, session: Session, nicks: ReadonlySet<Nick>): Reply[] {
  if (!session.has(METADATA)) return []
  const users = [...nicks].flatMap((nick) => net.user(nick) ?? [])
  return users.flatMap(({ nick, metadata }) => subscribedValuesOf(session, nick, metadata))
}

function status(net: Network, nicks: readonly Nick[]): Reply[] {
  const there = nicks.flatMap((nick) => net.user(nick) ?? []).map(sourceOf)
  const absent = nicks.filter((nick) => !net.user(nick))
  return [...lines(there).map(RPL_MONONLINE), ...lines(absent).map(RPL_MONOFFLINE)]
}

function lines(words: readonly string[]): string[] {
  return packed(words, ",", NICKS_BYTES_MAX)
}
