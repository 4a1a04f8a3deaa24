// The seeded simulation: random commands by many sessions against the engine and a log, with crashes at every point. After each
// turn that is durable its lines are delivered, and everything that has to hold is checked.

import { isAlwaysOn } from "../../src/core/always-on.ts"
import { EVENTS, STATELESS } from "../../src/core/commands/index.ts"
import { deserialize, serialize } from "node:v8"
import type { Invitation } from "../../src/core/certificates.ts"
import { certificateRequested, requestDecided } from "../../src/core/commands/approval.ts"
import {
  certificateIssued,
  certificateRevoked,
  invitationMade,
  invitationWithdrawn,
} from "../../src/core/commands/enrolment.ts"
import { accountMessagesErased } from "../../src/core/commands/erase.ts"
import { lockdownSet } from "../../src/core/commands/lockdown.ts"
import { messageRedacted } from "../../src/core/commands/redact.ts"
import { roleSet } from "../../src/core/commands/role.ts"
import { acted, type StaffActed, staffActed } from "../../src/core/commands/staff-acted.ts"
import { banLifted, banSet } from "../../src/core/commands/uban.ts"
import { operatorMade } from "../../src/core/commands/oper.ts"
import { messageOf } from "../../src/core/commands/message-sent.ts"
import type { ListEntry } from "../../src/core/channel.ts"
import { Engine } from "../../src/core/engine.ts"
import type { EventType } from "../../src/core/event.ts"
import { Network } from "../../src/core/network.ts"
import { linesOf } from "../../src/core/multiline.ts"
import { eventOf } from "../../src/core/rows.ts"
import type { Erasure, Request, Row, Settings, Turn } from "../../src/core/seams.ts"
import { snapshot, type Snapshot } from "../../src/core/snapshot.ts"
import { Tell } from "../../src/core/tell.ts"
import { correspondentId } from "../../src/core/user.ts"
import { CAPABILITIES, NO_IMPLICIT_NAMES } from "../../src/protocol/capabilities.ts"
import { ROLES } from "../../src/protocol/rights.ts"
import { msgidOf } from "../../src/protocol/msgid.ts"
import { OPERATOR, PREFIXES } from "../../src/protocol/modes.ts"
import { folded } from "../../src/protocol/names.ts"
import { writtenRange } from "../../src/server/address.ts"
import { chatter, DEVICES, NICKS } from "../support/chatter.ts"
import { digest } from "../support/digest.ts"
import { answerIdentity } from "../support/identity.ts"
import { BEGINNING, invitationOf, OPERATORS, SETTINGS } from "../support/engine.ts"
import { erased, found } from "../../src/storage/plain-reading.ts"
import { Random } from "../support/random.ts"
import { equal, type Heard, Onlooker } from "./onlooker.ts"

/** How often what happened, to see that anything did. */
export interface Tally {
  steps: number
  turns: number
  rows: number
  crashes: number
  snapshots: number
  heard: number
  multiline: number
  erased: number
  enrolled: number
  approved: number
  acts: number
  /** Bans of channels whose time was over. */
  lifted: number
}

export const NOTHING: Tally = {
  steps: 0,
  turns: 0,
  rows: 0,
  crashes: 0,
  snapshots: 0,
  heard: 0,
  multiline: 0,
  erased: 0,
  enrolled: 0,
  approved: 0,
  acts: 0,
  lifted: 0,
}

/** What is brought about here by the staff alone. */
const BY_STAFF: ReadonlySet<string> = new Set(
  [
    accountMessagesErased,
    banLifted,
    banSet,
    certificateRevoked,
    invitationMade,
    invitationWithdrawn,
    lockdownSet,
    requestDecided,
    operatorMade,
    roleSet,
  ].map(({ type }) => type),
)

/** What one REVOKE is made of. */
const REVOKING: ReadonlySet<string> = new Set([certificateRevoked.type, invitationWithdrawn.type])

/** What a member did to what is their own, or an operator in passing. */
function isOwn({ type, body, accountId }: Row): boolean {
  return (
    body.includes('"own":true') ||
    body.includes('"reason":"removed by yourself"') ||
    (type === invitationWithdrawn.type && accountId !== null)
  )
}

