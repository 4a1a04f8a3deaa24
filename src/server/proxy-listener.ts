// A port for proxies alone: each connection begins with a PROXY header, and what follows is the connection of whom the
// header names. Where bytes of TLS came with the header they cannot be given to it any more, and everything is relayed to
// the inner door. https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt

import { isWithin, normaliseAddress, type Range } from "./address.ts"
import { monotonicMs } from "./clock.ts"
import { Connection } from "./connection.ts"
import type { Endpoint } from "./endpoint.ts"
import type { InnerDoor } from "./inner-door.ts"
import { type Listener, listenOn, secure } from "./listener.ts"
import { readProxyHeader } from "./proxy-header.ts"
import { Side } from "./relay.ts"
import type { Shell } from "./shell.ts"

/** One `[[proxy]]` of chat.toml. */
export interface Proxy {
  readonly listen: Endpoint
  /** Whose word is taken for where a connection comes from. */
  readonly from: readonly Range[]
}

interface Visitor {
  /** The proxy's own address. */
  readonly address: string
  /** What came of the header. */
  header: Buffer
  readonly deadline: ReturnType<typeof setTimeout>
  /** What follows the header is TLS's own, */
  isUpgraded: boolean
  /** or is relayed. */
  side: Side | undefined
}

const EMPTY = Buffer.alloc(0)

type VisitorSocket = Bun.Socket<Visitor>

export class ProxyListener {
  /** As it was configured. */
  readonly proxy: Proxy
  /** Replaced when the configuration is read again. */
  from: readonly Range[]
  readonly #shell: Shell
  readonly #door: InnerDoor
  readonly #listener: Listener

  /** Throws a UserError (78) when it cannot listen. */
  constructor(proxy: Proxy, shell: Shell, door: InnerDoor) {
    this.proxy = proxy
    this.from = proxy.from
    this.#shell = shell
    this.#door = door
    this.#listener = listenOn<Visitor>(proxy.listen, {
      open: (socket) => this.#accept(socket),
      data: (socket, chunk) => this.#heard(socket, chunk),
      drain: ({ data }) => data.side?.drained(),
      end(socket) {
        if (socket.data.side) socket.data.side.ended()
        else if (!socket.data.isUpgraded) socket.end()
      },
      close({ data }, error) {
        clearTimeout(data.deadline)
        data.side?.closed(error !== undefined)
      },
      error() {},
    })
  }

  /** With the port that the system chose. */
  get endpoint(): Endpoint {
    return this.#listener.endpoint
  }

  /** Accepts no more; connections live on. */
  stop() {
    this.#listener.stop()
  }

  /** Connections too. */
  close() {
    this.#listener.close()
  }

  #accept(socket: VisitorSocket) {
    const shell = this.#shell
    shell.counters.accepted++
    const deadline = setTimeout(() => {
      shell.counters.handshakesTimedOut++
      this.#refuse(socket, "no PROXY header came in time")
    }, shell.limits.tlsTimeoutMs)
    const address = normaliseAddress(socket.remoteAddress)
    socket.data = { address, header: EMPTY, deadline, isUpgraded: false, side: undefined }
    if (!isWithin(address, this.from)) this.#refuse(socket, "its address is not in from of [[proxy]]")
  }

  #heard(socket: VisitorSocket, chunk: Buffer) {
    const { data } = socket
    if (data.isUpgraded) return
    if (data.side) return data.side.received(chunk)
    data.header = data.header.length === 0 ? chunk : Buffer.concat([data.header, chunk])
    const header = readProxyHeader(data.header)
    if (header === "incomplete") return
    if (header === "invalid") return this.#refuse(socket, "it did not begin with a PROXY header")
    clearTimeout(data.deadline)
    const address = header.address === undefined ? data.address : normaliseAddress(header.address)
    const first = data.header.subarray(header.size)
    data.header = EMPTY
    this.#letIn(socket, address, first)
  }

  #letIn(socket: VisitorSocket, address: string, first: Buffer) {
    const shell = this.#shell
    if (!shell.throttle.admit(address, monotonicMs())) {
      shell.counters.throttled++
      return void socket.terminate()
    }
    const via = { address: socket.data.address, isSecure: true }
    const connection = new Connection(shell, address, via)
    if (first.length === 0) {
      socket.data.isUpgraded = true
      secure(socket, connection, shell)
    } else {
      socket.data.side = new Side(socket)
      socket.pause()
      this.#door.bring(connection, socket.data.side, first)
    }
  }

  #refuse(socket: VisitorSocket, why: string) {
    this.#shell.log({
      level: "info",
      what: "refused by the listener for proxies",
      address: socket.data.address,
      why,
    })
    socket.terminate()
  }
}
