// Open batches and whose they are: https://ircv3.net/specs/extensions/batch.html

import type { Message } from "../protocol/message.ts"
import type { Context } from "./context.ts"
import { BATCHES_MAX, setNewest } from "./limits.ts"
import { multiline } from "./multiline.ts"

/** Who wants the lines of a batch whole. */
export interface Collector {
  add(message: Message): void
  /** What the batch makes, a message of several lines, is returned. */
  close(): Message | undefined
}

export class Batches {
  /** By reference. */
  readonly #open = new Map<string, Collector>()
  /** References of open labeled-response batches to their labels. */
  readonly #labels = new Map<string, string>()

  connectionLost() {
    this.#open.clear()
    this.#labels.clear()
  }

  /** True when the line belongs to a batch that is wanted whole. */
  collect(message: Message): boolean {
    const collector = this.#open.get(message.tags.get("batch") ?? "")
    collector?.add(message)
    return collector !== undefined
  }

  /** The line with the label of the batch that it stands in. */
  labelled(message: Message): Message {
    const label = this.#labels.get(message.tags.get("batch") ?? "")
    return label === undefined ? message : { ...message, tags: new Map([...message.tags, ["label", label]]) }
  }

  /** Takes a BATCH line; what it makes whole, a message of several lines, is returned. */
  take(context: Context, message: Message): Message | undefined {
    const [reference = "", type = ""] = message.params
    const name = reference.slice(1)
    if (reference.startsWith("-")) return this.#close(name)
    const label = this.labelled(message).tags.get("label")
    const collector = collectorFor(context, message, label)
    if (collector) setNewest(this.#open, name, collector, BATCHES_MAX)
    else if (type === "labeled-response" && label !== undefined)
      setNewest(this.#labels, name, label, BATCHES_MAX)
    return undefined
  }

  #close(reference: string): Message | undefined {
    this.#labels.delete(reference)
    const collector = this.#open.get(reference)
    this.#open.delete(reference)
    return collector?.close()
  }
}

/** What belongs to nobody is handled line by line. */
function collectorFor(context: Context, message: Message, label: string | undefined): Collector | undefined {
  const { histories, inquiries } = context
  const [, type, target = ""] = message.params
  if (type === "draft/multiline") return multiline(message)
  if (type === "draft/chathistory-targets") return context.direct.openBatch(context)
  if (type === "soju.im/search" || type === "search") return inquiries.openBatch(context, "search", label)
  if (type !== "chathistory") return undefined
  const isAwaited = label === undefined && histories.awaits(context, target)
  const inquired = isAwaited ? undefined : inquiries.openBatch(context, "history", label)
  // An answer with a label that nobody waits for any more is no part of a gap.
  return inquired ?? histories.openBatch(context, label === undefined ? target : "")
}
