// One IRC client over TLS, as cheap as it can be: messages are handed on as bytes, and only other lines are looked into.
import type { Socket } from "bun"
import { endsInText } from "./message.ts"
import { type Hear, lineCutter } from "./lines.ts"

/** Where to connect; `ca` is PEM, and without it the server's certificate is not verified. */
export type Target = { host: string; port: number; ca?: string | undefined }

const WAIT_MS_MAX = 60_000
const REFUSALS = new Set(["432", "433", "436", "437", "451", "461", "464", "465", "471", "473", "ERROR"])

type Waiter = { word: string; resolve: () => void; reject: (error: Error) => void; timer: Timer }

export class Client {
  readonly index: number
  readonly nick: string
  /** Whether the server sends us our own messages: it acknowledged echo-message. */
  echo = false
  /** Hears every PRIVMSG. */
  onMessage: Hear = () => {}
  /** Hears every BATCH. */
  onBatch: Hear = () => {}
  /** Called after each chunk of bytes has been heard. */
  onTurn: () => void = () => {}
  #socket: Socket<Client> | undefined
  #waiter: Waiter | undefined
  #closed = false
  #unsent = Buffer.alloc(0)
  readonly #cut = lineCutter((bytes, start, end) => this.#hear(bytes, start, end))

  constructor(index: number) {
    this.index = index
    this.nick = nickOf(index)
  }

  async connect(target: Target) {
    const secured = this.#wait("handshake")
    const tls = target.ca ? { ca: target.ca, rejectUnauthorized: true } : { rejectUnauthorized: false }
    try {
      await Bun.connect({ hostname: target.host, port: target.port, tls, data: this, socket: HANDLERS })
    } catch (error) {
      this.#settle(error as Error)
    }
    await secured
  }

  /** Registers, with those of the capabilities that the server knows. */
  async register(capabilities: readonly string[] = []) {
    const requests = capabilities.map((name) => `CAP REQ :${name}\r\n`).join("")
    const end = capabilities.length ? "CAP END\r\n" : ""
    await this.ask(`${requests}NICK ${this.nick}\r\nUSER bench 0 * :bench\r\n${end}`, "001")
  }

  /** Joins, and waits for the end of the names. */
  async join(channel: string) {
    await this.ask(`JOIN ${channel}\r\n`, "366")
  }

  /** Waits until everything that the server sent before its answer has been heard. */
  async fence() {
    await this.ask("PING fence\r\n", "PONG")
  }

  /** Leaves, and waits for the server to close. */
  async quit() {
    await this.ask("QUIT :done\r\n", "close")
  }

  /** Sends lines and waits for the first line whose command is `word` ("close": for the end of the connection). */
  async ask(lines: string, word: string) {
    const answered = this.#wait(word)
    this.send(lines)
    await answered
  }

  send(lines: string) {
    if (this.#unsent.length) {
      this.#unsent = Buffer.concat([this.#unsent, Buffer.from(lines)])
      return
    }
    const written = this.#socket?.write(lines) ?? 0
    if (written < lines.length) this.#unsent = Buffer.from(lines).subarray(Math.max(0, written))
  }

  drop() {
    this.#closed = true
    this.#socket?.terminate()
  }

  #wait(word: string): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const late = () => this.#settle(new Error(`${this.nick} waited too long for ${word}`))
    this.#waiter = { word, resolve, reject, timer: setTimeout(late, WAIT_MS_MAX) }
    return promise
  }

  #settle(error?: Error) {
    const waiter = this.#waiter
    if (!waiter) return
    this.#waiter = undefined
    clearTimeout(waiter.timer)
    if (error) waiter.reject(error)
    else waiter.resolve()
  }

  #hear(bytes: Buffer, start: number, end: number) {
    if (endsInText(bytes, start, end)) return this.onMessage(bytes, start, end)
    const word = commandOf(bytes, start, end)
    if (word === "PRIVMSG") return this.onMessage(bytes, start, end)
    if (word === "PING")
      return this.send(`${bytes.toString("latin1", start, end).replace("PING", "PONG")}\r\n`)
    if (word === "BATCH") this.onBatch(bytes, start, end)
    if (word === "CAP") this.#capability(bytes.toString("latin1", start, end))
    if (word === this.#waiter?.word) this.#settle()
    else if (this.#waiter?.word !== "close" && REFUSALS.has(word)) {
      this.#settle(new Error(`${this.nick} was refused: ${bytes.toString("latin1", start, end)}`))
    }
  }

  #capability(line: string) {
    if (/ ACK :?.*echo-message/.test(line)) this.echo = true
  }

  opened(socket: Socket<Client>) {
    this.#socket = socket
  }

  secured(error: Error | null) {
    this.#settle(error ?? undefined)
  }

  received(chunk: Buffer) {
    this.#cut(chunk)
    this.onTurn()
  }

  drained() {
    if (this.#unsent.length === 0) return
    const written = this.#socket?.write(this.#unsent) ?? 0
    this.#unsent = this.#unsent.subarray(Math.max(0, written))
  }

  closed() {
    if (this.#waiter?.word === "close") this.#settle()
    else if (this.#waiter) this.#settle(new Error(`${this.nick} lost its connection`))
    else if (!this.#closed) process.stderr.write(`${this.nick} lost its connection\n`)
    this.#closed = true
  }
}

const HANDLERS = {
  open: (socket: Socket<Client>) => socket.data.opened(socket),
  handshake: (socket: Socket<Client>, _ok: boolean, error: Error | null) => socket.data.secured(error),
  data: (socket: Socket<Client>, chunk: Buffer) => socket.data.received(chunk),
  drain: (socket: Socket<Client>) => socket.data.drained(),
  close: (socket: Socket<Client>) => socket.data.closed(),
  error: (_socket: Socket<Client>, error: Error) => {
    process.stderr.write(`${error.stack}\n`)
  },
}

export const nickOf = (index: number) => `b${String(index).padStart(4, "0")}`

/** The command of a line, after its tags and its source: https://modern.ircdocs.horse/#message-format */
function commandOf(bytes: Buffer, start: number, end: number): string {
  let at = start
  for (const mark of "@:") if (bytes[at] === mark.charCodeAt(0)) at = bytes.indexOf(32, at) + 1
  const space = bytes.indexOf(32, at)
  return bytes.toString("latin1", at, space < 0 || space > end ? end : space)
}

/** Does `work` for each item, so many at a time, in order of their start. */
export async function eachOf<T>(items: readonly T[], atATime: number, work: (item: T) => Promise<void>) {
  const queue = items.values()
  const worker = async () => {
    for (const item of queue) await work(item)
  }
  await Promise.all(Array.from({ length: atATime }, worker))
}

/** Connects and registers clients `from`, `from + 1`, … */
export async function crowd(target: Target, count: number, capabilities: readonly string[], from = 0) {
  const clients = Array.from({ length: count }, (_, i) => new Client(from + i))
  await eachOf(clients, 32, async (client) => {
    await client.connect(target)
    await client.register(capabilities)
  })
  return clients
}
