// A client and a whole server, and a connection between them that is cut at every byte: what was said is said once, in order.

import { expect, test } from "bun:test"
import { Session } from "../../src/client/session.ts"
import type { Session as ServerSession } from "../../src/core/session.ts"
import { byteLength } from "../../src/protocol/names.ts"
import { World } from "../support/engine.ts"
import { Random } from "../support/random.ts"

const ISSUER = "a".repeat(64)
const arrival = (name: string) => ({
  address: "192.0.2.1",
  host: "host",
  tlsVersion: "TLSv1.3",
  certificate: { name, issuer: ISSUER, fingerprint: name },
})
const SAID = [
  ["#den", "one"],
  ["bob", "direct"],
  ["#den", "two"],
  ["#den", "two"],
  ["bob", "direct"],
  ["#den", "three\nin lines"],
] as const

class Wire {
  readonly world = new World()
  readonly client = new Session({
    nick: "alice",
    username: "alice",
    realname: "Alice",
    nickFixed: false,
    channels: ["#den"],
  })
  /** Texts of ours that were shown, by target. */
  readonly shown: [target: string, text: string][] = []
  readonly problems: string[] = []
  /** Bytes until the next cuts. */
  readonly #cuts: number[] = []
  #passed = 0
  #link: ServerSession | undefined
  /** Whether the server notices a cut, or keeps the old connection. */
  readonly #notices: boolean
  readonly #bob: ServerSession

  constructor(notices: boolean) {
    this.#notices = notices
    this.#bob = this.world.engine.connected(arrival("bob"), this.world.now)
    for (const line of ["NICK bob", "USER b 0 * :B", "JOIN #den"]) this.#fromBob(line)
    this.#connect()
    this.run()
    for (const line of ["PRIVMSG #den :hello", "PRIVMSG alice :hello"]) this.#fromBob(line)
    this.run()
    this.#passed = 0
  }

  get bytes(): number {
    return this.#passed
  }

  cutAt(...bytes: number[]) {
    this.#cuts.push(...bytes)
  }

  #fromBob(line: string) {
    this.world.engine.receive(this.#bob, line, this.world.now)
  }

  #connect() {
    this.#link = this.world.engine.connected(arrival("alice"), this.world.now)
    this.client.open(this.world.now)
  }

  /** False when the line did not arrive whole. */
  #passes(line: string): boolean {
    const [cut = Infinity] = this.#cuts
    this.#passed += byteLength(line) + 2
    if (this.#passed <= cut) return true
    this.#cuts.shift()
    this.#passed = cut
    const old = this.#link
    this.client.close(++this.world.now)
    if (old && this.#notices) this.world.engine.closed(old, "cut", this.world.now)
    this.#connect()
    return false
  }

  /** Until both are quiet. */
  run() {
    for (let busy = true; busy;) {
      busy = false
      this.world.now++
      for (const line of this.client.takeLines()) {
        busy = true
        if (!this.#passes(line)) break
        if (this.#link) this.world.engine.receive(this.#link, line, this.world.now)
      }
      const link = this.#link
      const lines = this.world
        .settle()
        .flatMap(({ deliveries }) => deliveries.filter(({ session }) => session === link))
        .flatMap(({ output }) => output.text.trimEnd().split("\r\n"))
      for (const line of lines) {
        busy = true
        if (!this.#passes(line)) break
        this.client.receive(line, this.world.now)
      }
      for (const happening of this.client.takeHappenings()) {
        if ("past" in happening && happening.own) this.shown.push([happening.target, happening.text])
        if (happening.type === "undelivered" || happening.type === "error") this.problems.push(happening.type)
      }
    }
  }

  /** Texts of alice's that the server keeps, by target. */
  kept(): [target: string, text: string][] {
    const alice = this.world.engine.net.account("alice")?.id
    return this.world.rows
      .filter((row) => row.type === "messageSent" && row.accountId === alice)
      .map((row) => [row.channelId === null ? "bob" : "#den", row.text ?? ""])
  }
}

const of = (target: string, texts: readonly (readonly [string, string])[]) =>
  texts.filter(([to]) => to === target).map(([, text]) => text)

function speak(notices: boolean, ...cuts: number[]): Wire {
  const wire = new Wire(notices)
  wire.cutAt(...cuts)
  for (const [target, text] of SAID) wire.client.say("message", target, text)
  wire.run()
  return wire
}

test.each([
  ["a server that notices", true],
  ["a server that keeps the old connection", false],
])(
  "%s: every message once, in order, wherever the connection is cut",
  (_, notices) => {
    const { bytes } = speak(notices)
    const random = new Random(1)
    for (let cut = 0; cut <= bytes; cut++) {
      // Now and then the next connection is cut as well.
      const cuts = random.chance(0.5) ? [cut] : [cut, cut + random.below(2 * bytes)]
      const wire = speak(notices, ...cuts)
      const where = `cut at ${cuts.join(" and ")} of ${bytes}`
      for (const target of ["#den", "bob"]) {
        expect(of(target, wire.kept()), where).toEqual(of(target, SAID))
        expect(of(target, wire.shown), where).toEqual(of(target, SAID))
      }
      expect(wire.problems, where).toEqual([])
      expect(wire.client.outbox.size, where).toBe(0)
    }
  },
  60_000,
)