const SAID: readonly string[] = ["messageSent", "tagsSent"]
/** A fourth of the runs is long; most of what can go wrong does so early, and a short run is read more easily. */
const STEPS_LONG = 300
const STEPS_SHORT = 75
const SESSIONS = 8

/** Plays one seed; throws at the first thing that does not hold. */
export function simulate(seed: number): Tally {
  return new Simulation(seed).run()
}

/** Where a message was said, from the log. */
interface Said {
  readonly msgid: string
  readonly channelId: number | null
  /** Ids of the members at that place. */
  readonly members: ReadonlySet<number>
  /** Who said it to whom, where that was one person: accounts, or a guest. */
  readonly between: readonly (number | null)[]
}

class Simulation {
  readonly tally: Tally = { ...NOTHING }
  readonly #random: Random
  readonly #settings: Settings
  readonly #steps: number
  readonly #rows: Row[] = []
  readonly #onlookers: Onlooker[] = []
  readonly #said = new Map<string, Said[]>()
  /** Whom what was heard was for. */
  readonly #targets = new Map<string, string>()
  /** Msgids of what is erased, and of what was erased in the turn under way. */
  readonly #erased = new Set<string>()
  readonly #erasing: string[] = []
  readonly #msgids = new Map<string, string>()
  #requests: Request[] = []
  #engine: Engine
  /** The network as the log alone makes it, row by row. */
  #shadow: Network
  /** The shadow as it once was, and how many rows had made it. */
  #snapshot: { readonly bytes: Uint8Array; readonly rows: number } | undefined
  #epoch = 0
  #texts = 0
  #now = BEGINNING

