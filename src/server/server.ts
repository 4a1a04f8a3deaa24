// The shell put together: engine, turns, listeners, the clock's tick. What it is given (log, files' contents) is made by
// cli; what it needs to be told again it is told by `reload`.

import { Engine } from "../core/engine.ts"
import type { Log, Logger, Row, Settings } from "../core/seams.ts"
import { ClashError } from "../core/start.ts"
import type { Account } from "../core/user.ts"
import { EXIT, UserError } from "../user-error.ts"
import { Administration } from "./administration.ts"
import type { Rules } from "./certificate-judge.ts"
import { monotonicMs, now } from "./clock.ts"
import type { Endpoint } from "./endpoint.ts"
import { Est } from "./est.ts"
import { Gateways } from "./gateways.ts"
import { listen } from "./listener.ts"
import { HashingQueue } from "./hashing-queue.ts"
import { Identity } from "./identity.ts"
import { PasswordChecker } from "./password-checker.ts"
import { performer } from "./performer.ts"
import { Proxies } from "./proxies.ts"
import { remembered } from "./remembered.ts"
import { RevocationList } from "./revocation-list.ts"
import type { Shell } from "./shell.ts"
import { type Changeable, rulesOf, settingsOf } from "./site.ts"
import { sendEverybodyAway } from "./stopping.ts"
import { Throttle } from "./throttle.ts"
import { Turns } from "./turns.ts"

export interface ServerOptions extends Changeable {
  readonly log: Log
  readonly logger: Logger
  readonly version: string
  /** Reads the name in a client's certificate, in DER. */
  readonly memberOf: Rules["memberOf"]
  /** Hears of what is on disk, after everybody who is to was told. */
  readonly onRows?: (rows: readonly Row[]) => void
  /** Called once when nothing that the engine says may be told any more: the process is to end. */
  readonly onBroken: (error: Error) => void
  /** Where the inner door of relayed connections may be: a path in a directory that is locked. */
  readonly relaySocket: string
}

export interface Server {
  readonly endpoints: readonly Endpoint[]
  /** Those for proxies. */
  readonly proxyEndpoints: readonly Endpoint[]
  readonly administration: Administration
  /** The place of the newest row on disk. */
  readonly lastSeq: number
  /** The place of the newest password that took another's place; 0 when none did. */
  readonly passwordSeq: number
  /** The disk is full: what room there is belongs to the commits. */
  readonly isReadOnly: boolean
  /** All there are, asleep or not. */
  readonly channels: Iterable<{ readonly id: number; readonly name: string }>
  /** The site's, as they are now. */
  readonly settings: Settings
  /** Throws nothing: everything in `next` has been checked. */
  reload(next: Changeable): void
  /** What REHASH does; nothing before this is called. */
  onRehash(reload: () => Promise<void>): void
  /** Tells everybody, writes what is queued, and closes the log; within five seconds. */
  stop(): Promise<void>
}

const TICK_MS = 5000

