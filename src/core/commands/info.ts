// INFO: https://modern.ircdocs.horse/#info-message

import { RPL_ENDOFINFO, RPL_INFO } from "../../protocol/numerics.ts"
import { serverTime } from "../../protocol/server-time.ts"
import { command } from "../command.ts"
import { elsewhere } from "./facts.ts"

export const INFO = command({
  name: "INFO",
  syntax: "[<server>]",
  help: "Tells what this server is.",
  specification: "https://modern.ircdocs.horse/#info-message",
  run({ net }, server?: string) {
    const { version, description, networkName } = net.settings
    return (
      elsewhere(net, server) ?? [
        RPL_INFO(`${version}: ${description}`),
        RPL_INFO(`Network ${networkName}, running since ${serverTime(net.startedAt)}`),
        RPL_ENDOFINFO(),
      ]
    )
  },
})
