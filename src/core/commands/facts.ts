// What a server tells about itself, and the time: MOTD, VERSION, TIME, ISON.
// https://modern.ircdocs.horse/#server-queries-and-commands

import { RPL_ISON, RPL_TIME, RPL_VERSION } from "../../protocol/numerics.ts"
import { serverTime } from "../../protocol/server-time.ts"
import { command } from "../command.ts"
import { isupport } from "../isupport.ts"
import { motd } from "../welcome.ts"

export const MOTD = command({
  name: "MOTD",
  syntax: "[<server>]",
  help: "Shows the message of the day.",
  specification: "https://modern.ircdocs.horse/#motd-message",
  run: ({ net }) => motd(net.settings),
})

export const VERSION = command({
  name: "VERSION",
  syntax: "[<server>]",
  help: "Shows the server's version and what it supports.",
  specification: "https://modern.ircdocs.horse/#version-message",
  run({ net: { settings } }) {
    return [RPL_VERSION(settings.version, settings.serverName, settings.description), ...isupport(settings)]
  },
})

export const TIME = command({
  name: "TIME",
  syntax: "[<server>]",
  help: "Shows the server's time.",
  specification: "https://modern.ircdocs.horse/#time-message",
  run: ({ net, now }) => RPL_TIME(net.settings.serverName, Math.floor(now / 1000), serverTime(now)),
})

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
