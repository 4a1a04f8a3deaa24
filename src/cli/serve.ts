// chat serve: wires configuration, certificates, log and server together, and stays until it is told to stop.

import { dirname } from "node:path"
import { memberOf } from "../authority/issue.ts"
import { STATELESS } from "../core/commands/index.ts"
import type { Logger, Row } from "../core/seams.ts"
import { openAdminSocket } from "../server/admin-socket.ts"
import { fileLimitWarning } from "../server/file-limit.ts"
import { startServer, type Server } from "../server/server.ts"
import { type DataDirectory, makeDataDirectory } from "../storage/data-directory.ts"
import { formerLogs } from "../storage/migrate.ts"
import { openSqliteLog, type SqliteLog } from "../storage/sqlite-log.ts"
import { EXIT, type ExitCode, UserError } from "../user-error.ts"
import { cliCommand } from "./command.ts"
import { openConsole } from "./console.ts"
import type { Parsed } from "./flags.ts"
import { createLog, type LogFormat, type ServerLog } from "./log.ts"
import { entriesOf } from "./log-rows.ts"
import { checkSite, dataPath, readSite, type Site, tryReadSite } from "./serve-files.ts"
import { firstScreen, laterScreen } from "./serve-screen.ts"
import { lookAfter } from "./caretaker.ts"
import { Keyring } from "./keyring.ts"
import { makeOwner } from "./owner.ts"
import { PASSPHRASE_FILE } from "./passphrase.ts"
import { RevocationFile } from "./revocation-file.ts"
import { report } from "./run.ts"
import { onSignals } from "./signals.ts"
import { watchFiles } from "./watch-files.ts"
import { PROGRAM, VERSION } from "./version.ts"

const FLAGS = {
  listen: {
    type: "string",
    valueHint: "HOST:PORT",
    description: "where to listen; default [::]:6697",
    repeatable: true,
  },
  cert: {
    type: "string",
    valueHint: "FILE",
    description: "the server's certificate with its chain; default: its own",
  },
  key: {
    type: "string",
    valueHint: "FILE",
    description: "its private key; default: beside it, ending in .key",
  },
  ca: {
    type: "string",
    valueHint: "FILE",
    description: "the authority of members' certificates; default: ca.pem beside --cert",
  },
  "client-certs": {
    type: "string",
    valueHint: "off|optional|required",
    description: "whether clients are asked for one",
  },
  access: {
    type: "string",
    valueHint: "members|open",
    description: "who gets in: members (default), or everybody",
  },
  "passphrase-file": PASSPHRASE_FILE,
  name: { type: "string", valueHint: "NAME", description: "what the server and its network are called" },
  data: { type: "string", valueHint: "DIR", description: "where everything is kept" },
  config: {
    type: "string",
    valueHint: "FILE",
    description: "configuration; default: chat.toml in the data directory",
  },
  "no-console": { type: "boolean", description: "read no commands from the terminal" },
  check: { type: "boolean", description: "check configuration and certificates, and exit" },
  "log-format": { type: "string", valueHint: "pretty|json", description: "how the log is written" },
  "log-messages": { type: "boolean", description: "log the text of messages to channels too" },
} as const

type Given = Parsed<typeof FLAGS>["flags"]

export const serve = cliCommand({
  name: "serve",
  operands: "[FLAGS]",
  summary: "run a chat server; the first run makes everything it needs",
  examples: [
    ["chat serve", "members only, certificates made here"],
    ["chat serve --access open", "everybody who knows the address and the six words"],
    ["chat serve --cert server.pem", "with a certificate of chat certs, or of a public authority"],
    ["chat serve --check", "would it start? changes nothing"],
  ],
  flags: FLAGS,
  operandsMax: 0,
  run: ({ flags }) => (flags.check ? check(flags) : start(flags)),
})

async function check(flags: Given): Promise<ExitCode> {
  logFormat(flags)
  process.stdout.write(`${await checkSite(flags)}\n`)
  return EXIT.done
}

async function start(flags: Given): Promise<ExitCode> {
  const serverLog = createLog({ format: logFormat(flags) })
  const data = makeDataDirectory(dataPath(flags))
  const log = openSqliteLog(data.path, { stateless: STATELESS, program: PROGRAM, onProgress: sayProgress })
  try {
    const keyring = new Keyring(process.stdin.isTTY && !flags["no-console"])
    const site = await readSite(flags, keyring)
    keyring.isAttended = false
    const { relaySocket } = data
    const revocationFile = new RevocationFile({
      list: () => server.administration.revocations.listForOthers(),
      folder: site.ca && dirname(site.ca.path),
      logger: serverLog.logger,
    })
    const given = seams(flags, serverLog.logger, () => server, revocationFile)
    const server = startServer({ ...site, ...given, log, relaySocket })
    try {
      await attend({ flags, site, keyring, server, data, serverLog, log, revocationFile })
    } finally {
      await server.stop()
    }
  } finally {
    await log.close()
  }
  return EXIT.done
}

