// Messages of several lines as they come, put together: https://ircv3.net/specs/extensions/multiline.html

import type { Message } from "../protocol/message.ts"
import { joined, type Piece } from "./split.ts"

/** Lines of one message; our own server sends far fewer. */
const PIECES_MAX = 1_000

export class Multiline {
  readonly #open = new Map<string, { readonly opening: Message; command: string; readonly pieces: Piece[] }>()

  connectionLost() {
    this.#open.clear()
  }

  openBatch(reference: string, opening: Message) {
    this.#open.set(reference, { opening, command: "PRIVMSG", pieces: [] })
  }

  /** True when the line is part of such a message, and taken. */
  collect({ tags, command, params }: Message): boolean {
    const batch = this.#open.get(tags.get("batch") ?? "")
    if (!batch) return false
    batch.command = command
    const piece = { text: params[1] ?? "", concat: tags.has("draft/multiline-concat") }
    if (batch.pieces.length < PIECES_MAX) batch.pieces.push(piece)
    return true
  }

  /** The message as one, with the tags of the line that opened it. */
  closeBatch(reference: string): Message | undefined {
    const batch = this.#open.get(reference)
    this.#open.delete(reference)
    if (!batch) return undefined
    const { opening, command, pieces } = batch
    return { ...opening, command, params: [opening.params[2] ?? "", joined(pieces)] }
  }
}
