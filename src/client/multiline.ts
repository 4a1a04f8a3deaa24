// Messages of several lines as they come, put together: https://ircv3.net/specs/extensions/multiline.html

import type { Message } from "../protocol/message.ts"
import { BATCHES_MAX, MESSAGE_LENGTH_MAX, setNewest } from "./limits.ts"
import { joined, type Piece } from "./split.ts"

export class Multiline {
  readonly #open = new Map<
    string,
    { readonly opening: Message; command: string; readonly pieces: Piece[]; length: number }
  >()

  connectionLost() {
    this.#open.clear()
  }

  openBatch(reference: string, opening: Message) {
    setNewest(this.#open, reference, { opening, command: "PRIVMSG", pieces: [], length: 0 }, BATCHES_MAX)
  }

  /** True when the line is part of such a message, and taken. */
  collect({ tags, command, params }: Message): boolean {
    const batch = this.#open.get(tags.get("batch") ?? "")
    if (!batch) return false
    batch.command = command
    const piece = { text: params[1] ?? "", concat: tags.has("draft/multiline-concat") }
    batch.length += piece.text.length + 1
    if (batch.length <= MESSAGE_LENGTH_MAX) batch.pieces.push(piece)
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
