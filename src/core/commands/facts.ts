// What a server tells about itself, and the time: MOTD, VERSION, TIME, ISON.
// https://modern.ircdocs.horse/#server-queries-and-commands

import { ERR_NOSUCHSERVER, RPL_ISON, RPL_TIME, RPL_VERSION } from "../../protocol/numerics.ts"
import { matches } from "../../protocol/masks.ts"
import { folded } from "../../protocol/names.ts"
import type { Reply } from "../../protocol/reply.ts"
import { serverTime } from "../../protocol/server-time.ts"
import { command } from "../command.ts"
import { isupport } from "../isupport.ts"
import type { Network } from "../network.ts"
import { motd } from "../welcome.ts"

export const MOTD = command({
  name: "MOTD",
  syntax: "[<server>]",
  help: "Shows the message of the day.",
  specification: "https://modern.ircdocs.horse/#motd-message",
  run: ({ net }, server?: string) => elsewhere(net, server) ?? motd(net.settings),
})

export const VERSION = command({
  name: "VERSION",
  syntax: "[<server>]",
  help: "Shows the server's version and what it supports.",
  specification: "https://modern.ircdocs.horse/#version-message",
  run({ net, session, newBatch }, server?: string) {
    const { settings } = net
    return (
      elsewhere(net, server) ?? [
        RPL_VERSION(settings.version, settings.serverName, settings.description),
        ...isupport(settings, session, newBatch),
      ]
    )
  },
})

export const TIME = command({
  name: "TIME",
  syntax: "[<server>]",
  help: "Shows the server's time.",
  specification: "https://modern.ircdocs.horse/#time-message",
  run: ({ net, now }, server?: string) =>
    elsewhere(net, server) ?? RPL_TIME(net.settings.serverName, Math.floor(now / 1000), serverTime(now)),
})

// The network is one server; a mask or a user's nick stands for it as its own name does.
export function elsewhere(net: Network, server: string | undefined): Reply | undefined {
  if (server === undefined || net.user(server)) return undefined
  return matches(folded(server), folded(net.settings.serverName)) ? undefined : ERR_NOSUCHSERVER(server)
}

export const ISON = command({
  name: "ISON",
  syntax: "<nick>{ <nick>}",
  help: "Tells which of these nicks are online.",
  specification: "https://modern.ircdocs.horse/#ison-message",
  run({ net }, ...params: string[]) {
    const nicks = params.join(" ").split(" ")
    return RPL_ISON(nicks.flatMap((nick) => net.user(nick)?.nick ?? []))
  },
})
