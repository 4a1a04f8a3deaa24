// Messages of ours until the server has confirmed them: by its echo, told apart by label
// (https://ircv3.net/specs/extensions/labeled-response.html) or else by text
// (https://ircv3.net/specs/extensions/echo-message.html); on servers without either by the PONG to a PING sent after.
// A confirmed message of our own server is on disk.

import { format } from "../protocol/message.ts"
import type { Context } from "./context.ts"
import { joined, type Piece } from "./split.ts"

/** Unconfirmed messages on the way at once: below the burst that servers allow, so that no flood limit is met. */
export const WINDOW = 8
/** ms after which whoever wrote a message is told that the server has not confirmed it. */
const SLOW_MS = 5_000

/** What is to be said; an action is already wrapped. */
export interface Said {
  readonly command: "PRIVMSG" | "NOTICE"
  readonly target: string
  /** One, or those of a message of several lines. */
  readonly pieces: readonly Piece[]
  /** Client tags in wire form. */
  readonly tags: string
}

interface Outgoing extends Said {
  readonly label: string
  /** As others read it. */
  readonly text: string
  /** Under which nick it was sent last. */
  from: string
  /** ms since 1970, of the last time. */
  sentAt: number
  /** "doubtful": the connection was lost before it was confirmed. */
  state: "waiting" | "sent" | "doubtful"
  /** Whether its author knows that it is late. */
  isToldLate: boolean
}

export class Outbox {
  #entries: Outgoing[] = []
  #count = 0

  /** Messages that are not confirmed yet. */
  get size(): number {
    return this.#entries.length
  }

  add(said: Said) {
    this.#entries.push(this.#entryOf(said))
  }

