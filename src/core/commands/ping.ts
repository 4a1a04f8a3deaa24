// PING and PONG: https://modern.ircdocs.horse/#ping-message

import { anytime } from "../command.ts"

export const PING = anytime({
  name: "PING",
  syntax: "<token>",
  help: "Asks the server to answer with PONG and the token.",
  specification: "https://modern.ircdocs.horse/#ping-message",
  run({ net }, token: string) {
    return { command: "PONG", params: [net.settings.serverName], text: token }
  },
})

export const PONG = anytime({
  name: "PONG",
  syntax: "[<server>] [<token>]",
  help: "Answers the server's PING; any line does as well.",
  specification: "https://modern.ircdocs.horse/#pong-message",
  run({ session, message }) {
    // That a line came at all is what a PING asks for, and the engine has noted it; but that mail has come, its PONG alone says.
    const token = session.mail?.token
    if (token !== undefined && message.params.includes(token)) session.mail = undefined
  },
})
