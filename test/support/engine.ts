// An engine with a fake clock and a log that is an array: what tests of the core stand on.

import { Engine } from "../../src/core/engine.ts"
import type { LogEntry, Row, Settings, Turn } from "../../src/core/seams.ts"
import { STATELESS } from "../../src/core/commands/index.ts"
import { RIGHTS, type Right } from "../../src/protocol/rights.ts"
import { DEFAULT_LIMITS } from "../../src/protocol/limits.ts"
import { writtenRange } from "../../src/server/address.ts"
import { answerIdentity } from "./identity.ts"
import { erased, found } from "../../src/storage/plain-reading.ts"

export const SETTINGS: Settings = {
  serverName: "irc.example",
  networkName: "Example",
  description: "test server",
  version: "chat-test",
  motd: [],
  access: "open",
  casemapping: "ascii",
  defaultUserModes: "",
  defaultChannelModes: "nt",
  passwordNeeded: false,
  historyFrom: "all",
  accounts: {
    registration: true,
    beforeConnect: true,
    emailRequired: false,
    customNames: false,
    multiclient: true,
    alwaysOn: "opt-in",
    alwaysOnMs: Infinity,
    passwordLengthMin: 4,
    external: true,
  },
  limits: DEFAULT_LIMITS,
  redactWithinMs: 86_400_000,
}

/** Their password is `sesame`. */
export const OPERATORS: Readonly<Record<string, readonly Right[]>> = { root: RIGHTS, crier: ["wallops"] }

export const BEGINNING = Date.UTC(2026, 0, 1)

/** What the shell makes for a member's other device. */
export function invitationOf(n: number) {
  return {
    id: `invitation${n}`,
    hash: `hash of ${n}`,
    link: `chat://irc.example:6697/#v1.pin.invitation${n}.secret`,
  }
}

/** One data directory through several runs of the server. */
export class World {
  readonly rows: Row[] = []
  readonly entries: LogEntry[] = []
  settings: Settings
  /** False: the configuration cannot be read again. */
  mayReload = true
  /** Nothing before what is found is looked through. */
  isSlow = false
  now = BEGINNING
  engine: Engine
  #epoch = 0
  #invitations = 0

  constructor(settings: Partial<Settings> = {}) {
    this.settings = { ...SETTINGS, ...settings }
    this.engine = this.start()
  }

  /** A new run on the same log. */
  start(): Engine {
    const last = this.rows.at(-1)
    const start = { epoch: ++this.#epoch, nextSeq: (last?.seq ?? 0) + 1, lastAt: last?.at ?? 0 }
    const stateful = this.rows.filter((row) => !STATELESS.includes(row.type))
    this.engine = new Engine(this.settings, start, stateful, (entry) => this.entries.push(entry), this.now)
    return this.engine
  }

  /** Takes a turn, keeps its rows and answers its questions, until all is quiet. */
  settle(): Turn[] {
    const turns: Turn[] = []
    for (let turn = this.engine.take(); turn; turn = this.engine.take()) {
      this.rows.push(...turn.rows)
      for (const { erases } of turn.rows)
        if (erases) this.rows.splice(0, Infinity, ...erased(this.rows, erases))
      turns.push(turn)
      for (const request of turn.requests) {
        if (request.type === "read") {
          const rows = found(this.rows, request.query)
          const cutAt = this.isSlow ? rows[0]?.at : undefined
          this.engine.answered(request.session, { type: "rows", rows, cutAt }, this.now)
        } else if ("given" in request && request.given === "busy") {
          this.engine.answered(request.session, { type: "tooMany", words: "Try again in a moment" }, this.now)
        } else if (request.type === "operator") {
          const rights = request.given === "sesame" ? OPERATORS[request.name] : undefined
          this.engine.answered(request.session, { type: "operator", rights }, this.now)
        } else if (request.type === "webirc") {
          const refusal = request.password === "sesame" ? undefined : "NOT_A_GATEWAY"
          this.engine.answered(request.session, { type: "webirc", refusal }, this.now)
        } else if (request.type === "range") {
          this.engine.answered(
            request.session,
            { type: "range", range: writtenRange(request.text) },
            this.now,
          )
        } else if (request.type === "invitation") {
          const made = invitationOf(++this.#invitations)
          this.engine.answered(request.session, { type: "invitation", made }, this.now)
        } else if (request.type === "reload") {
          this.engine.answered(request.session, { type: this.mayReload ? "reloaded" : "failed" }, this.now)
        } else if (request.type === "password") {
          this.engine.answered(
            request.session,
            { type: "password", right: request.given === "sesame" },
            this.now,
          )
        } else if (request.type !== "close") {
          this.engine.answered(request.session, answerIdentity(request), this.now)
        }
      }
    }
    return turns
  }
}
