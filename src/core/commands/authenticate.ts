// AUTHENTICATE: https://ircv3.net/specs/extensions/sasl-3.1.html and sasl-3.2.html. What a mechanism asks and answers is in
// sasl.ts; here responses are put together from their chunks.

import { fromBase64 } from "../../protocol/base64.ts"
import { SASL_CHUNK_BYTES, SASL_RESPONSE_BYTES_MAX } from "../../protocol/limits.ts"
import { ERR_SASLABORTED, ERR_SASLFAIL, ERR_SASLTOOLONG, RPL_SASLMECHS } from "../../protocol/numerics.ts"
import { anytime, type Answer, type Context } from "../command.ts"
import { mechanismsOf } from "../offers.ts"
import { failed, MECHANISMS } from "../sasl.ts"
import type { Exchange } from "../session.ts"

export const AUTHENTICATE = anytime({
  name: "AUTHENTICATE",
  syntax: "<mechanism|response|*>",
  help: "Logs in to your account by SASL; * gives up.",
  specification: "https://ircv3.net/specs/extensions/sasl-3.1.html",
  run(context, param: string) {
    const { session } = context
    const { exchange } = session
    if (param === "*") {
      session.exchange = undefined
      return ERR_SASLABORTED()
    }
    return exchange ? take(context, exchange, param) : begin(context, param.toUpperCase())
  },
})

// "The client MUST enable the sasl capability before": some do not, and mean the same.
function begin({ net, session }: Context, name: string): Answer {
  const offered = mechanismsOf(net.settings)
  const respond = offered.includes(name) ? MECHANISMS.get(name) : undefined
  if (!respond) return [RPL_SASLMECHS(offered.join(",")), ERR_SASLFAIL()]
  session.exchange = { encoded: "", respond }
  // "If the chosen mechanism is client-first, the server sends an empty response", and all of these are.
  return { command: "AUTHENTICATE", params: ["+"] }
}

function take(context: Context, exchange: Exchange, chunk: string): Answer {
  const { session } = context
  if (chunk.length > SASL_CHUNK_BYTES) {
    session.exchange = undefined
    return ERR_SASLTOOLONG()
  }
  if (chunk !== "+") exchange.encoded += chunk
  if (exchange.encoded.length > SASL_RESPONSE_BYTES_MAX) return failed(context)
  // "If the last chunk was exactly 400 bytes long, it must also be followed by AUTHENTICATE +"
  if (chunk.length === SASL_CHUNK_BYTES) return undefined
  const response = fromBase64(exchange.encoded)
  exchange.encoded = ""
  return response ? exchange.respond(context, response) : failed(context)
}
