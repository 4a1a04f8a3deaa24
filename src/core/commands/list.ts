// LIST: https://modern.ircdocs.horse/#list-message

import { RPL_LIST, RPL_LISTEND, RPL_LISTSTART } from "../../protocol/numerics.ts"
import { isVisible, type Channel } from "../channel.ts"
import { command } from "../command.ts"

export const LIST = command({
  name: "LIST",
  syntax: "[<channel>{,<channel>}]",
  help: "Lists the channels there are, with how many are in and the topic.",
  specification: "https://modern.ircdocs.horse/#list-message",
  run({ net, user }, names?: string) {
    const channels: Iterable<Channel | undefined> =
      names === undefined ? net.channels.values() : names.split(",").map((name) => net.channel(name))
    const lines = []
    for (const channel of channels) {
      if (!channel || channel.members.size === 0 || !isVisible(channel, user)) continue
      lines.push(RPL_LIST(channel.name, channel.members.size, channel.topic?.text ?? ""))
    }
    return [RPL_LISTSTART(), ...lines, RPL_LISTEND()]
  },
})
