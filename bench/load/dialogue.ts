// A connection that asks and waits for the answer, as who logs in does, and from which address of this computer it comes.

import type { Socket } from "bun"

export interface From {
  readonly port: number
  /** PEM. */
  readonly ca: string
  /** Any of 127.0.0.0/8. */
  readonly localAddress?: string
  readonly certificate?: { readonly pem: string; readonly keyPem: string }
}

export class Dialogue {
  isClosed = false
  #socket: Socket | undefined
  #rest = ""
  #waiter: { pattern: RegExp; resolve: (line: string | undefined) => void } | undefined

  /** Rejects when TLS fails. */
  static async open({ port, ca, localAddress, certificate }: From): Promise<Dialogue> {
    const dialogue = new Dialogue()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const own = certificate ? { cert: certificate.pem, key: certificate.keyPem } : {}
    // `localAddress` is not in Bun's types.
    const where = { hostname: "127.0.0.1", port, localAddress } as { hostname: string; port: number }
    await Bun.connect({
      ...where,
      tls: { ca, rejectUnauthorized: true, ...own },
      socket: {
        open: (socket) => void (dialogue.#socket = socket),
        handshake: (_, _succeeded, error) => (error ? reject(error) : resolve()),
        data: (_, bytes) => dialogue.#hear(bytes.toString()),
        close: () => {
          dialogue.#end()
          reject(new Error("closed"))
        },
        error: () => {},
      },
    })
    await promise
    return dialogue
  }

  /** The first line that fits, or undefined when the server closes before. */
  ask(pattern: RegExp, ...lines: string[]): Promise<string | undefined> {
    const { promise, resolve } = Promise.withResolvers<string | undefined>()
    if (this.isClosed) resolve(undefined)
    this.#waiter = { pattern, resolve }
    this.#socket?.write(lines.map((line) => `${line}\r\n`).join(""))
    return promise
  }

  /** By SASL PLAIN: 903, or 904 and its words; undefined when the server closes before. */
  logIn(account: string, password: string): Promise<string | undefined> {
    const response = Buffer.from(`\0${account}\0${password}`).toString("base64")
    return this.ask(/ 90[34] /, "AUTHENTICATE PLAIN", `AUTHENTICATE ${response}`)
  }

  drop() {
    this.#socket?.terminate()
    this.#end()
  }

  #end() {
    this.isClosed = true
    this.#waiter?.resolve(undefined)
  }

  #hear(text: string) {
    const lines = (this.#rest + text).split("\r\n")
    this.#rest = lines.pop() ?? ""
    for (const line of lines) {
      if (line.startsWith("PING ")) this.#socket?.write(`PONG ${line.slice(5)}\r\n`)
      if (!this.#waiter?.pattern.test(line)) continue
      this.#waiter.resolve(line)
      this.#waiter = undefined
    }
  }
}
