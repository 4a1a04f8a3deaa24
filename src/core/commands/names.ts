// NAMES: https://modern.ircdocs.horse/#names-message

import { RPL_ENDOFNAMES } from "../../protocol/numerics.ts"
import { isVisible } from "../channel.ts"
import { command } from "../command.ts"
import { namesReplies } from "../introduction.ts"

export const NAMES = command({
  name: "NAMES",
  syntax: "[<channel>{,<channel>}]",
  help: "Lists who is in channels.",
  specification: "https://modern.ircdocs.horse/#names-message",
  run({ net, session, user }, names?: string) {
    if (names === undefined) return RPL_ENDOFNAMES("*")
    return names.split(",").flatMap((name) => {
      const channel = net.channel(name)
      if (!channel || !isVisible(channel, user)) return [RPL_ENDOFNAMES(name === "" ? "*" : name)]
      return namesReplies(channel, session, net)
    })
  },
})
