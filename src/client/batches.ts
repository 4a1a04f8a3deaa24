// Open batches and whose they are: https://ircv3.net/specs/extensions/batch.html

import type { Message } from "../protocol/message.ts"
import type { Context } from "./context.ts"
import { BATCHES_MAX, setNewest } from "./limits.ts"
import { Multiline } from "./multiline.ts"

export class Batches {
  readonly #multiline = new Multiline()
  /** References of open labeled-response batches to their labels. */
  readonly #labels = new Map<string, string>()

  connectionLost() {
    this.#labels.clear()
    this.#multiline.connectionLost()
  }

  /** True when the line belongs to a batch whose owner wants it whole. */
  collect(context: Context, message: Message): boolean {
    if (!message.tags.has("batch")) return false
    return (
      this.#multiline.collect(message) ||
      context.inquiries.collect(context, message) ||
      context.direct.collect(context, message) ||
      context.histories.collect(context, message)
    )
  }

  /** The line with the label of the batch that it stands in. */
  labelled(message: Message): Message {
    const label = this.#labels.get(message.tags.get("batch") ?? "")
    return label === undefined ? message : { ...message, tags: new Map([...message.tags, ["label", label]]) }
  }

  /** Takes a BATCH line; what it makes whole, a message of several lines, is returned. */
  take(context: Context, message: Message): Message | undefined {
    const [reference = "", type = "", target = ""] = message.params
    const name = reference.slice(1)
    if (reference.startsWith("-")) return this.#close(context, name)
    const label = this.labelled(message).tags.get("label")
    if (type === "draft/multiline") this.#multiline.openBatch(name, message)
    else if (type === "draft/chathistory-targets") context.direct.openBatch(name)
    else if (type === "soju.im/search" || type === "search")
      context.inquiries.openBatch(context, name, "search", label)
    else if (type === "chathistory") openHistory(context, name, target, label)
    // What is none of these is handled line by line.
    else if (type === "labeled-response" && label !== undefined)
      setNewest(this.#labels, name, label, BATCHES_MAX)
    return undefined
  }

  #close(context: Context, reference: string): Message | undefined {
    this.#labels.delete(reference)
    context.direct.closeBatch(context, reference)
    context.inquiries.closeBatch(context, reference)
    context.histories.closeBatch(context, reference)
    return this.#multiline.closeBatch(reference)
  }
}

function openHistory(context: Context, reference: string, target: string, label: string | undefined) {
  const isAwaited = label === undefined && context.histories.awaits(context, target)
  if (isAwaited || !context.inquiries.openBatch(context, reference, "history", label))
    // An answer with a label that nobody waits for any more is no part of a gap.
    context.histories.openBatch(context, reference, label === undefined ? target : "")
}
