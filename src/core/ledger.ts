// Gives each fact its place, its time and its msgid, writes down what is kept, and applies it. On one node that is at once.

import { BOT } from "../protocol/modes.ts"
import { msgidOf } from "../protocol/msgid.ts"
import { Erasures } from "./erasures.ts"
import type { EventType, Stamp } from "./event.ts"
import type { Network } from "./network.ts"
import { BrokenStateError } from "./replay.ts"
import { rowOf } from "./rows.ts"
import type { Row } from "./seams.ts"
import type { Start } from "./start.ts"
import type { Tell } from "./tell.ts"
import { sourceOf, type User } from "./user.ts"

export class Ledger {
  readonly erasures = new Erasures()
  /** ms since 1970 of what happens now. */
  at: number
  readonly #net: Network
  readonly #tell: Tell
  readonly #epoch: number
  #seq: number
  #rows: Row[] = []

  constructor(net: Network, tell: Tell, start: Start, now: number) {
    this.#net = net
    this.#tell = tell
    this.#epoch = start.epoch
    this.#seq = start.nextSeq
    this.at = Math.max(start.lastAt, now)
  }

  /** Time in the log never goes back, whatever the clock does. */
  advance(now: number) {
    if (now > this.at) this.at = now
  }

  /** The place of the newest fact. */
  get lastSeq(): number {
    return this.#seq - 1
  }

  /** The fact was not refused; a defect in its `apply` is a BrokenStateError. */
  place<F extends object>(type: EventType<F>, fact: F, by: User | undefined) {
    const seq = this.#seq++
    const stamp: Stamp = {
      seq,
      at: this.at,
      msgid: msgidOf(this.#epoch, seq),
      source: by ? sourceOf(by) : this.#net.settings.serverName,
      ...(by ? { by: by.id } : {}),
      ...(by?.account ? { account: by.account.name } : {}),
      ...(by?.modes.has(BOT) ? { bot: true } : {}),
    }
    if (type.kept?.(this.#net, fact, by) ?? true) {
      const row = rowOf(type.type, fact, stamp, by, this.#channelId(fact, seq))
      const erases = type.erases?.(fact)
      this.#rows.push(erases ? { ...row, erases } : row)
      if (erases) this.erasures.add(erases, seq, this.at)
    }
    try {
      type.apply(this.#net, { ...fact, ...stamp }, this.#tell)
    } catch (cause) {
      throw new BrokenStateError(`event ${type.type} could not be applied`, { cause })
    }
  }

  /** Whether there is nothing to take. */
  get isEmpty(): boolean {
    return this.#rows.length === 0
  }

  /** The rows since the last time. */
  take(): readonly Row[] {
    const rows = this.#rows
    this.#rows = []
    return rows
  }

  // What not everybody heard is in no history of the channel, where it would fill pages of which nobody is shown anything.
  #channelId(fact: { channel?: unknown; hidden?: true }, seq: number): number | null {
    if (typeof fact.channel !== "string" || fact.hidden) return null
    return this.#net.channel(fact.channel)?.id ?? seq
  }
}
