// WEBIRC: https://ircv3.net/specs/extensions/webirc.html. The shell knows the gateways, and gives the session its new address
// and host; the host name that a gateway sends is not believed, nor is a certificate's fingerprint.

import { unregistered } from "../command.ts"

export const WEBIRC = unregistered({
  name: "WEBIRC",
  syntax: "<password> <gateway> <hostname> <ip> [<options>]",
  help: "Says for whom a gateway connects, before every other command.",
  specification: "https://ircv3.net/specs/extensions/webirc.html",
  run(
    { session, ask, end },
    password: string,
    _gateway: string,
    _hostname: string,
    address: string,
    options = "",
  ) {
    // "MUST be the first command sent from the WebIRC gateway to the IRC server"
    if (session.hasSpoken) return end("NOT_A_GATEWAY", "WEBIRC must be the first command")
    ask({ type: "webirc", password, address, isSecure: isSecure(options) }, (result) => {
      const refusal = result.type === "webirc" ? result.refusal : "INTERNAL_ERROR"
      if (refusal) end(refusal)
    })
    return undefined
  },
})

// "they MUST treat the options `secure` and `secure=examplevalue123` in exactly the same way"
function isSecure(options: string): boolean {
  return options.split(" ").some((option) => option.split("=", 1)[0] === "secure")
}
