// One IRC session seen from the other end: lines and time in; a view, happenings and lines to send out. It outlives its
// connections: `open` and `close` come in turns, and nothing that was said in between is lost or shown twice.

import { format, parse, type Message } from "../protocol/message.ts"
import type { Context, Handler } from "./context.ts"
import type { Happening } from "./happening.ts"
import { Histories } from "./histories.ts"
import { MEMBERSHIP } from "./membership.ts"
import { onCap } from "./negotiation.ts"
import { Outbox } from "./outbox.ts"
import { Registration, type Person } from "./registration.ts"
import { onFail, onNote, onNumeric, onServerError } from "./replies.ts"
import { sendableLines, splitText, textBytesMax } from "./split.ts"
import { onSpoken, spokenOf } from "./spoken.ts"
import { View } from "./view.ts"

export interface SessionOptions extends Person {
  readonly channels: readonly string[]
}

/** Pure: hands out what is to be sent and shown through `takeLines` and `takeHappenings`, and asks for no clock. */
export class Session implements Context {
  readonly view: View
  readonly outbox = new Outbox()
  readonly histories = new Histories()
  readonly registration: Registration
  readonly wanted: Context["wanted"] = new Map()
  now = 0
  #lines: string[] = []
  #happenings: Happening[] = []
  /** References of open labeled-response batches to their labels. */
  readonly #labels = new Map<string, string>()

  constructor(options: SessionOptions) {
    this.view = new View(options.nick)
    this.registration = new Registration(options)
    for (const name of options.channels) this.wanted.set(this.view.key(name), { name, password: undefined })
  }

  /** A connection stands. */
  open(now: number) {
    this.now = now
    this.view.reset(this.registration.wanted)
    this.registration.begin(this)
  }

  receive(line: string, now: number) {
    this.now = now
    const message = parse(line)
    if (message) this.#handle(message)
  }

  /** The connection is gone; `open` may follow. */
  close(now: number) {
    this.now = now
    this.#lines = []
    this.#labels.clear()
    this.outbox.connectionLost()
    this.histories.connectionLost(this)
    if (this.view.registered) this.histories.resume(this.wanted.keys(), now)
    this.view.registered = false
  }

  /** To be called every second or so. */
  tick(now: number) {
    this.now = now
    this.registration.tick(this)
    this.histories.tick(this)
  }

  takeLines(): string[] {
    const lines = this.#lines
    this.#lines = []
    return lines
  }

  takeHappenings(): Happening[] {
    const happenings = this.#happenings
    this.#happenings = []
    return happenings
  }

  /** Queues text for `target`, in as many lines as it needs; it goes out when the target is open. */
  say(type: "message" | "notice" | "action", target: string, text: string) {
    const command = type === "notice" ? "NOTICE" : "PRIVMSG"
    const wrapping = type === "action" ? "\x01ACTION \x01".length : 0
    const bytesMax = textBytesMax(this.view.nick, this.view.source, command, target) - wrapping
    for (const line of sendableLines(text)) {
      for (const piece of splitText(line, bytesMax))
        this.outbox.add(command, target, type === "action" ? `\x01ACTION ${piece}\x01` : piece)
    }
    this.outbox.pump(this)
  }

  join(name: string, password?: string) {
    this.wanted.set(this.view.key(name), { name, password })
    if (this.view.registered)
      this.send(format({ command: "JOIN", params: password ? [name, password] : [name] }))
  }

  /** Asks for another nick, and keeps wanting it across reconnects once it was granted. */
  rename(nick: string) {
    this.registration.ask(this, nick)
  }

  /** Sends a command as it is; the parameters come from a person and may hold anything but a line break. */
  command(command: string, params: readonly string[], text?: string) {
    this.send(format({ command, params, text }))
  }

  send(line: string) {
    this.#lines.push(line)
  }

  tell(happening: Happening) {
    const past = "past" in happening && happening.past
    if (!past && this.histories.hold(this, happening)) return
    if ("past" in happening) {
      if (!this.histories.isNew(this, happening)) return
      const { target, id, at } = happening
      // A line without an id goes on with the message before it, of the same time.
      const before = this.view.mark(target)
      this.view.setMark(target, { id: id ?? (before?.at === at ? before.id : undefined), at })
      if (!this.view.isChannel(target)) this.view.queries.set(this.view.key(target), target)
    }
    this.#happenings.push(happening)
  }

  giveUp(accepts: (target: string) => boolean) {
    const reason = "the connection was lost before the server confirmed it"
    for (const { target, text } of this.outbox.giveUpDoubtful(this, accepts))
      this.tell({ type: "undelivered", target, text, code: "UNCONFIRMED", reason })
  }

  #handle(message: Message) {
    if (message.command === "BATCH") return this.#batch(message)
    if (this.histories.collect(this, message)) return
    const label = this.#labels.get(message.tags.get("batch") ?? "")
    const labelled =
      label === undefined ? message : { ...message, tags: new Map([...message.tags, ["label", label]]) }
    const handler = HANDLERS[message.command] ?? (/^\d/.test(message.command) ? onNumeric : undefined)
    handler?.(this, labelled)
    if (message.command === "376" || message.command === "422") this.#ready()
    // An echo or a PONG may have made room.
    this.outbox.pump(this)
  }

  /** https://ircv3.net/specs/extensions/batch.html: only history and labels matter, the rest is handled line by line. */
  #batch({ params, tags }: Message) {
    const [reference = "", type = "", target = ""] = params
    const name = reference.slice(1)
    if (reference.startsWith("-")) {
      this.#labels.delete(name)
      return this.histories.closeBatch(this, name)
    }
    const label = tags.get("label")
    if (type === "chathistory") this.histories.openBatch(this, name, target)
    else if (type === "labeled-response" && label !== undefined) this.#labels.set(name, label)
  }

  /** The end of the MOTD, or its absence, ends the greeting: now the server has said all about itself. */
  #ready() {
    if (this.view.greeted) return
    this.view.greeted = true
    this.tell({ type: "registered", nick: this.view.nick, network: this.view.network })
    this.giveUp((target) => !this.view.isChannel(target) || !this.wanted.has(this.view.key(target)))
    const missing = [...this.wanted.values()].filter(({ name }) => !this.view.channel(name))
    for (const { name, password } of missing) this.join(name, password)
    this.histories.resumedWithoutChannels(this)
  }

  /** Confirms by label where no echo comes, and shows what we said ourselves. */
  confirm(label: string) {
    const entry = this.outbox.confirmLabel(label)
    if (!entry || this.view.capabilities.has("echo-message")) return
    const { command, target, text } = entry
    const source = this.view.source ?? this.view.nick
    const spoken = spokenOf(this, { tags: new Map(), source, command, params: [target, text] }, false)
    if (spoken) this.tell(spoken)
  }
}

const onPing: Handler = (context, { params }) => {
  context.send(format({ command: "PONG", params: [], text: params.at(-1) ?? "" }))
}

const onPong: Handler = (context, { params }) => context.confirm(params.at(-1) ?? "")

const onAck: Handler = (context, { tags }) => context.confirm(tags.get("label") ?? "")

const HANDLERS: Readonly<Record<string, Handler>> = {
  ...MEMBERSHIP,
  PRIVMSG: onSpoken,
  NOTICE: onSpoken,
  CAP: onCap,
  PING: onPing,
  PONG: onPong,
  ACK: onAck,
  FAIL: onFail,
  WARN: onNote,
  NOTE: onNote,
  ERROR: onServerError,
}
