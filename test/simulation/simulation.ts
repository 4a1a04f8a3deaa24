// The seeded simulation: random commands by many sessions against the engine and a log, with crashes at every point. After each
// turn that is durable its lines are delivered, and everything that has to hold is checked.

import { STATELESS } from "../../src/core/commands/index.ts"
import type { ListEntry } from "../../src/core/channel.ts"
import { Engine } from "../../src/core/engine.ts"
import type { Network } from "../../src/core/network.ts"
import type { Arrival, Request, Settings, Turn } from "../../src/core/seams.ts"
import type { Session } from "../../src/core/session.ts"
import type { User } from "../../src/core/user.ts"
import { MESSAGE_TAGS } from "../../src/protocol/capabilities.ts"
import { folded } from "../../src/protocol/names.ts"
import { found } from "../../src/storage/plain-reading.ts"
import { chatter, NICKS } from "../support/chatter.ts"
import { BEGINNING } from "../support/engine.ts"
import { Random } from "../support/random.ts"
import { enrol, eraseAccount, giveRole, lockDown, lookAfter, ofTheStaff, type Stage } from "./acts.ts"
import { answer, type Asked } from "./answers.ts"
import { arrival, returnOf } from "./arrivals.ts"
import { checkNetwork, checkReadOnly, checkTold, checkView } from "./checks.ts"
import { Hearsay } from "./hearsay.ts"
import { Kept } from "./kept.ts"
import { type Mail, mailOf } from "./mail.ts"
import { checkReadingBack, readables } from "./reading-back.ts"
import { Onlooker } from "./onlooker.ts"
import { settingsOf } from "./settings.ts"
import { NOTHING, type Tally } from "./tally.ts"

/** A fourth of the runs is long; most of what can go wrong does so early, and a short run is read more easily. */
const STEPS_LONG = 300
const STEPS_SHORT = 75
const SESSIONS = 8
/** Sessions that read what was said when all is over. */
const READERS = 2

/** Plays one seed; throws at the first thing that does not hold. */
export function simulate(seed: number): Tally {
  return new Simulation(seed).run()
}

class Simulation implements Stage {
  readonly tally: Tally = { ...NOTHING }
  readonly random: Random
  engine: Engine
  now = BEGINNING
  readonly #settings: Settings
  readonly #steps: number
  readonly #onlookers: Onlooker[] = []
  readonly #kept: Kept
  readonly #hearsay: Hearsay
  #requests: Asked[] = []
  /** Who was whom at the end of the last turn. */
  #present = new Map<Session, User>()
  #epoch = 0
  #numbers = 0

  constructor(seed: number) {
    this.random = new Random(seed)
    this.#steps = this.random.chance(0.25) ? STEPS_LONG : STEPS_SHORT
    this.#settings = settingsOf(seed)
    this.#kept = new Kept(this.#settings, this.tally)
    this.#hearsay = new Hearsay(this.#kept)
    this.engine = this.#start()
  }

  readonly next = () => ++this.#numbers

  run(): Tally {
    for (let step = 0; step < this.#steps; step++) {
      this.tally.steps++
      this.#act()
      if (this.random.chance(0.4)) this.#commit()
      if (this.random.chance(0.3)) this.#answer()
      if (this.random.chance(0.03)) this.#kept.snap()
      if (this.random.chance(0.01)) this.#crash()
    }
    this.#settle()
    for (let i = 0; i < READERS && this.#onlookers.length > 0; i++)
      this.#readBack(this.random.pick(this.#onlookers))
    this.#comeBack()
    this.#crash()
    this.#commit()
    return this.tally
  }

  #start(): Engine {
    const { tail, ...known } = this.#kept.beginning(this.random.chance(0.7))
    const start = { epoch: ++this.#epoch, ...known }
    return new Engine(this.#settings, start, tail, noError, this.now)
  }

  #act() {
    const { random } = this
    // The clock may go back; the log's time may not.
    this.now += random.below(3000) - 300
    if (random.chance(this.engine.readOnly ? 0.2 : 0.01)) {
      this.#commit()
      this.engine.readOnly = !this.engine.readOnly
    }
    if (random.chance(0.01)) this.#tick()
    const onlooker = this.#onlookers.length < SESSIONS ? this.#arrive() : random.pick(this.#onlookers)
    if (random.chance(0.01)) return this.#lose(onlooker)
    if (random.chance(0.003)) return eraseAccount(this)
    if (random.chance(0.02)) return enrol(this)
    if (random.chance(0.02)) return giveRole(this)
    if (random.chance(this.engine.net.lockedSince === undefined ? 0.005 : 0.1)) return lockDown(this)
    if (random.chance(0.08)) return this.#sayInLines(onlooker)
    const line = random.chance(0.06)
      ? this.#takeBack()
      : random.chance(0.04)
        ? lookAfter(this, onlooker)
        : random.chance(0.05)
          ? ofTheStaff(this, onlooker)
          : chatter(random, () => `t${this.next()}`)
    this.engine.receive(onlooker.session, line, this.now)
    this.#look()
  }

  #tick() {
    const before = timedBans(this.engine.net).length
    this.engine.tick((this.now += this.random.below(100_000)))
    const left = timedBans(this.engine.net)
    this.tally.lifted += before - left.length
    const over = left.find(({ until = Infinity }) => until <= this.now)
    if (over && !this.engine.readOnly) throw new Error(`${over.mask} is over and was not lifted`)
  }

