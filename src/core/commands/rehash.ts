// REHASH: https://modern.ircdocs.horse/#rehash-message. The shell reads; what is wrong leaves everything as it was.

import { ERR_NOPRIVILEGES, RPL_REHASHING } from "../../protocol/numerics.ts"
import { FAIL } from "../../protocol/reply.ts"
import { command } from "../command.ts"
import { acted, staffActed } from "./staff-acted.ts"

export const REHASH = command({
  name: "REHASH",
  syntax: "",
  help: "Reads the configuration and the certificates again; for operators of the server.",
  specification: "https://modern.ircdocs.horse/#rehash-message",
  run({ user, ask, propose }) {
    if (!user.rights.includes("rehash")) return ERR_NOPRIVILEGES("rehash")
    propose(staffActed, acted("rehash"))
    ask({ type: "reload" }, (result) =>
      result.type === "reloaded"
        ? RPL_REHASHING("chat.toml")
        : FAIL("REHASH", "RELOAD_FAILED", [], "Everything stays as it was; the server's log says why"),
    )
  },
})
