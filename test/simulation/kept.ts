// The log of a simulation: what is on disk, the network as that alone makes it, and what was said, with who was there.

import { deserialize, serialize } from "node:v8"
import { EVENTS, STATELESS } from "../../src/core/commands/index.ts"
import { accountMessagesErased } from "../../src/core/commands/erase.ts"
import { messageOf } from "../../src/core/commands/message-sent.ts"
import { messageRedacted } from "../../src/core/commands/redact.ts"
import { staffActed } from "../../src/core/commands/staff-acted.ts"
import { linesOf } from "../../src/core/multiline.ts"
import { Network } from "../../src/core/network.ts"
import { eventOf } from "../../src/core/rows.ts"
import type { Row, Settings } from "../../src/core/seams.ts"
import { snapshot, type Snapshot } from "../../src/core/snapshot.ts"
import { Tell } from "../../src/core/tell.ts"
import { correspondentId } from "../../src/core/user.ts"
import { MESSAGE_REDACTION } from "../../src/protocol/capabilities.ts"
import { PREFIXES } from "../../src/protocol/modes.ts"
import { msgidOf } from "../../src/protocol/msgid.ts"
import { erased } from "../../src/storage/plain-reading.ts"
import { digest } from "../support/digest.ts"
import { checkRecorded, isRecord } from "./recorded.ts"
import type { Tally } from "./tally.ts"

const SAID: readonly string[] = ["messageSent", "tagsSent"]

/** What is told to all members of a channel, by type. */
const TOLD: Readonly<Record<string, string>> = {
  channelModesChanged: "MODE",
  messageRedacted: "REDACT",
  staffActed: "NOTICE",
  topicChanged: "TOPIC",
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

/** What has to be told of a row. */
export interface Told {
  /** Of one of the lines, each of which ends with a line feed. */
  readonly part: string
  /** Ids of the users who hear it, but for who did it. */
  readonly to: ReadonlySet<number>
  readonly by?: number | undefined
  /** The capability without which it is not heard. */
  readonly needs?: number
}

export class Kept {
  readonly rows: Row[] = []
  /** What the turn under way has to tell. */
  readonly told: Told[] = []
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
      this.#erase(row)
      this.#expectTold(row)
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

  // In the commit of the row that says so; what has to go is known here by itself.
  #erase({ type, body, erases }: Row) {
    if (!erases && type !== messageRedacted.type && type !== accountMessagesErased.type) return
    const fact = JSON.parse(body) as { of?: string; accountId?: number }
    const goes = (row: Row) =>
      type === messageRedacted.type
        ? msgidOf(this.shadow.epochOf(row.seq), row.seq) === fact.of
        : type === accountMessagesErased.type && row.accountId === fact.accountId && SAID.includes(row.type)
    const gone = this.rows.filter(goes)
    for (const { seq } of gone) this.#erasing.push(msgidOf(this.shadow.epochOf(seq), seq))
    if (erases) this.rows.splice(0, Infinity, ...erased(this.rows, erases))
    const left = this.rows.find(
      (row) => goes(row) && (row.text !== null || !row.body.includes('"erased":true')),
    )
    if (left) throw new Error(`${left.seq} was to be erased and is in the log`)
    this.#tally.erased++
  }

  #remember(row: Row) {
    const { by, msgid, status, cuts, tags } = messageOf(row, this.shadow)
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
    const text = texts.find((line) => line !== "")
    const to = row.peerId === null ? members : this.#correspondents(row.peerId)
    if (row.type === "messageSent" && text !== undefined) this.told.push({ part: `:${text}\n`, to, by })
  }

  #correspondents(id: number): ReadonlySet<number> {
    const users = [...this.shadow.users.values()].filter((user) => correspondentId(user) === id)
    return new Set(users.map((user) => user.id as number))
  }

  // All members hear of it; who took something back knows it.
  #expectTold({ type, channelId, body }: Row) {
    const command = TOLD[type]
    const { audit, channels } = this.shadow
    const channel =
      type === staffActed.type ? audit : [...channels.values()].find(({ id }) => id === channelId)
    if (command === undefined || !channel) return
    const to = new Set([...channel.members.keys()].map(({ id }) => id as number))
    const { by, of = "" } = JSON.parse(body) as { by?: number; of?: string }
    const part = ` ${command} ${channel.name} ${of}`
    this.told.push(of === "" ? { part, to } : { part, to, by, needs: MESSAGE_REDACTION })
  }
}

function nobody() {
  throw new Error("nobody hears a replay")
}
