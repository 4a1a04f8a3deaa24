// One TLS connection to a server: opened only when the server is verified inside the handshake, so that nothing, not
// even our certificate, reaches another one. Lines in, lines out.

import { isIP } from "node:net"
import { LineReader, type Unreadable } from "../protocol/line-reader.ts"
import { LINE_BYTES_MAX, SERVER_TAG_BYTES_MAX } from "../protocol/limits.ts"
import { EXIT, UserError } from "../user-error.ts"
import { formatAddress, type Address } from "./address.ts"
import { presentedBy, verdict, type Presented } from "./certificate.ts"
import { WriteQueue } from "./write-queue.ts"

const CONNECT_TIMEOUT_MS = 15_000
/** ms for the last lines to leave before the socket is torn down. */
const CLOSE_TIMEOUT_MS = 2_000
/** What a server that does not read may leave with us. */
const WAITING_BYTES_MAX = 4_194_304

// Servers of other makes relay longer lines than they accept; what is too long for them is theirs to judge.
const LIMITS = {
  tagBytesMax: SERVER_TAG_BYTES_MAX,
  lineBytesMax: 4 * LINE_BYTES_MAX,
  unfinishedBytesMax: 65_536,
}

/** What the server is verified with and we are known by; PEM. Without `ca` the usual public authorities. */
export interface Credentials {
  readonly ca: readonly string[] | undefined
  readonly cert: string | undefined
  readonly key: string | undefined
}

export interface Events {
  line(line: string): void
  /** Once, after `connect` has resolved; `why` when the network or TLS said so. */
  closed(why: string | undefined): void
}

export interface Connection {
  /** What names this TLS connection at both ends and at no other: https://www.rfc-editor.org/rfc/rfc9266. TLS 1.3 alone has it always. */
  readonly binding: Uint8Array | undefined
  write(lines: readonly string[]): void
  /** Resolves when all that was written has left for the network. */
  drained(): Promise<void>
  /** Sends what waits, then closes. */
  close(): void
  /** Closes at once. */
  terminate(): void
}

/** Throws UnknownAuthority, or a UserError: 3 when nobody answers, 4 when the wrong one does. */
export async function connect(
  address: Address,
  credentials: Credentials,
  events: Events,
): Promise<Connection> {
  const { socket } = await handshake(
    address,
    { ...tlsOptions(address, credentials), rejectUnauthorized: true },
    events,
  )
  return socket
}

/** What the server shows of itself to somebody who shows nothing: no certificate of ours, not a byte of data. */
export async function presentedAt(address: Address): Promise<Presented> {
  const nobody = { ca: undefined, cert: undefined, key: undefined }
  const silent = { line() {}, closed() {} }
  const { socket, presented } = await handshake(
    address,
    { ...tlsOptions(address, nobody), rejectUnauthorized: false },
    silent,
  )
  socket.terminate()
  return presented
}

function tlsOptions(address: Address, { ca, cert, key }: Credentials): Bun.TLSOptions {
  return {
    // SNI is for names only: https://www.rfc-editor.org/rfc/rfc6066#section-3
    ...(isIP(address.host) ? {} : { serverName: address.host }),
    ...(ca ? { ca: [...ca] } : {}),
    ...(cert !== undefined && key !== undefined ? { cert, key } : {}),
  }
}

