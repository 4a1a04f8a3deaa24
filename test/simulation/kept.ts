// The log of a simulation: what is on disk, the network as that alone makes it, and what was said, with who was there.

import { deserialize, serialize } from "node:v8"
import { EVENTS, STATELESS } from "../../src/core/commands/index.ts"
import { messageOf } from "../../src/core/commands/message-sent.ts"
import { linesOf } from "../../src/core/multiline.ts"
import { Network } from "../../src/core/network.ts"
import { eventOf } from "../../src/core/rows.ts"
import type { Erasure, Row, Settings } from "../../src/core/seams.ts"
import { snapshot, type Snapshot } from "../../src/core/snapshot.ts"
import { Tell } from "../../src/core/tell.ts"
import { PREFIXES } from "../../src/protocol/modes.ts"
import { msgidOf } from "../../src/protocol/msgid.ts"
import { erased } from "../../src/storage/plain-reading.ts"
import { digest } from "../support/digest.ts"
import { checkRecorded, isRecord } from "./recorded.ts"
import type { Tally } from "./tally.ts"

const SAID: readonly string[] = ["messageSent", "tagsSent"]

/** Where a message was said, from the log. */
interface Said {
  readonly msgid: string
  readonly channelId: number | null
  /** Ids of the members at that place. */
  readonly members: ReadonlySet<number>
  /** Who said it to whom, where that was one person: accounts, or a guest. */
  readonly between: readonly (number | null)[]
}

export class Kept {
  readonly rows: Row[] = []
  /** By each of its lines. */
  readonly said = new Map<string, Said[]>()
  /** Msgids of what is erased, but for what was erased in the turn under way. */
  readonly erased = new Set<string>()
  /** The network as the log alone makes it, row by row. */
  readonly shadow: Network
  readonly #settings: Settings
  readonly #tally: Tally
  readonly #erasing: string[] = []
  /** The shadow as it once was, and how many rows had made it. */
  #snapshot: { readonly bytes: Uint8Array; readonly rows: number } | undefined

  constructor(settings: Settings, tally: Tally) {
    this.#settings = settings
    this.#tally = tally
    this.shadow = new Network(settings)
  }

  /** What a run begins with; from the last snapshot, if there is one and it is wanted. */
  beginning(wantsSnapshot: boolean) {
    const last = this.rows.at(-1)
    const from = wantsSnapshot ? this.#snapshot : undefined
    return {
      nextSeq: (last?.seq ?? 0) + 1,
      lastAt: last?.at ?? 0,
      snapshot: from && (deserialize(from.bytes) as Snapshot),
      tail: this.rows.slice(from?.rows).filter((row) => !STATELESS.includes(row.type)),
    }
  }

  /** As the log's thread does it, from the log alone. */
  snap() {
    this.#tally.snapshots++
    const bytes = serialize(snapshot(this.shadow))
    this.#snapshot = { bytes, rows: this.rows.length }
    const restored = new Network(this.#settings)
    restored.restore(deserialize(bytes) as Snapshot)
    const [before, after] = [digest(this.shadow), digest(restored)]
    if (before !== after) throw new Error(`the network was\n${before}\nand came back as\n${after}`)
  }

  append(rows: readonly Row[]) {
    for (const [i, row] of rows.entries()) {
      checkRecorded(row, rows.slice(0, i), rows.slice(i + 1), this.shadow)
      if (isRecord(row)) this.#tally.acts++
      const last = this.rows.at(-1)
      if (last && (row.seq <= last.seq || row.at < last.at))
        throw new Error(`the log goes back at ${row.seq}`)
      this.rows.push(row)
      this.#tally.rows++
      if (row.erases) this.#erase(row.erases)
      if (SAID.includes(row.type)) this.#remember(row)
      // Text is no state: a network without it is the same.
      else if (!STATELESS.includes(row.type))
        EVENTS.get(row.type)!.apply(
          this.shadow,
          eventOf(row, this.shadow),
          new Tell({ deliver: nobody, reply: nobody, newBatch: () => "" }),
        )
    }
  }

  /** What was read before it went may have been told until now. */
  settle() {
    for (const msgid of this.#erasing.splice(0)) this.erased.add(msgid)
  }

  // In the commit of the row that says so.
  #erase(erasure: Erasure) {
    const goes = (row: Row) =>
      "seq" in erasure
        ? row.seq === erasure.seq
        : row.accountId === erasure.accountId && erasure.types.includes(row.type)
    for (const row of this.rows)
      if (goes(row)) this.#erasing.push(msgidOf(this.shadow.epochOf(row.seq), row.seq))
    this.rows.splice(0, Infinity, ...erased(this.rows, erasure))
    this.#tally.erased++
  }

  #remember(row: Row) {
    const { msgid, status, cuts, tags } = messageOf(row, this.shadow)
    const channel = status
      ? this.shadow.channel(status.channel)
      : [...this.shadow.channels.values()].find((one) => one.id === row.channelId)
    const least = PREFIXES.find(({ sign }) => sign === status?.sign)?.bit ?? 0
    const heard = [...(channel?.members.values() ?? [])].filter(({ prefixes }) => prefixes >= least)
    const members = new Set(heard.map(({ user }) => user.id as number))
    const said = { msgid, channelId: row.channelId, members, between: [row.accountId, row.peerId] }
    if (cuts) this.#tally.multiline++
    const texts = linesOf({ text: row.text ?? "", cuts: cuts ?? [] }).map((line) => line.text)
    for (const text of row.type === "tagsSent" ? [new Map(tags).get("+x") ?? ""] : texts)
      this.said.set(text, [...(this.said.get(text) ?? []), said])
  }
}

function nobody() {
  throw new Error("nobody hears a replay")
}
