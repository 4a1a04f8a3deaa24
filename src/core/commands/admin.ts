// ADMIN: https://modern.ircdocs.horse/#admin-message

import { ERR_NOADMININFO, RPL_ADMINEMAIL, RPL_ADMINLOC1, RPL_ADMINME } from "../../protocol/numerics.ts"
import { command } from "../command.ts"
import { elsewhere } from "./facts.ts"

export const ADMIN = command({
  name: "ADMIN",
  syntax: "[<server>]",
  help: "Tells who runs this server, if they have said so.",
  specification: "https://modern.ircdocs.horse/#admin-message",
  run({ net }, server?: string) {
    const { serverName, description, admin } = net.settings
    const absent = elsewhere(net, server)
    if (absent) return absent
    if (admin === undefined) return ERR_NOADMININFO(serverName)
    return [RPL_ADMINME(serverName), RPL_ADMINLOC1(description), RPL_ADMINEMAIL(admin)]
  },
})
