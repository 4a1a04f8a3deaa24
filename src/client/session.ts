// One IRC session seen from the other end: lines and time in; a view, happenings and lines to send out. It outlives its
// connections: `open` and `close` come in turns, and nothing that was said in between is lost or shown twice.

import { format, formatTags, parse, type Message } from "../protocol/message.ts"
import { parseServerTime } from "../protocol/server-time.ts"
import { Batches } from "./batches.ts"
import type { Context } from "./context.ts"
import { Direct } from "./direct.ts"
import { handlerOf } from "./handlers.ts"
import type { Happening, Unconfirmed } from "./happening.ts"
import { Histories } from "./histories.ts"
import { Inquiries } from "./inquiries.ts"
import { CONVERSATIONS_MAX, setNewest } from "./limits.ts"
import { Moderation, type Order } from "./moderation.ts"
import { Outbox } from "./outbox.ts"
import { Reading } from "./reading.ts"
import { Registration, type Person } from "./registration.ts"
import { Sasl, type Login } from "./sasl.ts"
import { said } from "./say.ts"
import { idOf, spokenOf } from "./spoken.ts"
import { View } from "./view.ts"
import { hasPlace } from "./waiting.ts"

export interface SessionOptions extends Person {
  readonly channels: readonly string[]
  readonly login?: Login | undefined
  /** Somebody reads what is shown: then it is marked as read, and what was unread is counted. */
  readonly isRead?: boolean
}

/** Pure: hands out what is to be sent and shown through `takeLines` and `takeHappenings`, and asks for no clock. */
export class Session implements Context {
  readonly view: View
  readonly outbox = new Outbox()
  readonly histories = new Histories()
  readonly direct = new Direct()
  readonly inquiries = new Inquiries()
  readonly moderation = new Moderation()
  readonly reading: Reading
  readonly sasl: Sasl
  readonly #batches = new Batches()
  readonly registration: Registration
  readonly wanted: Context["wanted"] = new Map()
  now = 0
  #lines: string[] = []
  #happenings: Happening[] = []
  /** Of the line at hand. */
  #id: string | undefined

  constructor(options: SessionOptions) {
    this.view = new View(options.nick)
    this.registration = new Registration(options)
    this.reading = new Reading(options.isRead === true)
    this.sasl = new Sasl(options.login)
    for (const name of options.channels) this.wanted.set(this.view.key(name), { name, password: undefined })
  }

  /** A connection stands; `binding` names it, if TLS has a name for it. */
  open(now: number, binding?: Uint8Array) {
    this.now = now
    this.sasl.connected(binding)
    this.#lines = []
    this.view.reset(this.registration.wanted)
    this.registration.begin(this)
  }

  receive(line: string, now: number) {
    this.now = now
    const message = parse(line)
    if (!message) return
    const at = parseServerTime(message.tags.get("time") ?? "")
    if (at !== undefined && !message.tags.has("batch")) this.direct.heard(at)
    this.#handle(message)
  }

  /** The connection is gone; `open` may follow. */
  close(now: number) {
    this.now = now
    this.#lines = []
    this.#batches.connectionLost()
    this.inquiries.connectionLost()
    this.moderation.connectionLost()
    this.sasl.connectionLost()
    this.outbox.connectionLost()
    this.histories.connectionLost(this)
    this.direct.connectionLost(this)
    this.view.registered = false
  }

  /** Messages and questions that the server has not answered yet. */
  get unsettled(): number {
    return this.outbox.size + this.inquiries.size + this.moderation.size
  }

  /** To be called every second or so. */
  tick(now: number) {
    this.now = now
    this.registration.tick(this)
    this.histories.tick(this)
    this.direct.tick(this)
    this.inquiries.tick(this)
    this.moderation.tick(this)
    this.reading.tick(this)
    this.#tellLate()
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

  /** Queues text for `target`, in as many lines as it needs; it goes out when the target is open. `tags` in wire form. */
  say(type: "message" | "notice" | "action", target: string, text: string, tags = "") {
    for (const each of said(this.view, type, target, text, tags)) this.outbox.add(each)
    this.outbox.pump(this)
    this.#tellLate()
  }

  /** Messages of ours that nobody has confirmed, oldest first. */
  unconfirmed(): Unconfirmed[] {
    return this.outbox.unconfirmed().map(unconfirmed)
  }

  /** What somebody has typed is not gone because it is not shown yet. */
  #tellLate() {
    if (!this.reading.isRead) return
    for (const entry of this.outbox.takeLate(this)) this.tell(unconfirmed(entry))
  }

