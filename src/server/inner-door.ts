// Where relayed connections come in. Bytes that were read before TLS begins cannot be given to it, so what follows a PROXY
// header is written into a second socket, of which nothing has been read when TLS begins: a private one in the data
// directory. Each relay says first which connection it brings, by a word that nobody can guess; what the client said
// follows only when TLS has begun.

import { randomUUID } from "node:crypto"
import { rmSync } from "node:fs"
import type { Connection } from "./connection.ts"
import { secure } from "./listener.ts"
import { listenPrivately } from "./private-socket.ts"
import { Side } from "./relay.ts"
import type { Shell } from "./shell.ts"

/** Somebody who is on the way from a listener for proxies to here. */
interface Guest {
  readonly connection: Connection
  /** Lets what the client says pass. */
  readonly begin: () => void
}

type InnerSocket = Bun.Socket<{ isKnown: boolean }>

export class InnerDoor {
  readonly #path: string
  readonly #shell: Shell
  readonly #listener: Bun.UnixSocketListener<{ isKnown: boolean }>
  readonly #guests = new Map<string, Guest>()

  /** The caller holds the lock of the directory: what is at `path` was left behind. */
  constructor(path: string, shell: Shell) {
    rmSync(path, { force: true })
    this.#path = path
    this.#shell = shell
    const handlers: Bun.SocketHandler<{ isKnown: boolean }> = {
      open: (socket) => void (socket.data = { isKnown: false }),
      data: (socket, chunk) => this.#heard(socket, chunk),
      // The upgraded socket has everything else that happens.
      close() {},
      error() {},
    }
    this.#listener = listenPrivately(path, handlers, true)
  }

  /** Lets in who is at `outer`, which is paused, as `connection`; `first` was read from there already. */
  bring(connection: Connection, outer: Side, first: Uint8Array) {
    const word = randomUUID()
    const giveUp = () => {
      if (this.#guests.delete(word)) connection.closed("Connection lost")
    }
    const open = (socket: Bun.Socket<Side>) => {
      const inner = new Side(socket)
      socket.data = inner
      if (outer.isGone) return inner.terminate()
      Side.join(inner, outer)
      inner.write(Buffer.from(word))
    }
    const begin = () => {
      outer.resume()
      // Which pauses it again if there is no room.
      outer.received(first)
    }
    this.#guests.set(word, { connection, begin })
    const socket: Bun.SocketHandler<Side> = {
      open,
      data: (inner, chunk) => inner.data.received(chunk),
      drain: (inner) => inner.data.drained(),
      end: (inner) => inner.data.ended(),
      close(inner, error) {
        giveUp()
        inner.data.closed(error !== undefined)
      },
      error() {},
    }
    Bun.connect<Side>({ unix: this.#path, allowHalfOpen: true, socket }).catch((error: unknown) => {
      this.#shell.log({ level: "error", what: "a relay cannot begin", why: String(error) })
      giveUp()
      outer.terminate()
    })
  }

  close() {
    this.#listener.stop(true)
  }

  #heard(socket: InnerSocket, chunk: Buffer) {
    // It hears what is TLS's, too.
    if (socket.data.isKnown) return
    const word = chunk.toString("latin1")
    const guest = this.#guests.get(word)
    if (!guest) return void socket.terminate()
    this.#guests.delete(word)
    socket.data.isKnown = true
    if (secure(socket, guest.connection, this.#shell)) guest.begin()
  }
}