/** Throws a UserError (78) when it cannot listen; the log is then still open. */
export function startServer(options: ServerOptions): Server {
  const { log, logger } = options
  const engine = begin(options)
  const memberOf = remembered(options.memberOf)
  const turns = new Turns({ engine, log, perform: (request) => perform(request), onRows: options.onRows })
  const queue = new HashingQueue()
  const passwords = new PasswordChecker(options.config.server.password, options.config.operators, queue)
  const broken = once((error: Error) => {
    turns.break()
    logger({ level: "error", what: "the server cannot go on", why: error.stack ?? error.message })
    options.onBroken(error)
  })
  const shell: Shell = {
    engine,
    log: logger,
    throttle: new Throttle(options.config.throttling),
    counters: { accepted: 0, throttled: 0, handshakesFailed: 0, handshakesTimedOut: 0, refused: 0 },
    connections: new Set(),
    cloakSecret: log.cloakSecret,
    limits: options.config.limits,
    tls: options.tls,
    rules: rulesOf(options, memberOf, engine),
    signer: options.signer,
    estBasic: options.config.accounts.estBasic,
    graceMs: options.config.accounts.renewAfterExpiryMs,
    durable: (seq) => turns.durable(seq),
    get est() {
      return est
    },
    get revocationList() {
      return revocationList
    },
    wake: () => turns.wake(),
    broken,
  }
  const est = new Est(shell)
  const revocationList = new RevocationList(shell)
  let rehash = () => Promise.resolve()
  const gateways = new Gateways(options.config.gateways, passwords, logger)
  const identity = new Identity(options.config.accounts, shell, queue)
  const administration = new Administration({
    shell,
    identity,
    turns,
    epoch: log.epoch,
    version: options.version,
  })
  const { invitations } = administration
  const perform = performer(shell, {
    log,
    passwords,
    gateways,
    identity,
    invitations,
    rehash: () => rehash(),
  })
  log.onBroken = broken
  log.onReadOnly = (readOnly) => {
    engine.readOnly = readOnly
    const what = readOnly ? "the disk is full: read-only" : "there is room on the disk again"
    logger({ level: readOnly ? "error" : "info", what })
  }
  const { listeners, proxies } = listenAll(options, shell)
  const ticking = setInterval(() => {
    engine.tick(now())
    shell.throttle.tick(monotonicMs())
    identity.tick(monotonicMs())
    turns.wake()
  }, TICK_MS)
  turns.wake()
  let stopped: Promise<void> | undefined
  const stop = async () => {
    clearInterval(ticking)
    for (const listener of [...listeners, proxies]) listener.stop()
    await sendEverybodyAway(shell, turns)
    proxies.close()
    await log.close()
  }
  return {
    endpoints: listeners.map(({ endpoint }) => endpoint),
    proxyEndpoints: proxies.endpoints,
    administration,
    get lastSeq() {
      return turns.lastSeq
    },
    get isReadOnly() {
      return engine.readOnly
    },
    get passwordSeq() {
      return newestPassword(engine.net.accounts.values())
    },
    get channels() {
      const { channels, audit } = engine.net
      return audit ? [...channels.values(), audit] : channels.values()
    },
    get settings() {
      return engine.net.settings
    },
    reload(next) {
      engine.configure(settingsOf(next, options.version))
      if (next.config.server.casemapping !== engine.net.casemapping)
        logger({ level: "warn", what: "server.casemapping changes at the next start" })
      turns.wake()
      shell.throttle.limits = next.config.throttling
      shell.limits = next.config.limits
      shell.tls = next.tls
      shell.rules = rulesOf(next, memberOf, engine)
      shell.signer = next.signer
      shell.estBasic = next.config.accounts.estBasic
      shell.graceMs = next.config.accounts.renewAfterExpiryMs
      passwords.password = next.config.server.password
      passwords.operators = next.config.operators
      identity.reload(next.config.accounts)
      gateways.list = next.config.gateways
      proxies.reload(next.config.proxies)
    },
    onRehash: (reload) => (rehash = reload),
    stop: () => (stopped ??= stop()),
  }
}

function listenAll({ config, relaySocket }: ServerOptions, shell: Shell) {
  const proxies = new Proxies(config.proxies, shell, relaySocket)
  try {
    return { proxies, listeners: listen(config.server.listen, shell) }
  } catch (error) {
    proxies.close()
    throw error
  }
}

/** Throws a UserError (78) when the log holds names that the casemapping would make one. */
function begin(options: ServerOptions): Engine {
  const { log, logger, version } = options
  try {
    return new Engine(settingsOf(options, version), log, log.replay(), logger, now())
  } catch (error) {
    if (!(error instanceof ClashError)) throw error
    throw new UserError(`${error.message}, and both are in the log`, {
      hint: `start once with the casemapping of before, and RENAME ${error.names[1]}; or stay with that one`,
      exitCode: EXIT.refusedToStart,
    })
  }
}

function newestPassword(accounts: Iterable<Account>): number {
  let newest = 0
  for (const { id, credentialsSeq = 0 } of accounts)
    // What an account was registered with took nothing's place.
    if (credentialsSeq !== id) newest = Math.max(newest, credentialsSeq)
  return newest
}

function once<T>(action: (value: T) => void): (value: T) => void {
  let isDone = false
  return (value) => {
    if (isDone) return
    isDone = true
    action(value)
  }
}
