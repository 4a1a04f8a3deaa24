// A bot on irc-framework, as a program of its own: what it hears comes out as one JSON array [event, facts] a line, and each line
// [method, ...arguments] that goes in is done. NODE_EXTRA_CA_CERTS names the authority, as it does for any bot.

import { readFileSync } from "node:fs"
import { Client } from "irc-framework"

const [port, nick, certPath, keyPath] = process.argv.slice(2)

const bot = new Client({
  host: "localhost",
  port: Number(port),
  nick,
  tls: true,
  rejectUnauthorized: true,
  auto_reconnect: false,
  ...(certPath && keyPath
    ? { client_certificate: { certificate: readFileSync(certPath), private_key: readFileSync(keyPath) } }
    : {}),
})
bot.use((_client, _raw, parsed) =>
  parsed.use((event, facts, _, next) => {
    console.log(JSON.stringify([event, facts]))
    next()
  }),
)
bot.on("close", () => process.exit())
bot.connect()
for await (const line of console) {
  const [method, ...given] = JSON.parse(line) as [string, ...never[]]
  bot[method]?.(...given)
}
