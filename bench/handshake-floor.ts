// The least that a TLS server in Bun costs: it asks for a certificate or not, judges nothing, answers whatever it is told
// with one line, and waits to be left.
// `bun bench/handshake-floor.ts --port N --cert FILE --key FILE [--ca FILE]`

import { constants } from "node:crypto"
import { readFileSync } from "node:fs"
import { parseArgs } from "node:util"

const text = { type: "string", default: "" } as const
const { values } = parseArgs({ options: { port: text, cert: text, key: text, ca: text } })
const read = (path: string) => readFileSync(path, "utf8")

Bun.listen({
  hostname: "127.0.0.1",
  port: Number(values.port),
  tls: {
    cert: read(values.cert),
    key: read(values.key),
    secureOptions: constants.SSL_OP_NO_TLSv1_2,
    rejectUnauthorized: false,
    requestCert: values.ca !== "",
    ...(values.ca === "" ? {} : { ca: read(values.ca) }),
  },
  socket: { data: (socket) => void socket.write("?\r\n"), error: (socket) => socket.terminate() },
})
