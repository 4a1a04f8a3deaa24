// The answer to a labelled command, gathered until it is complete:
// https://ircv3.net/specs/extensions/labeled-response.html

import { escapeTag } from "../protocol/message.ts"
import type { Content } from "./narrow.ts"
import type { Session } from "./session.ts"

export class Response {
  readonly session: Session
  readonly #label: string
  readonly #contents: Content[] = []

  constructor(session: Session, label: string) {
    this.session = session
    this.#label = label
  }

  add(content: Content) {
    this.#contents.push(content)
  }

  /**
   * Calls `send` with each message and its leading tags. "Servers MUST respond with a labeled ACK message when a client sends a labeled command that normally produces no response"; one message
   * or one batch carries the label itself; more are wrapped in a labeled-response batch.
   */
  finish(newBatch: () => string, send: (content: Content, tags: string) => void) {
    const label = `label=${escapeTag(this.#label)}`
    const outermost = this.#contents.filter(isOutermost)
    if (outermost.length === 0) return send({ command: "ACK", params: [] }, label)
    if (outermost.length === 1) {
      for (const content of this.#contents) send(content, content === outermost[0] ? label : own(content))
      return
    }
    const batch = newBatch()
    send({ command: "BATCH", params: [`+${batch}`, "labeled-response"] }, label)
    for (const content of this.#contents) {
      send(content, isOutermost(content) ? `batch=${batch}` : own(content))
    }
    send({ command: "BATCH", params: [`-${batch}`] }, "")
  }
}

function isOutermost({ batch, command, params }: Content): boolean {
  return batch === undefined && !(command === "BATCH" && params[0]?.startsWith("-"))
}

/** The tags a message brings itself: that of the batch it belongs to. */
export function own(content: Content): string {
  return content.batch === undefined ? "" : `batch=${content.batch}`
}