async function handshake(address: Address, tls: Bun.TLSOptions, events: Events) {
  const verified = Promise.withResolvers<{ socket: Connection; presented: Presented }>()
  const reader = new LineReader(LIMITS)
  let open = false
  let why: string | undefined
  let queue: WriteQueue | undefined
  const timer = setTimeout(() => verified.reject(unreachable(address, "no answer")), CONNECT_TIMEOUT_MS)
  verified.promise.catch(() => {}).finally(() => clearTimeout(timer))
  const connecting = opened({
    hostname: address.host,
    port: address.port,
    tls,
    socket: {
      open() {},
      handshake(socket, _, error) {
        const presented = presentedBy(socket)
        // Who only looks at what a server shows judges it later: by its name, too, which Bun has found wrong here already.
        if (tls.rejectUnauthorized === false ? !presented.leaf : !socket.authorized)
          return fail(socket, verdict(address, codeOf(error), presented, Date.now()))
        open = true
        queue = new WriteQueue((bytes) => socket.write(bytes))
        verified.resolve({ socket: connectionOf(socket, queue), presented })
      },
      data(socket, bytes) {
        if (open && !reader.push(bytes, (line) => events.line(readable(line)))) socket.terminate()
      },
      drain() {
        queue?.drain()
      },
      error(socket, error) {
        why = error.message
        socket.terminate()
      },
      close(_, error) {
        if (error) why ??= REASONS[codeOf(error)] ?? error.message
        queue?.close()
        if (open) events.closed(why)
        else verified.reject(unreachable(address, why ?? "the connection was closed"))
      },
      connectError(_, error) {
        verified.reject(unreachable(address, reasonOf(codeOf(error))))
      },
    },
  })
  function fail(failed: Bun.Socket, error: Error) {
    verified.reject(error)
    failed.terminate()
  }
  // Both promises tell of one failure: the socket's own says less.
  connecting.catch((error: unknown) =>
    verified.reject(error instanceof UserError ? error : unreachable(address, reasonOf(codeOf(error)))),
  )
  try {
    return await verified.promise
  } catch (error) {
    connecting.then(
      (late) => late.terminate(),
      () => {},
    )
    throw error
  }
}

/** Rejects with a UserError (5) when TLS will not show our certificate, and as `Bun.connect` otherwise. */
async function opened(options: Bun.TCPSocketConnectOptions<undefined>): Promise<Bun.Socket<undefined>> {
  try {
    return await Bun.connect(options)
  } catch (error) {
    const { reason } = error as { reason?: string }
    if (reason === undefined) throw error
    throw new UserError(UNUSABLE[reason] ?? `your certificate and its key cannot be used (${reason})`, {
      hint: "name the two files that are yours: --cert FILE --key FILE",
      exitCode: EXIT.identity,
    })
  }
}

const UNUSABLE: Readonly<Record<string, string>> = {
  KEY_VALUES_MISMATCH: "your key does not belong to your certificate",
  // An authority's own, for instance.
  KEY_USAGE_BIT_INCORRECT: "your certificate was not made for a client",
}

function connectionOf(socket: Bun.Socket, queue: WriteQueue): Connection {
  return {
    binding: bindingOf(socket),
    write(lines) {
      queue.push(lines)
      // Who asks and never reads the answers.
      if (queue.bytesWaiting > WAITING_BYTES_MAX) socket.terminate()
    },
    drained: () => queue.drained(),
    terminate: () => socket.terminate(),
    close() {
      const timer = setTimeout(() => socket.terminate(), CLOSE_TIMEOUT_MS)
      timer.unref()
      void queue.drained().then(() => socket.end())
    },
  }
}

function bindingOf(socket: Bun.Socket): Uint8Array | undefined {
  if (socket.getTLSVersion() !== "TLSv1.3") return undefined
  // Its type says that it gives nothing back.
  const bytes: unknown = socket.exportKeyingMaterial(32, "EXPORTER-Channel-Binding", Buffer.alloc(0))
  return bytes instanceof Uint8Array ? bytes : undefined
}

// A line that is not UTF-8 still comes from the server: it is shown as far as it can be.
function readable(line: string | Unreadable): string {
  return typeof line === "string" ? line : line.text
}

function codeOf(error: unknown): string {
  return (error as { code?: string } | null)?.code ?? "UNKNOWN"
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "refused: nothing listens there",
  ENOTFOUND: "no such host",
  EAI_AGAIN: "the name cannot be looked up: is the network up?",
  ENETUNREACH: "the network is unreachable",
  EHOSTUNREACH: "the host is unreachable",
  ETIMEDOUT: "no answer",
  ECONNRESET: "the connection was cut",
}

function reasonOf(code: string): string {
  return REASONS[code] ?? code
}

function unreachable(address: Address, reason: string): UserError {
  return new UserError(`cannot reach ${formatAddress(address)} (${reason})`, { exitCode: EXIT.unreachable })
}
