// Plays a transcript: what several sessions send, and every line that each of them is sent. What is not written is silence.
//
//   alice connects message-tags server-time     a registered session with these capabilities
//   alice connects as member message-tags       … whose certificate says `alice`
//   alice arrives                               a connection that has sent nothing
//   alice > PRIVMSG #den :hello                 a line sent; the clock moves one second
//   alice < :alice!alice@host …                 a line received
//   alice leaves                                the connection is lost
//   wait 90s · restart · full disk · room again
//
// Msgids appear as `id` and their place in the log.

import type { Session } from "../../src/core/session.ts"
import { msgidOf, parseMsgid } from "../../src/protocol/msgid.ts"
import { World } from "./engine.ts"

/** The transcript as it really went; equal to `script` when all went as written. */
export function play(script: string): string {
  const stage = new Stage(/^## access members$/m.test(script) ? { access: "members" } : {}, script)
  for (const line of script.split("\n")) {
    if (/^\S+ </.test(line)) continue
    stage.written.push(line)
    stage.act(line.trim())
  }
  return stage.written.join("\n")
}

class Stage {
  readonly written: string[] = []
  readonly #world: World
  readonly #sessions = new Map<string, Session>()

  constructor(settings: ConstructorParameters<typeof World>[0], script: string) {
    const password = /^## password$/m.test(script)
    this.#world = new World({ ...settings, passwordNeeded: password })
    this.#world.settle()
  }

  act(line: string) {
    if (line === "" || line.startsWith("#")) return
    const sent = /^(\S+) > (.*)$/.exec(line)
    if (sent) return this.#send(sent[1]!, sent[2]!)
    const wait = /^wait (\d+)s$/.exec(line)
    if (wait) return this.#wait(Number(wait[1]))
    if (line === "restart") return this.#restart()
    if (line === "full disk" || line === "room again") {
      this.#world.engine.readOnly = line === "full disk"
      return
    }
    const [name, verb, ...rest] = line.split(" ")
    if (verb === "connects") return this.#connect(name!, rest)
    if (verb === "arrives") return this.#arrive(name!, rest[0] === "as")
    if (verb === "leaves") return this.#leave(name!)
    throw new Error(`a transcript does not know: ${line}`)
  }

  #arrive(name: string, member: boolean) {
    const certificate = { name, issuer: "authority", fingerprint: "fingerprint" }
    const arrival = {
      address: "192.0.2.1",
      host: "host",
      tlsVersion: "TLSv1.3",
      ...(member ? { certificate } : {}),
    }
    this.#sessions.set(name, this.#world.engine.connected(arrival, this.#world.now))
  }

  #connect(name: string, words: string[]) {
    const member = words[0] === "as"
    this.#arrive(name, member)
    const capabilities = words.slice(member ? 2 : 0)
    const session = this.#session(name)
    if (capabilities.length > 0) this.#receive(session, `CAP REQ :${capabilities.join(" ")}`)
    this.#receive(session, `NICK ${name}`)
    this.#receive(session, `USER ${name} 0 * :${name[0]!.toUpperCase()}${name.slice(1)}`)
    this.#receive(session, "CAP END")
    this.#world.settle()
    if (!session.user) throw new Error(`${name} could not connect`)
  }

  #send(name: string, line: string) {
    this.#world.now += 1000
    const text = line.replace(/\\x([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
    this.#receive(
      this.#session(name),
      text.replace(/msgid=id(\d+)/g, (_, seq: string) => `msgid=${this.#msgid(seq)}`),
    )
    this.#hear()
  }

  #msgid(seq: string): string {
    return msgidOf(this.#world.engine.net.epochOf(Number(seq)), Number(seq))
  }

  #receive(session: Session, line: string) {
    this.#world.engine.receive(session, line, this.#world.now)
  }

  #leave(name: string) {
    this.#world.engine.closed(this.#session(name), "Connection closed", this.#world.now)
    this.#sessions.delete(name)
    this.#hear()
  }

  #wait(seconds: number) {
    this.#world.now += seconds * 1000
    this.#world.engine.tick(this.#world.now)
    this.#hear()
  }

  #restart() {
    this.#sessions.clear()
    this.#world.start()
    this.#world.settle()
  }

  #session(name: string): Session {
    const session = this.#sessions.get(name)
    if (!session) throw new Error(`${name} is not connected`)
    return session
  }

  #hear() {
    for (const turn of this.#world.settle()) {
      for (const { session, output } of turn.deliveries) {
        const name = [...this.#sessions].find(([, one]) => one === session)?.[0] ?? "?"
        for (const line of output.text.trimEnd().split("\r\n"))
          this.written.push(`${name} < ${readable(line)}`.trimEnd())
      }
    }
  }
}

function readable(line: string): string {
  return line.replace(/msgid=([0-9a-z]{14})/g, (whole, id: string) => {
    const place = parseMsgid(id)
    return place ? `msgid=id${place.seq}` : whole
  })
}
