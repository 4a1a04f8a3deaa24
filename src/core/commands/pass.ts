// PASS: https://modern.ircdocs.horse/#pass-message

import { unregistered } from "../command.ts"

export const PASS = unregistered({
  name: "PASS",
  syntax: "<password>",
  help: "Gives the server's password, where it has one, before NICK and USER.",
  specification: "https://modern.ircdocs.horse/#pass-message",
  run({ session }, password: string) {
    session.password = password
  },
})
