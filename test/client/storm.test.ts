// A client on a bad line, and a whole server: what is lost, held up, taken back or said twice on the way comes as chance has it. Each
// failure can be had again by its seed.

import { expect, test } from "bun:test"
import type { Happening } from "../../src/client/happening.ts"
import { Session } from "../../src/client/session.ts"
import type { Session as ServerSession } from "../../src/core/session.ts"
import { DEFAULT_LIMITS } from "../../src/protocol/limits.ts"
import { World } from "../support/engine.ts"
import { Random } from "../support/random.ts"

const SEEDS = process.env.CHAT_TEST_ALL ? 1_000 : 60
const CHANNELS = ["#den", "#hut"]
const CAPS = "message-tags echo-message draft/message-redaction labeled-response batch"
/** Said again and again, so that no text tells one from another. */
const SAME = "same"

const arrival = (name: string) => ({
  address: "192.0.2.1",
  host: "host",
  tlsVersion: "TLSv1.3",
  certificate: { name, issuer: "a".repeat(64), fingerprint: name },
})

class Storm {
  readonly #random: Random
  readonly #world: World
  readonly #client = new Session({
    nick: "alice",
    username: "alice",
    realname: "Alice",
    nickFixed: false,
    channels: CHANNELS,
    isRead: true,
  })
  #link: ServerSession | undefined
  #toServer: string[] = []
  #toClient: string[] = []
  #bob!: ServerSession
  /** Another device of alice's. */
  #phone: ServerSession | undefined
  /** Ids of what bob said, and where to. */
  readonly #bobs: (readonly [id: string, target: string])[] = []
  readonly #said: (readonly [target: string, text: string])[] = []
  readonly #takenBack: string[] = []
  readonly #told: Happening[] = []
  /** Messages shown of a gap, and how many it was said that they are. */
  readonly counts: (readonly [shown: number, said: number, complete: boolean])[] = []
  #shownOfGap: number | undefined
  #count = 0

  constructor(seed: number) {
    this.#random = new Random(seed)
    // Few lines to a page, so that there are many.
    const limits = { ...DEFAULT_LIMITS, historyPage: 3 + this.#random.below(4) }
    this.#world = new World({ limits })
    this.#bobComes()
    this.#connect()
    this.#calm()
  }

  #bobComes() {
    this.#bob = this.#world.engine.connected(arrival("bob"), this.#world.now)
    const joins = CHANNELS.map((name) => `JOIN ${name}`)
    this.#from(this.#bob, `CAP REQ :${CAPS}`, "NICK bob", "USER b 0 * :B", "CAP END", ...joins)
  }

  #from(session: ServerSession, ...lines: string[]) {
    for (const line of lines) this.#world.engine.receive(session, line, this.#world.now)
    this.#deliver()
  }

  #connect() {
    this.#link = this.#world.engine.connected(arrival("alice"), this.#world.now)
    this.#client.open(this.#world.now)
    this.#take()
  }

  /** What was on its way to us is lost, and to the server in part; `notices` whether the server knows. */
  #cut(notices: boolean) {
    const old = this.#link
    if (!old) return
    this.#from(old, ...this.#toServer.slice(0, this.#random.below(this.#toServer.length + 1)))
    this.#toServer = []
    this.#toClient = []
    this.#link = undefined
    this.#client.close(this.#world.now)
    this.#shownOfGap ??= 0
    this.#take()
    if (notices) this.#world.engine.closed(old, "cut", this.#world.now)
    this.#deliver()
  }

  /** The server is killed, and starts again. */
  #crash() {
    this.#cut(false)
    this.#world.start()
    this.#phone = undefined
    this.#bobComes()
  }

  #deliver() {
    for (const { session, output } of this.#world.settle().flatMap(({ deliveries }) => deliveries)) {
      const lines = output.text.trimEnd().split("\r\n")
      if (session === this.#link) this.#toClient.push(...lines)
      if (session !== this.#bob) continue
      for (const line of lines) {
        const [, id = "", target = ""] = /msgid=([^; ]+)[; ].*:bob!\S+ PRIVMSG (\S+) /.exec(line) ?? []
        if (id !== "") this.#bobs.push([id, target])
      }
    }
  }

  #take() {
    this.#toServer.push(...this.#client.takeLines())
    for (const happening of this.#client.takeHappenings()) {
      this.#told.push(happening)
      if (this.#shownOfGap === undefined) continue
      if ("past" in happening && happening.past) this.#shownOfGap++
      if (happening.type !== "caughtUp") continue
      this.counts.push([this.#shownOfGap, happening.fetched, happening.complete])
      this.#shownOfGap = undefined
    }
  }

  #up() {
    const line = this.#toServer.shift()
    if (line !== undefined && this.#link) this.#from(this.#link, line)
  }

  #down() {
    const line = this.#toClient.shift()
    if (line !== undefined) this.#client.receive(line, this.#world.now)
    this.#take()
  }

  /** Until both have nothing more to say. */
  #calm() {
    do {
      this.#up()
      this.#down()
      this.#deliver()
    } while (this.#toServer.length + this.#toClient.length > 0)
  }

  step() {
    const random = this.#random
    if (random.chance(0.5)) this.#world.now++
    const [act] = ACTS.find(([, share]) => random.chance(share)) ?? []
    if (act) this.#act(act)
    else if (random.chance(0.5)) this.#up()
    else this.#down()
    this.#client.tick(this.#world.now)
    this.#take()
  }

  #act(act: (typeof ACTS)[number][0]) {
    const random = this.#random
    const channel = random.pick(CHANNELS)
    const text = `${act} ${++this.#count}`
    if (act === "bob") this.#from(this.#bob, `PRIVMSG ${random.pick([channel, "alice"])} :${text}`)
    else if (act === "alice") this.#say(random.pick([channel, "bob"]), random.chance(0.3) ? SAME : text)
    else if (act === "phone") this.#from(this.#phoneOf(), `PRIVMSG ${channel} :${text}`)
    else if (act === "cut") this.#cut(random.chance(0.5))
    else if (act === "connect" && !this.#link) this.#connect()
    else if (act === "crash") this.#crash()
    else if (act === "redact") this.#redact()
    else if (act === "react" && this.#bobs.length > 0) this.#react(text)
    else if (act === "later") {
      this.#calm()
      this.#world.now += 25_000
    }
  }

  #say(target: string, text: string) {
    this.#said.push([target, text])
    this.#client.say("message", target, text)
    this.#take()
  }

  #phoneOf(): ServerSession {
    if (this.#phone) return this.#phone
    this.#phone = this.#world.engine.connected(arrival("alice"), this.#world.now)
    this.#from(this.#phone, "NICK alice", "USER a 0 * :A")
    return this.#phone
  }

  #redact() {
    const [one] = this.#bobs.splice(this.#random.below(this.#bobs.length), 1)
    if (!one) return
    this.#takenBack.push(one[0])
    this.#from(this.#bob, `REDACT ${one[1]} ${one[0]}`)
  }

  #react(text: string) {
    const [id, target] = this.#random.pick(this.#bobs)
    this.#from(this.#bob, `@+reply=${id};+draft/react=${text.replace(" ", "-")} TAGMSG ${target}`)
  }

  end() {
    if (!this.#link) this.#connect()
    this.#calm()
    this.#world.now += 20_000
    this.#client.tick(this.#world.now)
    this.#calm()
  }

  get unsettled(): number {
    return this.#client.unsettled
  }

  /** Texts that the server keeps, in their order. */
  kept(target: string): string[] {
    const channel = this.#world.engine.net.channel(target)
    return this.#world.rows
      .filter((row) => row.type === "messageSent" && row.channelId === (channel?.id ?? null))
      .flatMap(({ text }) => (text ? [text] : []))
  }

  /** Texts that were shown, in their order, but for those that the server has erased since. */
  shown(target: string): string[] {
    const gone = new Set(this.#takenBack)
    return this.#told.flatMap((one) =>
      "past" in one && one.target === target && !gone.has(one.id ?? "") ? [one.text] : [],
    )
  }

  /** What was said to a target; without what it was told of that it may not have come there. */
  said(target: string): string[] {
    const undelivered = this.#told.flatMap((one) =>
      one.type === "undelivered" && one.target === target ? [one.text] : [],
    )
    const said = this.#said.flatMap(([to, text]) => (to === target ? [text] : []))
    for (const text of undelivered) said.splice(said.indexOf(text), 1)
    return said
  }

  /** What was told twice: reactions, and what was taken back. */
  get twice(): string[] {
    const told = this.#told.flatMap((one) =>
      one.type === "reaction" ? [one.text] : one.type === "redacted" ? [one.of] : [],
    )
    return told.filter((one, i) => told.indexOf(one) !== i)
  }

  /** What was shown and taken back, without a word of it. */
  get untold(): string[] {
    const shown = new Set(this.#told.map((one) => ("past" in one ? one.id : undefined)))
    const told = new Set(this.#told.map((one) => (one.type === "redacted" ? one.of : undefined)))
    return this.#takenBack.filter((id) => shown.has(id) && !told.has(id))
  }
}

/** What may happen in a step, and how often. */
const ACTS = [
  ["bob", 0.12],
  ["react", 0.02],
  ["redact", 0.02],
  ["alice", 0.05],
  ["phone", 0.02],
  ["cut", 0.02],
  ["crash", 0.003],
  ["later", 0.02],
  ["connect", 0.2],
] as const

test(`${SEEDS} storms: everything is shown once, in order, and counted; what is said is said once, or told of`, () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const storm = new Storm(seed)
    const steps = 50 + new Random(seed).below(600)
    for (let i = 0; i < steps; i++) storm.step()
    storm.end()
    const where = `seed ${seed}`
    for (const target of [...CHANNELS, "bob"]) {
      const kept = storm.kept(target)
      expect(storm.shown(target), `${where}: shown of ${target}`).toEqual(kept)
      const ours = kept.filter((text) => text === SAME || text.startsWith("alice"))
      const sorted = (texts: string[]) => texts.toSorted()
      expect(sorted(ours), `${where}: said to ${target}`).toEqual(sorted(storm.said(target)))
    }
    for (const [shown, said, complete] of storm.counts) expect([said, complete], where).toEqual([shown, true])
    expect([storm.twice, storm.untold, storm.unsettled], where).toEqual([[], [], 0])
  }
}, 600_000)
