// A TCP port that becomes TLS connection by connection. Plain `Bun.listen` and then `upgradeTLS`: the address is checked
// before TLS costs anything, each handshake has a deadline, and a new certificate is used from the next connection on
// without a port that is closed for a moment.

import { EXIT, UserError } from "../user-error.ts"
import { normaliseAddress } from "./address.ts"
import { monotonicMs } from "./clock.ts"
import { Connection } from "./connection.ts"
import { DEFAULT_PORT, type Endpoint, showEndpoint } from "./endpoint.ts"
import type { Shell } from "./shell.ts"

export interface Listener {
  /** With the port that the system chose. */
  readonly endpoint: Endpoint
  /** Accepts no more; connections live on. */
  stop(): void
  /** Connections end, too. */
  close(): void
}

/** Listens on each endpoint, or on all addresses; throws a UserError (78) when it cannot. */
export function listen(endpoints: readonly Endpoint[] | undefined, shell: Shell): Listener[] {
  const handlers: Bun.SocketHandler<undefined> = {
    open: (socket) => accept(socket, shell),
    // The upgraded socket has everything that happens; these must be there.
    data() {},
    close() {},
    error() {},
  }
  if (!endpoints) return [listenEverywhere(handlers)]
  const listeners: Listener[] = []
  try {
    for (const endpoint of endpoints) listeners.push(listenOn(endpoint, handlers))
    return listeners
  } catch (error) {
    for (const listener of listeners) listener.stop()
    throw error
  }
}

function listenEverywhere(handlers: Bun.SocketHandler<undefined>): Listener {
  const everywhere = { host: "::", port: DEFAULT_PORT }
  try {
    return open(everywhere, handlers)
  } catch (error) {
    // A machine without IPv6.
    if (codeOf(error) !== "EADDRINUSE") return listenOn({ ...everywhere, host: "0.0.0.0" }, handlers)
    throw explain(error, everywhere)
  }
}

/** Listens on one endpoint; throws a UserError (78) when it cannot. */
export function listenOn<Data>(endpoint: Endpoint, handlers: Bun.SocketHandler<Data>): Listener {
  try {
    return open(endpoint, handlers)
  } catch (error) {
    throw explain(error, endpoint)
  }
}

function open<Data>({ host, port }: Endpoint, socket: Bun.SocketHandler<Data>): Listener {
  // Without half-open sockets the answers to a peer that has said its last word are lost.
  const listener = Bun.listen<Data>({ hostname: host, port, allowHalfOpen: true, socket })
  return {
    endpoint: { host, port: listener.port },
    stop: () => listener.stop(false),
    close: () => listener.stop(true),
  }
}

function accept(socket: Bun.Socket<undefined>, shell: Shell) {
  shell.counters.accepted++
  const address = normaliseAddress(socket.remoteAddress)
  if (shell.throttle.admit(address, monotonicMs())) {
    secure(socket, new Connection(shell, address), shell)
  } else {
    shell.counters.throttled++
    socket.terminate()
  }
}

/** Begins TLS on a socket of which nothing of it has been read; a connection for which that fails is closed. */
export function secure<Data>(socket: Bun.Socket<Data>, connection: Connection, shell: Shell): boolean {
  try {
    const [raw, tls] = socket.upgradeTLS({ tls: shell.tls.options, socket: EVENTS, data: connection })
    connection.begin(tls, raw)
    return true
  } catch (error) {
    shell.log({ level: "error", what: "TLS cannot begin", why: String(error) })
    connection.closed("TLS cannot begin")
    socket.terminate()
    return false
  }
}

const EVENTS: Bun.SocketHandler<Connection> = {
  handshake: (socket, succeeded, error) =>
    succeeded ? socket.data.secured(socket) : socket.data.handshakeFailed(error),
  data: (socket, chunk) => socket.data.received(chunk),
  drain: (socket) => socket.data.drained(),
  end: (socket) => socket.data.ended(),
  close: (socket, error) => socket.data.closed(error ? "Connection lost" : "Connection closed"),
  // `close` follows.
  error: (socket) => socket.data.terminate(),
}

function codeOf(error: unknown): string {
  return String((error as NodeJS.ErrnoException).code)
}

function explain(error: unknown, endpoint: Endpoint): UserError {
  const { port } = endpoint
  const where = showEndpoint(endpoint)
  const code = codeOf(error)
  if (code === "EADDRINUSE") {
    const find =
      process.platform === "linux" ? `ss -ltnp 'sport = :${port}'` : `lsof -iTCP:${port} -sTCP:LISTEN`
    return refused(
      `cannot listen on ${where}: the port is in use by another program`,
      `who it is says: ${find}`,
    )
  }
  if (code === "EACCES") {
    return refused(
      `cannot listen on ${where}: ports below 1024 are for the administrator`,
      "choose a port from 1024 on, such as 6697",
    )
  }
  const why = code === "EADDRNOTAVAIL" ? "this machine has no such address" : (error as Error).message
  return refused(`cannot listen on ${where}: ${why}`, "name an address of this machine, such as 0.0.0.0:6697")
}

function refused(message: string, hint: string): UserError {
  return new UserError(message, { hint, exitCode: EXIT.refusedToStart })
}
