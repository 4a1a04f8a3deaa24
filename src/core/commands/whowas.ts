// WHOWAS: https://modern.ircdocs.horse/#whowas-message

import { matches } from "../../protocol/masks.ts"
import {
  ERR_NONICKNAMEGIVEN,
  ERR_WASNOSUCHNICK,
  RPL_ENDOFWHOWAS,
  RPL_WHOISSERVER,
  RPL_WHOWASUSER,
} from "../../protocol/numerics.ts"
import type { Reply } from "../../protocol/reply.ts"
import { serverTime } from "../../protocol/server-time.ts"
import { command } from "../command.ts"

export const WHOWAS = command({
  name: "WHOWAS",
  syntax: "[<nick>] [<count>]",
  help: "Tells who had a nick before, the latest first.",
  specification: "https://modern.ircdocs.horse/#whowas-message",
  run({ net }, nick = "", count = "") {
    if (nick === "") return ERR_NONICKNAMEGIVEN()
    const mask = net.folded(nick)
    const found = net.gone.filter((one) => matches(mask, net.folded(one.nick))).toReversed()
    if (found.length === 0) return [ERR_WASNOSUCHNICK(nick), RPL_ENDOFWHOWAS(nick)]
    // "<count> SHOULD be a positive number. Otherwise, a full search is done."
    const most = Number.parseInt(count, 10) > 0 ? Number.parseInt(count, 10) : found.length
    const replies: Reply[] = found
      .slice(0, most)
      .flatMap((one) => [
        RPL_WHOWASUSER(one.nick, one.username, one.host, one.realname),
        RPL_WHOISSERVER(one.nick, net.settings.serverName, serverTime(one.at)),
      ])
    return [...replies, RPL_ENDOFWHOWAS(nick)]
  },
})
