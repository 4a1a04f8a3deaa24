// ISUPPORT: https://ircv3.net/specs/extensions/extended-isupport.html

import { EXTENDED_ISUPPORT } from "../../protocol/capabilities.ts"
import { ERR_NOTREGISTERED } from "../../protocol/numerics.ts"
import { anytime } from "../command.ts"
import { isupport } from "../isupport.ts"

export const ISUPPORT = anytime({
  name: "ISUPPORT",
  syntax: "",
  help: "Shows what the server supports.",
  specification: "https://ircv3.net/specs/extensions/extended-isupport.html",
  run({ net, session, newBatch }) {
    // "the server MUST accept ISUPPORT commands before connection registration completes" of who enabled the capability.
    if (!session.user && !session.has(EXTENDED_ISUPPORT)) return ERR_NOTREGISTERED()
    return isupport(net.settings, session, newBatch)
  },
})