  // One of the last messages that were heard.
  #takeBack(): string {
    const [msgid, target] = this.random.pick([...this.#hearsay.targets].slice(-8)) ?? ["nonsense", "#a"]
    return `REDACT ${target} ${msgid}`
  }

  // A message of several lines, some of which are blank or cut; now and then it is not closed, or the server ends in it.
  #sayInLines({ session, channels }: Onlooker) {
    const { random } = this
    const target =
      random.chance(0.8) && channels.size > 0 ? random.pick([...channels.keys()]) : random.pick(NICKS)
    const line = () => {
      const text = random.chance(0.1) ? "" : `t${this.next()}`
      const concat = text !== "" && random.chance(0.3) ? ";draft/multiline-concat" : ""
      return `@batch=b${concat} PRIVMSG ${target} :${text}`
    }
    const label = random.chance(0.3) ? "@label=1 " : ""
    const lines = Array.from({ length: 1 + random.below(4) }, line)
    for (const one of [`${label}BATCH +b draft/multiline ${target}`, ...lines, "BATCH -b"]) {
      if (random.chance(0.02)) return
      if (random.chance(0.02)) return this.#crash()
      this.engine.receive(session, one, this.now)
      this.#look()
      if (random.chance(0.1)) this.#commit()
    }
  }

