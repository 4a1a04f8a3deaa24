// LINKS: https://modern.ircdocs.horse/#links-message

import { RPL_ENDOFLINKS } from "../../protocol/numerics.ts"
import { command } from "../command.ts"

export const LINKS = command({
  name: "LINKS",
  syntax: "",
  help: "Lists linked servers, of which there are none to tell of.",
  specification: "https://modern.ircdocs.horse/#links-message",
  run: () => RPL_ENDOFLINKS("*"),
})