  #entryOf(said: Said): Outgoing {
    const label = `chat-${++this.#count}`
    const text = joined(said.pieces)
    return { ...said, label, text, from: "", sentAt: 0, state: "waiting", isToldLate: false }
  }

  /** Sends what may go now. Order is kept within a target; one that must wait does not hold up the others. */
  pump(context: Context) {
    if (!context.view.registered) return
    if (!context.view.capabilities.has("draft/multiline")) this.#takeApart()
    let onTheWay = this.#entries.filter((entry) => entry.state === "sent").length
    for (const entry of this.#entries) {
      if (onTheWay >= WINDOW) return
      if (entry.state !== "waiting" || !isOpen(context, entry.target)) continue
      this.#send(context, entry)
      onTheWay++
    }
  }

  /** Messages of several lines that were written for a server which knew of them: each line is a message then. */
  #takeApart() {
    this.#entries = this.#entries.flatMap((entry) => {
      if (entry.state !== "waiting" || entry.pieces.length === 1) return [entry]
      const lines = entry.pieces.filter(({ text }) => text !== "")
      return lines.map(({ text }) => this.#entryOf({ ...entry, pieces: [{ text, concat: false }] }))
    })
  }

  #send(context: Context, entry: Outgoing) {
    const { command, target, pieces, tags, label } = entry
    entry.state = "sent"
    entry.sentAt = context.now
    entry.from = context.view.nick
    const { capabilities } = context.view
    const labelled = capabilities.has("labeled-response")
    const all = [...(labelled ? [`label=${label}`] : []), ...(tags === "" ? [] : [tags])].join(";")
    if (pieces.length > 1) sendBatch(context, entry, all)
    else context.send(format({ command, params: [target], text: entry.text }, all))
    if (!labelled && !capabilities.has("echo-message")) context.send(`PING :${label}`)
  }

  /** All that is not confirmed, oldest first. */
  unconfirmed(): readonly Readonly<Outgoing>[] {
    return this.#entries
  }

  /** What waits for a connection, or for a word of the server that does not come; each is given once. */
  takeLate({ view, now }: Context): readonly Readonly<Outgoing>[] {
    const isLate = (entry: Outgoing) =>
      !view.registered || (entry.state === "sent" && now - entry.sentAt > SLOW_MS)
    const late = this.#entries.filter((entry) => !entry.isToldLate && isLate(entry))
    for (const entry of late) entry.isToldLate = true
    return late
  }

  /** The entry that was confirmed by its label (echo, ACK or PONG), taken out. */
  confirmLabel(label: string): Readonly<Outgoing> | undefined {
    return this.#take((entry) => entry.state === "sent" && entry.label === label)
  }

  /** The oldest entry with this target and text, sent as `from`, taken out: an echo without a label, or one found in history. */
  confirmText(context: Context, target: string, text: string, from: string): Readonly<Outgoing> | undefined {
    const { view } = context
    // What this connection says comes back with its label: without one it is of another, of before or of another device.
    const isLabelled = view.capabilities.has("labeled-response")
    return this.#take(
      (entry) =>
        (isLabelled ? entry.state === "doubtful" : entry.state !== "waiting") &&
        entry.text === text &&
        view.same(entry.target, target) &&
        // After a reconnect another nick may be ours, and the old one is still in what we said before.
        view.same(entry.from, from),
    )
  }

  /** Takes out what an error means: by label, else the oldest on the way to `target`, else the oldest of all. */
  refuse(
    context: Context,
    label: string | undefined,
    target: string | undefined,
  ): Readonly<Outgoing> | undefined {
    if (label !== undefined) return this.confirmLabel(label)
    return this.#take(
      (entry) => entry.state === "sent" && (target === undefined || context.view.same(entry.target, target)),
    )
  }

  /** Everything to a target that will not open, taken out. */
  refuseAll(context: Context, target: string): Readonly<Outgoing>[] {
    const taken = this.#entries.filter((entry) => context.view.same(entry.target, target))
    this.#entries = this.#entries.filter((entry) => !taken.includes(entry))
    return taken
  }

  connectionLost() {
    for (const entry of this.#entries) if (entry.state === "sent") entry.state = "doubtful"
  }

  hasDoubtful(context: Context, target: string): boolean {
    return this.#entries.some(
      (entry) => entry.state === "doubtful" && context.view.same(entry.target, target),
    )
  }

  /** The history of `target` is known again: what is still doubtful never arrived, and is sent again. */
  sendDoubtfulAgain(context: Context, target: string) {
    for (const entry of this.#entries) {
      if (entry.state === "doubtful" && context.view.same(entry.target, target)) entry.state = "waiting"
    }
  }

  /** Doubtful messages whose history nobody can ask for, taken out. Of all targets when none is named. */
  giveUpDoubtful(context: Context, accepts: (target: string) => boolean): Readonly<Outgoing>[] {
    const taken = this.#entries.filter((entry) => entry.state === "doubtful" && accepts(entry.target))
    this.#entries = this.#entries.filter((entry) => !taken.includes(entry))
    if (taken.length > 0) this.pump(context)
    return taken
  }

  #take(test: (entry: Outgoing) => boolean): Outgoing | undefined {
    const at = this.#entries.findIndex(test)
    return at < 0 ? undefined : this.#entries.splice(at, 1)[0]
  }
}

/** https://ircv3.net/specs/extensions/multiline.html: the label and all client tags stand on the line that opens it. */
function sendBatch(context: Context, { label, command, target, pieces }: Outgoing, tags: string) {
  context.send(format({ command: "BATCH", params: [`+${label}`, "draft/multiline", target] }, tags))
  for (const { text, concat } of pieces) {
    const own = `batch=${label}${concat ? ";draft/multiline-concat" : ""}`
    context.send(format({ command, params: [target], text }, own))
  }
  context.send(`BATCH -${label}`)
}

// A channel that we are about to be in opens with our JOIN, and after a reconnect when its gap is filled: a message
// that was lost on the way must go before those written since.
function isOpen(context: Context, target: string): boolean {
  if (context.histories.isFillingGap(context, target)) return false
  if (!context.view.isChannel(target) || !context.wanted.has(context.view.key(target))) return true
  return context.view.channel(target) !== undefined
}