  // Who may see whom, at this step: in an auditorium only who has a sign is seen by all.
  #look() {
    for (const { session, visible, open, partial } of this.#onlookers) {
      const { user } = session
      if (!user) continue
      for (const [{ name, flags, members }, own] of user.channels) {
        if (flags.has("u")) partial.add(folded(name))
        const seesAll = !flags.has("u") || own.prefixes > 0
        if (seesAll) open.add(folded(name))
        for (const [other, { prefixes }] of members)
          if (seesAll || prefixes > 0) visible.add(folded(other.nick))
      }
    }
  }

  #arrive(): Onlooker {
    const { connection, lines } = arrival(this)
    // Most come to one place, or few would hear each other.
    const place = this.random.chance(0.6) ? ["JOIN #a"] : []
    return this.#connect(connection, ({ id }) => [...lines, `NICK n${id}`, ...place])
  }

  #connect(connection: Arrival, linesOf: (session: Session) => readonly string[]): Onlooker {
    const session = this.engine.connected(connection, this.now)
    for (const line of linesOf(session)) {
      this.engine.receive(session, line, this.now)
      this.#look()
    }
    const onlooker = new Onlooker(session, this.#settings.historyFrom === "join")
    this.#onlookers.push(onlooker)
    this.#look()
    return onlooker
  }

  #lose(onlooker: Onlooker) {
    this.engine.closed(onlooker.session, "gone", this.now)
    this.#onlookers.splice(this.#onlookers.indexOf(onlooker), 1)
  }

  // A turn is on disk: only now does anybody hear of it.
  #commit() {
    const turn = this.engine.take()
    if (!turn) return
    this.tally.turns++
    if (this.engine.readOnly) checkReadOnly(turn)
    const here = new Map(this.#present)
    this.#kept.append(turn.rows)
    this.#deliver(turn)
    checkTold(turn, this.#kept.told.splice(0), here)
    this.#kept.settle()
    this.#requests.push(...turn.requests.map((request) => this.#asked(request)))
    if (turn.rows.some((row) => !STATELESS.includes(row.type)))
      checkNetwork(this.engine.net, this.#kept.shadow, this.#settings.accounts.alwaysOn)
    for (const onlooker of this.#onlookers) {
      checkView(onlooker)
      onlooker.visible.clear()
      onlooker.open.clear()
    }
    this.#present = new Map(
      this.#onlookers.flatMap(({ session }) => (session.user ? [[session, session.user]] : [])),
    )
    this.#look()
  }

  #deliver({ deliveries, requests, rows }: Turn) {
    for (const { session, output } of deliveries) {
      const onlooker = this.#onlookers.find((one) => one.session === session)
      if (!onlooker) continue
      for (const line of output.text.trimEnd().split("\r\n")) {
        const heard = onlooker.hear(line)
        if (!heard) continue
        this.tally.heard++
        this.#hearsay.check(onlooker, this.engine.net, heard, rows)
      }
    }
    for (const request of requests) {
      if (request.type !== "close") continue
      const onlooker = this.#onlookers.find((one) => one.session === request.session)
      if (onlooker) this.#lose(onlooker)
    }
  }

  // Every other page of history is read when it is asked for, and is old when it is answered.
  #asked(request: Request): Asked {
    if (request.type !== "read" || this.next() % 2 === 0) return { request }
    return { request, rows: found(this.#kept.rows, request.query) }
  }

  // What the shell was asked is answered some time, a page of history perhaps later than what was asked after it.
  #answer() {
    const requests = this.#requests
    this.#requests = []
    for (const asked of requests) {
      if (asked.rows && this.random.chance(0.5)) {
        this.#requests.push(asked)
        continue
      }
      answer(this, this.#kept, asked)
      this.#look()
    }
  }

  // Nothing is under way any more: all is on disk, answered and heard.
  #settle() {
    this.#commit()
    while (this.#requests.length > 0) {
      this.#answer()
      this.#commit()
    }
  }

  // As a client that fetches no history by itself.
  #comeBack() {
    for (const mail of mailOf(this.#kept.rows, this.engine.net)) this.#isPlayed(mail)
  }

  #isPlayed({ account, texts }: Mail) {
    const { connection, lines } = returnOf(account.name)
    const { session, read } = this.#connect(connection, () => lines)
    this.#settle()
    // A ban may keep it out.
    if (session.user?.account !== account) return
    this.tally.mail += texts.length
    const played = new Set(read.map(({ params }) => params[1]))
    const missing = texts.filter((text) => !played.has(text))
    if (missing.length > 0) throw new Error(`${account.name} came back and was not played ${missing}`)
  }

  // By the msgids of what is read, where they are told.
  #readBack({ session, read }: Onlooker) {
    const { random, engine } = this
    if (!session.user || session.closing || !session.has(MESSAGE_TAGS)) return
    const some = random.pick(readables(this.#kept.rows, engine.net, session.user))
    if (!some) return
    this.tally.readBack += some.texts.length
    checkReadingBack(some, 1 + random.below(this.#settings.limits.historyPage), random, (line) => {
      read.length = 0
      engine.receive(session, line, this.now)
      this.#settle()
      return read.slice()
    })
  }

  // The turn under way is lost, or its commit came through and nobody heard of it.
  #crash() {
    this.tally.crashes++
    const turn = this.engine.take()
    if (turn && this.random.chance(0.5)) this.#kept.append(turn.rows)
    this.#kept.told.length = 0
    this.#onlookers.length = 0
    this.#kept.settle()
    this.#requests = []
    this.#present.clear()
    this.engine = this.#start()
    this.#commit()
  }
}

function noError({ level, what, why }: { level: string; what: string; why?: unknown }) {
  if (level === "error") throw new Error(`${what}: ${String(why)}`)
}

function timedBans(net: Network): ListEntry[] {
  const bans = [...net.channels.values()].flatMap(({ lists }) => [...(lists.get("b")?.values() ?? [])])
  return bans.filter(({ until }) => until !== undefined)
}
