// The answer to a labelled command, gathered until it is complete:
// https://ircv3.net/specs/extensions/labeled-response.html

import { escapeTag } from "../protocol/message.ts"
import type { Content } from "./narrow.ts"
import type { Session } from "./session.ts"

/** Of what the session is told meanwhile: all of it, in its order. */
interface Part {
  readonly content: Content
  /** False of what would have been told without the command, too. */
  readonly answers: boolean
}

export class Response {
  readonly session: Session
  readonly #label: string
  readonly #parts: Part[] = []

  constructor(session: Session, label: string) {
    this.session = session
    this.#label = label
  }

  get isEmpty(): boolean {
    return this.#parts.length === 0
  }

  add(content: Content, answers = true) {
    this.#parts.push({ content, answers })
  }

  /**
   * Calls `send` with each message and its leading tags. "Servers MUST respond with a labeled ACK message when a client sends a labeled command that normally produces no response"; one message
   * or one batch carries the label itself; more are wrapped in a labeled-response batch.
   */
  finish(newBatch: () => string, send: (content: Content, tags: string) => void) {
    const label = `label=${escapeTag(this.#label)}`
    const labelled = this.#parts.filter(isOutermost).length
    const batch = labelled > 1 ? newBatch() : ""
    if (labelled > 1) send({ command: "BATCH", params: [`+${batch}`, "labeled-response"] }, label)
    for (const part of this.#parts) {
      const tags = labelled > 1 ? `batch=${batch}` : label
      send(part.content, isOutermost(part) ? tags : own(part.content))
    }
    if (labelled > 1) send({ command: "BATCH", params: [`-${batch}`] }, "")
    else if (labelled === 0) send({ command: "ACK", params: [] }, label)
  }
}

function isOutermost({ answers, content: { batch, command, params } }: Part): boolean {
  return answers && batch === undefined && !(command === "BATCH" && params[0]?.startsWith("-"))
}

/** The tags a message brings itself: that of the batch it belongs to. */
export function own(content: Content): string {
  return content.batch === undefined ? "" : `batch=${content.batch}`
}
