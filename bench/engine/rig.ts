// An engine without sockets and disk: lines in, turns taken, and every answer rendered as it would be for a socket.
import { join } from "node:path"
import type { Engine } from "../../src/core/engine.ts"
import type { Turn } from "../../src/core/seams.ts"
import type { Session } from "../../src/core/session.ts"

type Worlds = typeof import("../../test/support/engine.ts")

/** What is said, and by whom. */
export type Said = readonly [session: Session, line: string]

/** Every second member of a channel wants them, so that a message is rendered twice. */
const TAGS = ["server-time", "message-tags", "account-tag"]
const REFUSED = /^(?:@\S+ )?(?::\S+ )?(?:[45]\d\d|FAIL) .*/m

export class Rig {
  readonly #engine: Engine
  #now: number

  private constructor(engine: Engine, now: number) {
    this.#engine = engine
    this.#now = now
  }

  /** The engine of a work tree of this project. */
  static async of(root: string): Promise<Rig> {
    const { World } = (await import(join(root, "test/support/engine.ts"))) as Worlds
    const world = new World({ motd: ["Welcome"] })
    return new Rig(world.engine, world.now)
  }

  /** Somebody who is registered, with those of these capabilities that there are, and in these channels. */
  arrive(nick: string, capabilities: readonly string[], ...channels: readonly string[]): Session {
    const arrival = { address: "192.0.2.1", host: "host", tlsVersion: "TLSv1.3" }
    const session = this.#engine.connected(arrival, this.#now)
    const asked = capabilities.map((capability) => `CAP REQ ${capability}`)
    const joined = channels.map((channel) => `JOIN ${channel}`)
    const lines = [...asked, "CAP END", `NICK ${nick}`, `USER ${nick} 0 * :${nick}`, ...joined]
    this.hear(lines.map((line) => [session, line]))
    return session
  }

  /** Members of a channel until it has so many. */
  fill(channel: string, from: number, members: number) {
    for (let i = from; i < members; i++) this.arrive(`member-${i}`, i % 2 === 0 ? TAGS : [], channel)
  }

  /** Plays the lines as one turn and renders what everybody is sent; how many bytes, those of several counted once. */
  hear(said: readonly Said[]): number {
    let bytes = 0
    for (const [session, line] of said) this.#engine.receive(session, line, ++this.#now)
    for (let turn = this.#engine.take(); turn; turn = this.#engine.take()) {
      for (const { output } of turn.deliveries)
        bytes += output.readers === 1 ? Buffer.byteLength(output.text) : output.bytes.length
      this.#answer(turn)
    }
    return bytes
  }

  /** Why a line of these is refused, if one is. */
  refusal(said: readonly Said[]): string | undefined {
    for (const [session, line] of said) {
      this.#engine.receive(session, line, ++this.#now)
      for (let turn = this.#engine.take(); turn; turn = this.#engine.take()) {
        const own = turn.deliveries.find((delivery) => delivery.session === session)
        const [refused] = REFUSED.exec(own?.output.text ?? "") ?? []
        if (refused) return refused
        this.#answer(turn)
      }
    }
    return undefined
  }

  // History is the log's: what is measured is the asking for it.
  #answer({ requests }: Turn) {
    for (const { type, session } of requests)
      if (type !== "close") this.#engine.answered(session, { type: "rows", rows: [] }, this.#now)
  }
}
