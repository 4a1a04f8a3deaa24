// What an administrator may ask of a running server, from its console or through the socket in its data directory.

import { lockdownSet } from "../core/commands/lockdown.ts"
import { acted, type StaffActed, staffActed } from "../core/commands/staff-acted.ts"
import { Accounts } from "./accounts.ts"
import { Approvals } from "./approvals.ts"
import { Bans } from "./bans.ts"
import { Channels } from "./channels.ts"
import { monotonicMs, now } from "./clock.ts"
import type { Identity } from "./identity.ts"
import { Invitations } from "./invitations.ts"
import { administer, type Outcome } from "./outcome.ts"
import { People } from "./people.ts"
import { Revocations } from "./revocations.ts"
import type { Shell } from "./shell.ts"
import type { Turns } from "./turns.ts"

export interface Status {
  readonly version: string
  readonly uptimeMs: number
  readonly connections: number
  readonly users: number
  readonly channels: number
  /** Counted since the start. */
  readonly accepted: number
  readonly throttled: number
  readonly handshakesFailed: number
  readonly handshakesTimedOut: number
  readonly refused: number
  /** How late the event loop is just now. */
  readonly loopLagMs: number
  readonly rssBytes: number
  readonly epoch: number
  /** The place of the newest fact on disk. */
  readonly seq: number
  readonly readOnly: boolean
  /** Whether nobody new is let in. */
  readonly lockdown: boolean
}

interface Parts {
  readonly shell: Shell
  readonly identity: Identity
  readonly turns: Turns
  readonly epoch: number
  readonly version: string
}

const LAG_SAMPLE_MS = 20

export class Administration {
  readonly people: People
  readonly accounts: Accounts
  readonly approvals: Approvals
  readonly invitations: Invitations
  readonly bans: Bans
  readonly channels: Channels
  readonly revocations: Revocations
  readonly #parts: Parts
  readonly #startedAtMs = monotonicMs()

  constructor(parts: Parts) {
    this.#parts = parts
    this.people = new People(parts.shell)
    this.accounts = new Accounts(parts.shell, parts.identity.credentials)
    this.approvals = new Approvals(parts.shell)
    this.invitations = new Invitations(parts.shell)
    this.bans = new Bans(parts.shell)
    this.channels = new Channels(parts.shell)
    this.revocations = new Revocations(parts.shell)
  }

  /** When what was done is on disk; on a full disk, which keeps nothing, at once. */
  async settled(): Promise<void> {
    const { engine, durable } = this.#parts.shell
    if (!engine.readOnly) await durable(engine.lastSeq)
  }

  /** Lets nobody new in from now on, or everybody again. Who is here stays. */
  lockdown(on: boolean): Outcome {
    const record = acted("lockdown", { target: on ? "on" : "off" })
    const done = on ? "nobody new is let in" : "new people are let in again"
    return administer(this.#parts.shell, lockdownSet, { on }, record, done)
  }

  /** Writes down what is done outside the log; a full disk keeps nobody from it. */
  record(record: StaffActed) {
    const { engine, wake } = this.#parts.shell
    engine.administer(staffActed, record, now())
    wake()
  }

  async status(): Promise<Status> {
    const { shell, turns, epoch, version } = this.#parts
    const { net } = shell.engine
    return {
      version,
      uptimeMs: Math.round(monotonicMs() - this.#startedAtMs),
      connections: shell.connections.size,
      users: net.users.size,
      channels: [...net.channels.values()].filter((channel) => channel.members.size > 0).length,
      ...shell.counters,
      loopLagMs: await loopLagMs(),
      rssBytes: process.memoryUsage.rss(),
      epoch,
      seq: turns.lastSeq,
      readOnly: shell.engine.readOnly,
      lockdown: net.lockedSince !== undefined,
    }
  }
}

async function loopLagMs(): Promise<number> {
  const begun = monotonicMs()
  await Bun.sleep(LAG_SAMPLE_MS)
  return Math.round(Math.max(0, monotonicMs() - begun - LAG_SAMPLE_MS) * 10) / 10
}
