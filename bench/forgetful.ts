// The server of this work tree with a log that keeps nothing: what stands beside `chat` shows what its promise costs, that an
// echoed message is on disk. `bun bench/forgetful.ts --port PORT --cert FILE --key FILE`
import { parseArgs } from "node:util"
import { memberOf } from "../src/authority/issue.ts"
import { Keyring } from "../src/cli/keyring.ts"
import { readSite } from "../src/cli/serve-files.ts"
import type { Log } from "../src/core/seams.ts"
import { startServer } from "../src/server/server.ts"

const OPTIONS = {
  port: { type: "string", default: "6697" },
  cert: { type: "string" },
  key: { type: "string" },
  dir: { type: "string" },
} as const

const forgetful: Log = {
  epoch: 1,
  nextSeq: 1,
  lastAt: 0,
  cloakSecret: "0".repeat(64),
  replay: () => [],
  append: (_rows, done) => queueMicrotask(done),
  read: () => Promise.resolve([]),
  search: () => Promise.resolve({ rows: [] }),
  onReadOnly() {},
  onBroken() {},
  close: () => Promise.resolve(),
}

const { port, cert, key, dir } = parseArgs({ options: OPTIONS }).values
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
  log: forgetful,
  logger() {},
  version: "forgetful",
  memberOf,
  onBroken: () => process.exit(1),
  relaySocket: `${dir}/data/relay.sock`,
})
process.on("SIGTERM", () => process.exit(0))