  constructor(seed: number) {
    this.#random = new Random(seed)
    this.#steps = this.#random.chance(0.25) ? STEPS_LONG : STEPS_SHORT
    const limits = { ...SETTINGS.limits, listModes: 4, channelsPerUser: 3, historyPage: 4 }
    this.#settings = {
      ...SETTINGS,
      limits,
      casemapping: seed % 3 === 0 ? "precis" : "ascii",
      passwordNeeded: seed % 4 === 0,
      historyFrom: seed % 5 === 0 ? "join" : "all",
      accounts: {
        ...SETTINGS.accounts,
        alwaysOn: (["opt-in", "opt-in", "opt-out", "off", "mandatory"] as const)[seed % 5] ?? "opt-in",
        alwaysOnMs: 200_000,
      },
    }
    this.#shadow = new Network(this.#settings)
    this.#engine = this.#start()
  }

  run(): Tally {
    for (let step = 0; step < this.#steps; step++) {
      this.tally.steps++
      this.#act()
      if (this.#random.chance(0.4)) this.#commit()
      if (this.#random.chance(0.3)) this.#answer()
      if (this.#random.chance(0.03)) this.#snap()
      if (this.#random.chance(0.01)) this.#crash()
    }
    this.#commit()
    this.#crash()
    this.#commit()
    return this.tally
  }

  #start(): Engine {
    const last = this.#rows.at(-1)
    const start = { epoch: ++this.#epoch, nextSeq: (last?.seq ?? 0) + 1, lastAt: last?.at ?? 0 }
    const from = this.#random.chance(0.7) ? this.#snapshot : undefined
    const tail = this.#rows.slice(from?.rows).filter((row) => !STATELESS.includes(row.type))
    const begun = { ...start, snapshot: from && (deserialize(from.bytes) as Snapshot) }
    return new Engine(this.#settings, begun, tail, (entry) => this.#note(entry), this.#now)
  }

  // As the log's thread does it, from the log alone.
  #snap() {
    this.tally.snapshots++
    const bytes = serialize(snapshot(this.#shadow))
    this.#snapshot = { bytes, rows: this.#rows.length }
    const restored = new Network(this.#settings)
    restored.restore(deserialize(bytes) as Snapshot)
    const [before, after] = [digest(this.#shadow), digest(restored)]
    if (before !== after) throw new Error(`the network was\n${before}\nand came back as\n${after}`)
  }

  #note({ level, what, why }: { level: string; what: string; why?: unknown }) {
    if (level === "error") throw new Error(`${what}: ${String(why)}`)
  }

  #act() {
    const random = this.#random
    // The clock may go back; the log's time may not.
    this.#now += random.below(3000) - 300
    if (random.chance(this.#engine.readOnly ? 0.2 : 0.01)) this.#engine.readOnly = !this.#engine.readOnly
    if (random.chance(0.01)) this.#tick()
    const onlooker = this.#onlookers.length < SESSIONS ? this.#arrive() : random.pick(this.#onlookers)
    if (random.chance(0.01)) return this.#lose(onlooker)
    if (random.chance(0.003)) return this.#eraseAccount()
    if (random.chance(0.02)) return this.#enrol()
    if (random.chance(0.02)) return this.#giveRole()
    if (random.chance(this.#engine.net.lockedSince === undefined ? 0.005 : 0.1)) return this.#lockDown()
    if (random.chance(0.08)) return this.#sayInLines(onlooker)
    const line = random.chance(0.06)
      ? this.#takeBack()
      : random.chance(0.04)
        ? this.#lookAfter(onlooker)
        : random.chance(0.05)
          ? this.#ofTheStaff(onlooker)
          : chatter(random, () => `t${++this.#texts}`)
    this.#engine.receive(onlooker.session, line, this.#now)
    this.#look()
  }

  #tick() {
    const before = timedBans(this.#engine.net).length
    this.#engine.tick((this.#now += this.#random.below(100_000)))
    const left = timedBans(this.#engine.net)
    this.tally.lifted += before - left.length
    const over = left.find(({ until = Infinity }) => until <= this.#now)
    if (over && !this.#engine.readOnly) throw new Error(`${over.mask} is over and was not lifted`)
  }

  #eraseAccount() {
    const account = this.#engine.net.account(this.#random.pick(NICKS))
    if (!account || this.#engine.readOnly) return
    const fact = { name: account.name, accountId: account.id }
    this.#administer(accountMessagesErased, fact, acted("erase", { target: account.name }))
  }

  #giveRole() {
    const account = this.#engine.net.account(this.#random.pick(NICKS))
    if (!account || this.#engine.readOnly) return
    const fact = { accountName: account.name, role: this.#random.pick(ROLES) }
    this.#administer(roleSet, fact, acted("role", { target: account.name, details: { role: fact.role } }))
  }

  #lockDown() {
    const on = this.#engine.net.lockedSince === undefined
    if (!this.#engine.readOnly) this.#administer(lockdownSet, { on }, acted("lockdown"))
  }

  #administer<F extends object>(type: EventType<F>, fact: F, record?: StaffActed): string | undefined {
    return this.#engine.administer(type, fact, this.#now, record)
  }

  // Of a channel that it is an operator of, if there is one.
  #lookAfter({ session }: Onlooker): string {
    const random = this.#random
    const own = [...(session.user?.channels ?? [])].filter(([, { prefixes }]) => prefixes >= OPERATOR)
    const [channel] = random.pick(own) ?? []
    const verb = random.pick(["REGISTER", "REGISTER", "AMODE", "AMODE", "DROP"])
    const change = verb === "AMODE" ? ` ${random.pick(["+o", "+v", "-o"])} ${random.pick(NICKS)}` : ""
    return `CS ${verb} ${channel?.name ?? "#a"}${change}`
  }

  // Becomes an operator, comes to the audit, and does what is heard there.
  #ofTheStaff({ session: { user } }: Onlooker): string {
    if (!user?.rights.includes("audit")) return "OPER root sesame"
    const { audit } = this.#engine.net
    if (!audit?.members.has(user)) return "JOIN #audit"
    return this.#random.pick([
      `WALLOPS :t${++this.#texts}`,
      "UBAN ADD 1s *!*@nowhere",
      "CHATHISTORY LATEST #audit * 4",
    ])
  }

  // Invitations are made, withdrawn and used, by as many as want.
  #enrol() {
    const { net } = this.#engine
    // What was begun goes on more often than something else begins.
    const last = this.#random.chance(0.6) ? [...net.invitations.values()].at(-1) : undefined
    const account = last ? net.accountOf(last.accountId) : net.account(this.#random.pick(NICKS))
    if (!account || this.#engine.readOnly) return
    const { name: accountName } = account
    const id = `i${++this.#texts}`
    const open = [...net.invitations.values()].filter(({ accountId }) => accountId === account.id).at(-1)
    const approved = [...(open?.requests?.values() ?? [])].find(({ verdict }) => verdict === "approved")
    if (!open || this.#random.chance(0.4)) {
      const [expires, uses] = [this.#now + this.#random.below(50_000), 1 + this.#random.below(2)]
      const made = {
        id,
        accountName,
        channels: ["#a"],
        expires,
        uses,
        role: this.#random.pick(ROLES),
        ...(this.#random.chance(0.4) ? { approve: true as const } : {}),
        text: `hash of ${id}`,
      }
      this.#administer(invitationMade, made, acted("invite", { target: accountName }))
    } else if (this.#random.chance(0.1)) {
      const record = acted("revoke", { target: accountName, reason: "lost" })
      this.#administer(certificateRevoked, { accountName, reason: "lost" }, record)
    } else if (open.requests && !approved && this.#random.chance(0.9)) {
      this.#decide(open)
    } else if (this.#random.chance(0.3)) {
      const fact = { id: open.id, madeSeq: open.seq }
      this.#administer(invitationWithdrawn, fact, acted("withdraw", { target: accountName }))
    } else {
      const notAfter = this.#now + this.#random.below(200_000)
      const [former] = net.certificates.keys()
      const renews = former !== undefined && this.#random.chance(0.3) ? { renews: former } : {}
      const device = { device: this.#random.pick(DEVICES) }
      const keyPin = approved?.keyPin ?? id
      const terms = { serial: id, issuer: "home", keyPin, notBefore: this.#now, notAfter, ...device }
      const fact = { accountName, ...terms, invitation: open.id, role: open.role ?? "member", ...renews }
      if (this.#administer(certificateIssued, fact) !== undefined) return
      this.tally.enrolled++
      if (approved) this.tally.approved++
    }
  }

  // Somebody asks with a key, and is approved or not; who is approved fetches the certificate, or never does.
  #decide({ id: invitation, requests = new Map() }: Invitation) {
    const asked = { invitation, keyPin: `k${++this.#texts}`, words: "a-b-c-d-e-f" }
    if (requests.size === 0 || this.#random.chance(0.3)) this.#administer(certificateRequested, asked)
    if (this.#random.chance(0.2)) return
    const keyPin = this.#random.pick([...requests.keys(), "nobody's"])
    const verdict = this.#random.pick(["approved", "approved", "denied"] as const)
    const record = acted(verdict === "approved" ? "approve" : "deny")
    this.#administer(requestDecided, { invitation, keyPin, verdict }, record)
  }

  // One of the last messages that were heard.
  #takeBack(): string {
    const [msgid, target] = this.#random.pick([...this.#targets].slice(-8)) ?? ["nonsense", "#a"]
    return `REDACT ${target} ${msgid}`
  }

  // A message of several lines, some of which are blank or cut; now and then it is not closed, or the server ends in it.
  #sayInLines({ session, channels }: Onlooker) {
    const random = this.#random
    const target =
      random.chance(0.8) && channels.size > 0 ? random.pick([...channels.keys()]) : random.pick(NICKS)
    const line = () => {
      const text = random.chance(0.1) ? "" : `t${++this.#texts}`
      const concat = text !== "" && random.chance(0.3) ? ";draft/multiline-concat" : ""
      return `@batch=b${concat} PRIVMSG ${target} :${text}`
    }
    const label = random.chance(0.3) ? "@label=1 " : ""
    const lines = Array.from({ length: 1 + random.below(4) }, line)
    for (const one of [`${label}BATCH +b draft/multiline ${target}`, ...lines, "BATCH -b"]) {
      if (random.chance(0.02)) return
      if (random.chance(0.02)) return this.#crash()
      this.#engine.receive(session, one, this.#now)
      this.#look()
      if (random.chance(0.1)) this.#commit()
    }
  }

  // Who may see whom, at this step: in an auditorium only who has a sign is seen by all.
  #look() {
    for (const { session, visible, partial } of this.#onlookers) {
      const { user } = session
      if (!user) continue
      for (const [{ name, flags, members }, own] of user.channels) {
        if (flags.has("u")) partial.add(folded(name))
        for (const [other, { prefixes }] of members)
          if (!flags.has("u") || prefixes > 0 || own.prefixes > 0) visible.add(folded(other.nick))
      }
    }
  }

  #arrive(): Onlooker {
    const random = this.#random
    const name = random.pick(NICKS)
    const serial = random.pick([...this.#engine.net.certificates.keys(), "0"])
    const issuer = random.pick(["home", "home", "elsewhere"])
    const certificate = { name, issuer, fingerprint: "f", ...(random.chance(0.5) ? { serial } : {}) }
    const arrival = {
      address: "192.0.2.1",
      host: "host",
      tlsVersion: "TLSv1.3",
      ...(random.chance(0.5) ? { certificate } : {}),
      ...(random.chance(0.5) ? { fingerprint: random.pick(["a", "b"]).repeat(128) } : {}),
    }
    const session = this.#engine.connected(arrival, this.#now)
    // Without batches nobody can tell history from what is said now, and without names who is in a channel.
    const names = CAPABILITIES.filter(({ bit }) => bit !== NO_IMPLICIT_NAMES).map((one) => one.name)
    const wanted = names.filter((capability) => capability === "batch" || random.chance(0.6))
    const lines = [
      `CAP REQ :${wanted.join(" ")}`,
      "PASS sesame",
      `NICK ${random.pick(NICKS)}`,
      "USER u 0 * :U",
      ...random.pick([
        [],
        [],
        ["REGISTER * * sesame"],
        ["AUTHENTICATE EXTERNAL", "AUTHENTICATE +"],
        ["AUTHENTICATE PLAIN", `AUTHENTICATE ${btoa(`\0${name}\0sesame`)}`],
      ]),
      "CAP END",
      `NICK n${session.id}`,
    ]
    for (const line of lines) {
      this.#engine.receive(session, line, this.#now)
      this.#look()
    }
    const onlooker = new Onlooker(session, this.#settings.historyFrom === "join")
    this.#onlookers.push(onlooker)
    this.#look()
    return onlooker
  }

  #lose(onlooker: Onlooker) {
    this.#engine.closed(onlooker.session, "gone", this.#now)
    this.#onlookers.splice(this.#onlookers.indexOf(onlooker), 1)
  }

  // What the staff does is on disk with the record of it, or neither is.
  #checkRecorded(row: Row, before: readonly Row[], after: readonly Row[]) {
    const isRecord = ({ type }: Row) => type === staffActed.type
    // One record stands for all that is taken back at once.
    const next = REVOKING.has(row.type) ? after : after.slice(0, 1)
    const isAct = BY_STAFF.has(row.type) ? !isOwn(row) : this.#isRedactedByRight(row)
    if (isAct && !next.some(isRecord)) throw new Error(`${row.type} at ${row.seq} is not recorded`)
    const isKilled = row.type === "userQuit" && row.body.includes('"reason":"Killed (')
    if (isKilled && !before.some(isRecord)) throw new Error(`${row.seq} was killed by nobody`)
    if (isRecord(row)) this.tally.acts++
  }

  // Who has no sign there takes back what others said by nothing else.
  #isRedactedByRight({ type, channelId, accountId, body }: Row): boolean {
    if (type !== messageRedacted.type || channelId === null) return false
    const { by, author } = JSON.parse(body) as {
      by: number
      author: { user?: number; account: number | null }
    }
    if (author.user === by || (author.account !== null && author.account === accountId)) return false
    const [user] = [...this.#shadow.users.values()].filter(({ id }) => id === by)
    const [channel] = [...this.#shadow.channels.values()].filter(({ id }) => id === channelId)
    return user !== undefined && !channel?.members.get(user)?.prefixes
  }

  // A turn is on disk: only now does anybody hear of it.
  #commit() {
    const turn = this.#engine.take()
    if (!turn) return
    this.tally.turns++
    this.#append(turn.rows)
    this.#deliver(turn)
    this.#settle()
    this.#requests.push(...turn.requests)
    if (turn.rows.some((row) => !STATELESS.includes(row.type))) this.#checkNetwork(this.#engine.net)
    for (const onlooker of this.#onlookers) {
      this.#checkView(onlooker)
      onlooker.visible.clear()
    }
    this.#look()
  }

  #append(rows: readonly Row[]) {
    for (const [i, row] of rows.entries()) {
      this.#checkRecorded(row, rows.slice(0, i), rows.slice(i + 1))
      const last = this.#rows.at(-1)
      if (last && (row.seq <= last.seq || row.at < last.at))
        throw new Error(`the log goes back at ${row.seq}`)
      this.#rows.push(row)
      this.tally.rows++
      if (row.erases) this.#erase(row.erases)
      if (SAID.includes(row.type)) this.#remember(row)
      // Text is no state: a network without it is the same.
      else if (!STATELESS.includes(row.type))
        EVENTS.get(row.type)!.apply(
          this.#shadow,
          eventOf(row, this.#shadow),
          new Tell({ deliver: nobody, reply: nobody, newBatch: () => "" }),
        )
    }
  }

  // In the commit of the row that says so.
  #erase(erasure: Erasure) {
    const goes = (row: Row) =>
      "seq" in erasure
        ? row.seq === erasure.seq
        : row.accountId === erasure.accountId && erasure.types.includes(row.type)
    for (const row of this.#rows)
      if (goes(row)) this.#erasing.push(msgidOf(this.#shadow.epochOf(row.seq), row.seq))
    this.#rows.splice(0, Infinity, ...erased(this.#rows, erasure))
    this.tally.erased++
  }

  // What was read before it went may have been told until now.
  #settle() {
    for (const msgid of this.#erasing.splice(0)) this.#erased.add(msgid)
  }

  #remember(row: Row) {
    const { msgid, status, cuts, tags } = messageOf(row, this.#shadow)
    const channel = status
      ? this.#shadow.channel(status.channel)
      : [...this.#shadow.channels.values()].find((one) => one.id === row.channelId)
    const least = PREFIXES.find(({ sign }) => sign === status?.sign)?.bit ?? 0
    const heard = [...(channel?.members.values() ?? [])].filter(({ prefixes }) => prefixes >= least)
    const members = new Set(heard.map(({ user }) => user.id as number))
    const said = { msgid, channelId: row.channelId, members, between: [row.accountId, row.peerId] }
    if (cuts) this.tally.multiline++
    const texts = linesOf({ text: row.text ?? "", cuts: cuts ?? [] }).map((line) => line.text)
    for (const text of row.type === "tagsSent" ? [new Map(tags).get("+x") ?? ""] : texts)
      this.#said.set(text, [...(this.#said.get(text) ?? []), said])
  }

  #deliver({ deliveries, requests }: Turn) {
    for (const { session, output } of deliveries) {
      const onlooker = this.#onlookers.find((one) => one.session === session)
      if (!onlooker) continue
      for (const line of output.text.trimEnd().split("\r\n")) {
        const heard = onlooker.hear(line)
        if (heard) this.#checkHeard(onlooker, heard)
      }
    }
    for (const request of requests) {
      if (request.type !== "close") continue
      const onlooker = this.#onlookers.find((one) => one.session === request.session)
      if (onlooker) this.#lose(onlooker)
    }
  }

  // What the shell was asked is answered some time, in the order of asking.
  #answer() {
    const requests = this.#requests
    this.#requests = []
    for (const { session, ...request } of requests) {
      if (request.type === "password") {
        this.#engine.answered(session, { type: "password", right: request.given === "sesame" }, this.#now)
      } else if (request.type === "operator") {
        const rights = request.given === "sesame" ? OPERATORS[request.name] : undefined
        this.#engine.answered(session, { type: "operator", rights }, this.#now)
      } else if (request.type === "range") {
        this.#engine.answered(session, { type: "range", range: writtenRange(request.text) }, this.#now)
      } else if (request.type === "invitation") {
        const made = this.#random.chance(0.9) ? invitationOf(++this.#texts) : undefined
        this.#engine.answered(session, { type: "invitation", made }, this.#now)
      } else if (request.type === "reload") {
        this.#engine.answered(session, { type: "reloaded" }, this.#now)
      } else if (request.type === "read") {
        const rows = found(this.#rows, request.query)
        this.#engine.answered(session, { type: "rows", rows }, this.#now)
      } else if (request.type !== "close" && request.type !== "webirc") {
        this.#engine.answered(session, answerIdentity(request), this.#now)
      }
      this.#look()
    }
  }

  // The turn under way is lost, or its commit came through and nobody heard of it.
  #crash() {
    this.tally.crashes++
    const turn = this.#engine.take()
    if (turn && this.#random.chance(0.5)) this.#append(turn.rows)
    this.#onlookers.length = 0
    this.#settle()
    this.#requests = []
    this.#engine = this.#start()
    this.#commit()
  }

  #checkHeard(onlooker: Onlooker, { msgid, command, source, target, text, old, self }: Heard) {
    this.tally.heard++
    const kept = this.#said.get(text)
    const channel = /^[~@%+]?#/.test(target)
    if ((old || (command !== "TAGMSG" && channel)) && !kept)
      throw new Error(`${text} was heard and is not in the log`)
    if (msgid === undefined) return
    if (old && this.#erased.has(msgid)) throw new Error(`${text} was erased and came back`)
    const place = kept?.find((one) => one.msgid === msgid)
    if (command !== "TAGMSG" && (channel || old) && !place)
      throw new Error(`${msgid} was heard and is not in the log`)
    // Every session that is shown a msgid is shown the same message, by whatever name its channel goes now, and who spoke to one
    // person.
    const where = place?.channelId ?? folded(target)
    const whole = [...(channel ? [source, where] : []), command, text].join(" ")
    if (this.#msgids.has(msgid) && this.#msgids.get(msgid) !== whole)
      throw new Error(`${msgid} is ${whole} and ${this.#msgids.get(msgid)}`)
    this.#msgids.set(msgid, whole)
    this.#targets.set(msgid, target)
    const user = onlooker.session.user
    if (place && user && !channel && old && !place.between.includes(correspondentId(user)))
      throw new Error(`${user.nick} reads what ${text} was to others`)
    if (!place || !channel || !user || self) return
    if (!old && !place.members.has(user.id))
      throw new Error(`${user.nick} was not there when ${text} was said`)
    if (old && this.#engine.net.channel(target) && this.#engine.net.channel(target)?.id !== place.channelId)
      throw new Error(`${text} was said in another channel of that name`)
  }

  #checkNetwork(net: Network) {
    const [log, live] = [digest(this.#shadow), digest(net)]
    if (log !== live) throw new Error(`the log says\n${log}\nthe live network is\n${live}`)
    for (const channel of net.channels.values()) {
      const locked = channel.flags.has("i") || channel.flags.has("s") || channel.key !== undefined
      if (channel.members.size === 0 && locked && !channel.founder)
        throw new Error(`${channel.name} is locked and dormant`)
    }
    for (const [user, { prefixes }] of net.audit?.members ?? [])
      if (!user.rights.includes("audit") || prefixes !== 0) throw new Error(`${user.nick} is in the audit`)
    for (const nick of NICKS) {
      const user = net.user(nick)
      if (user && net.users.get(user.id) !== user) throw new Error(`${nick} is held by nobody`)
    }
    const nicks = new Set<string>()
    for (const user of net.users.values()) {
      if (net.user(user.nick) !== user || nicks.has(folded(user.nick)))
        throw new Error(`two users are ${user.nick}`)
      nicks.add(folded(user.nick))
      if (user.sessions.length === 0 && !isAlwaysOn(user.account, this.#settings.accounts.alwaysOn))
        throw new Error(`${user.nick} has no session`)
      const owner = net.account(user.nick)
      if (owner && owner !== user.account && net.userOf(owner)?.nick === user.nick)
        throw new Error(`${user.nick} is another's`)
    }
  }

  // What a client made of its lines is what is.
  #checkView({ session, nick, channels, partial }: Onlooker) {
    const { user } = session
    if (!user) return
    if (nick !== user.nick) throw new Error(`${user.nick} believes to be ${nick}`)
    const names = new Set([...user.channels.keys()].map((channel) => folded(channel.name)))
    if (!equal(names, new Set(channels.keys())))
      throw new Error(`${nick} believes to be in ${[...channels.keys()]}`)
    for (const channel of user.channels.keys()) {
      const members = new Set([...channel.members.keys()].map((member) => folded(member.nick)))
      const seen = channels.get(folded(channel.name)) ?? new Set()
      if (!equal(members, seen) && !partial.has(folded(channel.name)))
        throw new Error(`${nick} sees ${[...seen]} in ${channel.name}, not ${[...members]}`)
    }
  }
}

function timedBans(net: Network): ListEntry[] {
  const bans = [...net.channels.values()].flatMap(({ lists }) => [...(lists.get("b")?.values() ?? [])])
  return bans.filter(({ until }) => until !== undefined)
}

function nobody() {
  throw new Error("nobody hears a replay")
}
