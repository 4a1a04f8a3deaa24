// An engine with a fake clock and a log that is an array: what tests of the core stand on.

import { Engine } from "../../src/core/engine.ts"
import type { HistoryQuery, LogEntry, Row, Settings, Turn } from "../../src/core/seams.ts"
import { STATELESS } from "../../src/core/commands/index.ts"
import { RIGHTS, type Right } from "../../src/protocol/rights.ts"
import { DEFAULT_LIMITS } from "../../src/protocol/limits.ts"

export const SETTINGS: Settings = {
  serverName: "irc.example",
  networkName: "Example",
  description: "test server",
  version: "chat-test",
  motd: [],
  access: "open",
  passwordNeeded: false,
  limits: DEFAULT_LIMITS,
}

/** Their password is `sesame`. */
export const OPERATORS: Readonly<Record<string, readonly Right[]>> = { root: RIGHTS, crier: ["wallops"] }

export const BEGINNING = Date.UTC(2026, 0, 1)

/** One data directory through several runs of the server. */
export class World {
  readonly rows: Row[] = []
  readonly entries: LogEntry[] = []
  settings: Settings
  /** False: the configuration cannot be read again. */
  mayReload = true
  now = BEGINNING
  engine: Engine
  #epoch = 0

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
      turns.push(turn)
      for (const request of turn.requests) {
        if (request.type === "history") {
          this.engine.answered(
            request.session,
            { type: "history", rows: this.history(request.query) },
            this.now,
          )
        } else if (request.type === "operator") {
          const rights = request.given === "sesame" ? OPERATORS[request.name] : undefined
          this.engine.answered(request.session, { type: "operator", rights }, this.now)
        } else if (request.type === "reload") {
          this.engine.answered(request.session, { type: this.mayReload ? "reloaded" : "failed" }, this.now)
        } else if (request.type === "password") {
          this.engine.answered(
            request.session,
            { type: "password", right: request.given === "sesame" },
            this.now,
          )
        }
      }
    }
    return turns
  }

  /** The naive reading of the log that every index has to agree with. */
  history({ channelId, direction, reference, limit, types }: HistoryQuery): Row[] {
    const after = this.rows.filter(
      (row) =>
        row.channelId === channelId &&
        types.includes(row.type) &&
        (reference.kind === "newest" ||
          (reference.kind === "seq" ? row.seq > reference.seq : row.at > reference.at)),
    )
    return direction === "latest" ? after.slice(-limit) : after.slice(0, limit)
  }
}