/** On standard error: what a start waits for is no entry of the log. */
function sayProgress(what: string) {
  process.stderr.write(`chat: ${what}\n`)
}

/** What the server is given besides its site and its log. */
function seams(flags: Given, logger: Logger, server: () => Server, revocationFile: RevocationFile) {
  const nickOf = (id: number) => server().administration.people.nickOf(id)
  return {
    logger,
    memberOf,
    version: `chat-${VERSION}`,
    onRows: (rows: readonly Row[]) => {
      for (const row of rows) entriesOf(row, flags["log-messages"] ?? false, nickOf).forEach(logger)
      revocationFile.heard(rows)
    },
    // A service manager starts it again, unless that would not help.
    onBroken: (error: Error) => process.exit(error instanceof UserError ? report(error) : EXIT.other),
  }
}

interface Running {
  readonly flags: Given
  readonly site: Site
  readonly keyring: Keyring
  readonly server: Server
  readonly data: DataDirectory
  readonly serverLog: ServerLog
  readonly log: SqliteLog
  readonly revocationFile: RevocationFile
}

/** Looks after a server until somebody wants it to stop. */
async function attend(running: Running) {
  const { flags, keyring, server, data, serverLog, log, revocationFile } = running
  const { logger, onLine } = serverLog
  const { administration, endpoints } = server
  let { site } = running
  const reload = async () => {
    site = await readSite(flags, keyring)
    server.reload(site)
    logger({ level: "info", what: "configuration and certificates were read again" })
  }
  server.onRehash(reload)
  const stopping = Promise.withResolvers<void>()
  const stop = () => stopping.resolve()
  const unlock = async (passphrase: string) => {
    await keyring.unlock(passphrase, reload)
    revocationFile.write()
  }
  const actions = { administration, endpoints, reload, unlock, stop }
  const closeAdmin = await openAdminSocket(data.adminSocket, actions)
  const ignoreSignals = onSignals({ stop, reload: () => void tryReadSite(reload, logger) })
  const daily = setInterval(() => void tryReadSite(reload, logger), DAY_MS)
  const byTheMinute = setInterval(
    () => site.isOutdated() && void tryReadSite(reload, logger),
    ADDRESSES_EVERY_MS,
  )
  const unwatch = watchFiles(
    () => site.given,
    () => void tryReadSite(reload, logger),
  )
  await announce(running)
  revocationFile.begin()
  const leave = lookAfter({ data, log, server, config: () => site.config, logger, fail: stopping.reject })
  const isConsoleWanted = !flags["no-console"] && process.stdin.isTTY && process.stdout.isTTY
  const console = isConsoleWanted ? openConsole({ administration, onLine, stop }) : undefined
  try {
    await stopping.promise
  } finally {
    clearInterval(daily)
    clearInterval(byTheMinute)
    unwatch()
    console?.close()
    closeAdmin()
    await server.stop()
    await Promise.all([leave(), revocationFile.end()])
    ignoreSignals()
  }
}

async function announce({ flags, site, server, data, serverLog, log }: Running) {
  const { endpoints } = server
  if (logFormat(flags) === "json") {
    for (const { host, port } of endpoints) serverLog.logger({ level: "info", what: "listening", host, port })
  } else {
    const owner = site.isNew && site.own ? await makeOwner(site.own, site.config, endpoints) : undefined
    const screen = { site, endpoints, data: data.path, version: VERSION }
    process.stdout.write(site.isNew ? firstScreen({ ...screen, owner }) : laterScreen(screen))
  }
  for (const { host, port } of server.proxyEndpoints)
    serverLog.logger({ level: "info", what: "listening for proxies", host, port })
  const { snapshotUnused: unused } = log
  if (unused !== undefined) {
    serverLog.logger({ level: "info", what: "the whole log was read: the snapshot is not used", why: unused })
  }
  for (const { file, madeAt } of formerLogs(data)) {
    const days = Math.floor((Date.now() - madeAt) / DAY_MS)
    serverLog.logger({ level: "warn", what: FORMER_LOG, file, days })
  }
  for (const warning of [fileLimitWarning(), ...site.warnings]) {
    if (warning !== undefined) serverLog.logger({ level: "warn", what: warning })
  }
}

const FORMER_LOG =
  "the log as it was before a new version is still here, with all that was erased since: delete it when you are content"
const DAY_MS = 86_400_000
const ADDRESSES_EVERY_MS = 60_000

function logFormat(flags: Given): LogFormat {
  const format = flags["log-format"] ?? "pretty"
  if (format === "pretty" || format === "json") return format
  throw new UserError(`--log-format is pretty or json, not ${JSON.stringify(format)}`, {
    exitCode: EXIT.usage,
  })
}
