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
    const replies = names.split(",").flatMap((name) => {
      const channel = net.channel(name)
      return channel && isVisible(channel, user) ? namesReplies(channel, session, net) : []
    })
    // One end for the whole list, as irctest has it from the servers there are; Modern IRC has one for each channel.
    return [...replies, RPL_ENDOFNAMES(names)]
  },
})
