// The server of this work tree with a log that keeps nothing: what stands beside `chat` shows what its promise costs, that an
// echoed message is on disk. With --barely the log keeps the least that it can (bare-log.ts).
// `bun bench/forgetful.ts --port PORT --cert FILE --key FILE --dir DIR [--barely]`
import { parseArgs } from "node:util"
import { memberOf } from "../src/authority/issue.ts"
import { Keyring } from "../src/cli/keyring.ts"
import { readSite } from "../src/cli/serve-files.ts"
import { startServer } from "../src/server/server.ts"
import { bareLog, nothing } from "./bare-log.ts"

const OPTIONS = {
  port: { type: "string", default: "6697" },
  cert: { type: "string" },
  key: { type: "string" },
  dir: { type: "string" },
  barely: { type: "boolean", default: false },
} as const

const { port, cert, key, dir, barely } = parseArgs({ options: OPTIONS }).values
const flags = {
  listen: [`127.0.0.1:${port}`],
  cert,
  key,
  ca: undefined,
  "client-certs": "off",
  access: "open",
  name: undefined,
  "passphrase-file": undefined,
  data: `${dir}/data`,
  config: `${dir}/chat.toml`,
}
const site = await readSite(flags, new Keyring(false))
startServer({
  ...site,
  log: barely ? bareLog(`${dir}/data/bare.db`) : nothing,
  logger() {},
  version: "forgetful",
  memberOf,
  onBroken: () => process.exit(1),
  relaySocket: `${dir}/data/relay.sock`,
})
process.on("SIGTERM", () => process.exit(0))