  /** Answers the message that has this msgid. */
  reply(target: string, of: string, text: string) {
    this.say("message", target, text, replyTags(of))
  }

  /** Reacts to the message that has this msgid: https://ircv3.net/specs/client-tags/react.html */
  react(target: string, of: string, text: string) {
    this.send(
      format(
        { command: "TAGMSG", params: [target] },
        `${replyTags(of)};${formatTags([["+draft/react", text]])}`,
      ),
    )
  }

  /** Looks for messages: `text`, `in`, `from`, `after`, `before`, `has`, `limit`. Answered by "found" or "error". */
  search(attributes: Iterable<readonly [string, string]>) {
    this.inquiries.search(this, attributes)
  }

  /** Reads a page of history again: what follows CHATHISTORY. Answered by "found" or "error". */
  history(params: readonly string[]) {
    this.inquiries.history(this, params)
  }

  /** Bans or mutes somebody in a channel, or lifts that. What comes of it is told as any MODE is; or in words why not. */
  moderate(order: Order) {
    this.moderation.ask(this, order)
  }

  join(name: string, password?: string) {
    this.wanted.set(this.view.key(name), { name, password })
    if (this.view.registered)
      this.send(format({ command: "JOIN", params: password ? [name, password] : [name] }))
  }

  /** Says what is left to say, and goodbye. */
  quit(reason?: string) {
    this.reading.flush(this)
    this.command("QUIT", [], reason)
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

  tell(happening: Happening, cameWith = this.#id) {
    if (hasPlace(happening)) {
      const held = { happening, id: cameWith }
      if (this.direct.hold(this, held) || this.histories.hold(this, held)) return
    }
    if ("past" in happening) {
      const { target, id, at } = happening
      if (!this.histories.seen.add(this, target, id)) return
      this.reading.shown(this, happening)
      // A line without an id goes on with the message before it, of the same time.
      const before = this.view.mark(target)
      this.view.setMark(target, { id: id ?? (before?.at === at ? before.id : undefined), at })
      const { queries } = this.view
      if (!this.view.isChannel(target)) setNewest(queries, this.view.key(target), target, CONVERSATIONS_MAX)
    }
    this.#happenings.push(happening)
  }

  giveUp(accepts: (target: string) => boolean) {
    for (const { target, text } of this.outbox.giveUpDoubtful(this, accepts))
      this.tell({ type: "undelivered", target, text, ...UNCONFIRMED })
  }

  refuseAll(target: string, code: string, reason: string) {
    for (const { text, state } of this.outbox.refuseAll(this, target))
      this.tell({
        type: "undelivered",
        target,
        text,
        ...(state === "doubtful" ? UNCONFIRMED : { code, reason }),
      })
  }

  #handle(message: Message) {
    if (message.command === "BATCH") {
      const whole = this.#batches.take(this, message)
      if (whole) this.#handle(whole)
      return
    }
    if (this.#batches.collect(message)) return
    const handler = handlerOf(message.command)
    this.#id = idOf(message)
    handler?.(this, this.#batches.labelled(message))
    if (!isSpeech(message.command)) this.histories.seen.happened(this.#id)
    this.#id = undefined
    if (message.command === "376" || message.command === "422") this.#ready()
    // An echo or a PONG may have made room.
    this.outbox.pump(this)
  }

  /** The end of the MOTD, or its absence, ends the greeting: now the server has said all about itself. */
  #ready() {
    if (this.view.greeted) return
    this.view.greeted = true
    this.tell({ type: "registered", nick: this.view.nick, network: this.view.network })
    this.giveUp((target) => this.view.isChannel(target) && !this.wanted.has(this.view.key(target)))
    const missing = [...this.wanted.values()].filter(({ name }) => !this.view.channel(name))
    for (const { name, password } of missing) this.join(name, password)
    this.direct.begin(this)
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

const UNCONFIRMED = {
  code: "UNCONFIRMED",
  reason: "the connection was lost before the server confirmed it",
}

function unconfirmed({ target, text, state }: ReturnType<Outbox["unconfirmed"]>[number]): Unconfirmed {
  return { type: "unconfirmed", target, text, wasSent: state !== "waiting" }
}

function isSpeech(command: string): boolean {
  return command === "PRIVMSG" || command === "NOTICE"
}

/** By the name it has now, and by the one of before, which most clients know. */
function replyTags(of: string): string {
  return formatTags([
    ["+reply", of],
    ["+draft/reply", of],
  ])
}
