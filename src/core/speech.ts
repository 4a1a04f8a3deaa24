// What sessions are told: answers in the server's name, messages that many share, and the one response to a labelled command,
// which is gathered until it is complete (https://ircv3.net/specs/extensions/labeled-response.html).

import { BATCH, LABELED_RESPONSE, STANDARD_REPLIES } from "../protocol/capabilities.ts"
import { byteLength } from "../protocol/names.ts"
import { isNumeric } from "../protocol/reply.ts"
import type { Answer } from "./command.ts"
import { type Content, type Outgoing, render } from "./narrow.ts"
import { Line, Outbox } from "./outbox.ts"
import { own, Response } from "./response.ts"
import type { Delivery } from "./seams.ts"
import type { Session } from "./session.ts"

/** Bytes of a label: "The value MUST NOT exceed 64 bytes." */
const LABEL_BYTES_MAX = 64

export class Speech {
  readonly #outbox = new Outbox()
  readonly #serverName: () => string
  #response: Response | undefined
  #batchIds = 0

  // Handed to every command: made once, not for each line.
  /** A new batch's reference. */
  readonly newBatch = (): string => (++this.#batchIds).toString(36)

  /** Puts the response aside until the function is called, which concludes the one then under way. */
  readonly defer = (): (() => void) => {
    const response = this.suspend()
    return () => {
      if (!response) return
      this.finish()
      this.resume(response)
    }
  }

  constructor(serverName: () => string) {
    this.#serverName = serverName
  }

  /** What is answered from here on belongs to this label, where the session may use labels. */
  label(session: Session, label: string | undefined) {
    if (label !== undefined && mayLabel(session, label)) this.#response = new Response(session, label)
  }

  /** The response under way, put aside until the command goes on. */
  suspend(): Response | undefined {
    const response = this.#response
    this.#response = undefined
    return response
  }

  resume(response: Response | undefined) {
    this.#response = response
  }

  /** The command has said all it had to say. */
  finish() {
    const response = this.suspend()
    response?.finish(this.newBatch, (content, tags) => this.#send(response.session, content, tags))
  }

  /** `error` is the last thing that the session hears: what comes before it is the answer to a label, if it waits for one. */
  last(session: Session, { before, error }: { before: Content | undefined; error: Content }) {
    const isAnswering = this.#response?.session === session
    if (before) {
      this.reply(session, before)
      if (isAnswering) this.finish()
    }
    this.reply(session, error)
    if (isAnswering) this.finish()
  }

  answer(session: Session, answer: Answer) {
    if (!answer) return
    if (Array.isArray(answer))
      for (const content of answer as readonly Content[]) this.reply(session, content)
    else this.reply(session, answer as Content)
  }

  reply(session: Session, content: Content) {
    const addressed = addressedTo(session, content)
    if (this.#response?.session === session) this.#response.add(addressed)
    else this.#send(session, addressed, session.has(BATCH) ? own(addressed) : "")
  }

  /** A message that others get too; `answers` when it may be what a label of this session waits for. */
  deliver(session: Session, message: Outgoing, answers: boolean) {
    const response = this.#response?.session === session ? this.#response : undefined
    // What is no answer waits for none, but behind one it keeps its place.
    if (response && (answers || !response.isEmpty)) response.add(message.content, answers)
    else this.#outbox.add(session, message.line(session.capabilities))
  }

  ping(session: Session) {
    this.#outbox.add(session, new Line(`PING :${this.#serverName()}`))
  }

  get isSilent(): boolean {
    return this.#outbox.isEmpty
  }

  /** What the turn has for each session. */
  take(): Delivery[] {
    return this.#outbox.take()
  }

  // A message that names no source is the server's.
  #send(session: Session, content: Content, tags: string) {
    if (content.command === "BATCH" && !session.has(BATCH)) return
    const whole = { source: this.#serverName(), ...content }
    this.#outbox.add(session, new Line(render(whole, session.capabilities, tags)))
  }
}

// "This specification depends on the batch capability which MUST be negotiated to use labeled responses."
function mayLabel(session: Session, label: string): boolean {
  const negotiated = session.has(LABELED_RESPONSE) && session.has(BATCH)
  return negotiated && label !== "" && byteLength(label) <= LABEL_BYTES_MAX
}

// The first parameter of a numeric is its addressee. Who did not ask for standard replies is sent those of a specification that
// it uses, and a NOTICE to read in place of our own: https://ircv3.net/specs/extensions/standard-replies.html#capabilities
function addressedTo(session: Session, content: Content): Content {
  const { command, params, text = "" } = content
  if (isNumeric(content)) return { ...content, params: [session.addressee, ...params] }
  if (command !== "FAIL" || session.has(STANDARD_REPLIES) || isSpecified(params)) return content
  const words = `${command} ${params.join(" ")}: ${text}`
  return { ...content, command: "NOTICE", params: [session.addressee], text: words }
}

/** Commands whose specifications have standard replies of their own. */
const WITH_STANDARD_REPLIES: readonly string[] = [
  "BATCH",
  "CHATHISTORY",
  "CLIENTCERT",
  "MARKREAD",
  "METADATA",
  "REDACT",
  "REGISTER",
  "RENAME",
  "SEARCH",
  "SETNAME",
  "VERIFY",
]

// Of utf8-only and of those commands.
const isSpecified = ([command = "", code]: readonly string[]) =>
  code === "INVALID_UTF8" || (WITH_STANDARD_REPLIES.includes(command) && code !== "STORAGE_FULL")
