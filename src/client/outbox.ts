// Messages of ours until the server has confirmed them: by its echo, told apart by label
// (https://ircv3.net/specs/extensions/labeled-response.html) or else by text
// (https://ircv3.net/specs/extensions/echo-message.html); on servers without either by the PONG to a PING sent after.
// A confirmed message of our own server is on disk.

import { format } from "../protocol/message.ts"
import type { Context } from "./context.ts"

/** Unconfirmed messages on the way at once: below the burst that servers allow, so that no flood limit is met. */
export const WINDOW = 8

interface Outgoing {
  readonly label: string
  readonly command: "PRIVMSG" | "NOTICE"
  readonly target: string
  /** As it goes over the wire: an action is already wrapped. */
  readonly text: string
  /** "doubtful": the connection was lost before it was confirmed. */
  state: "waiting" | "sent" | "doubtful"
}

export class Outbox {
  #entries: Outgoing[] = []
  #count = 0

  /** Messages that are not confirmed yet. */
  get size(): number {
    return this.#entries.length
  }

  add(command: Outgoing["command"], target: string, text: string) {
    this.#entries.push({ label: `chat-${++this.#count}`, command, target, text, state: "waiting" })
  }

  /** Sends what may go now. Order is kept within a target; one that must wait does not hold up the others. */
  pump(context: Context) {
    if (!context.view.registered) return
    let onTheWay = this.#entries.filter((entry) => entry.state === "sent").length
    for (const entry of this.#entries) {
      if (onTheWay >= WINDOW) return
      if (entry.state !== "waiting" || !isOpen(context, entry.target)) continue
      this.#send(context, entry)
      onTheWay++
    }
  }

  #send(context: Context, entry: Outgoing) {
    entry.state = "sent"
    const { capabilities } = context.view
    const labelled = capabilities.has("labeled-response")
    const tags = labelled ? `label=${entry.label}` : ""
    context.send(format({ command: entry.command, params: [entry.target], text: entry.text }, tags))
    if (!labelled && !capabilities.has("echo-message")) context.send(`PING :${entry.label}`)
  }

  /** The entry that was confirmed by its label (echo, ACK or PONG), taken out. */
  confirmLabel(label: string): Readonly<Outgoing> | undefined {
    return this.#take((entry) => entry.state === "sent" && entry.label === label)
  }

  /** The oldest entry with this target and text, taken out: an echo without a label, or one found in history. */
  confirmText(context: Context, target: string, text: string): Readonly<Outgoing> | undefined {
    return this.#take(
      (entry) => entry.state !== "waiting" && entry.text === text && context.view.same(entry.target, target),
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

// A channel that we are about to be in opens with our JOIN, and after a reconnect when its gap is filled: a message
// that was lost on the way must go before those written since.
function isOpen(context: Context, target: string): boolean {
  if (context.histories.isFillingGap(context, target)) return false
  if (!context.view.isChannel(target) || !context.wanted.has(context.view.key(target))) return true
  return context.view.channel(target) !== undefined
}
