// The closed loop: each sender keeps a window of messages in flight; one leaves it when all its receivers have it.
import type { Client } from "./client.ts"
import { Ledger } from "./ledger.ts"
import { liar } from "./lie.ts"
import type { Hear } from "./lines.ts"
import { isIntact, readDigits, senderOf, seqOf, TEXT_BYTES, textOf } from "./message.ts"
import { drain, phase } from "./phase.ts"
import type { Outcome, Settings } from "./settings.ts"

/** Who writes to whom. Clients go by their index; the first ones are the senders. */
export type Plan = {
  clients: readonly Client[]
  senders: number
  /** The target that a sender names. */
  target: (sender: number) => string
  /** The target that a receiver must see. */
  seen: (receiver: number) => string
  receivers: (sender: number) => readonly Client[]
  /** Whether all receivers hear the same messages, and so must hear them in one order. */
  shared: boolean
}

type Sender = {
  client: Client
  command: string
  receivers: number
  sent: number
  inFlight: number
  /** How many receivers have yet to hear each message in flight, by its number modulo the window. */
  waiting: Int32Array
}

export class ClosedLoop {
  deliveries = 0
  readonly #plan: Plan
  readonly #window: number
  readonly #senders: Sender[]
  readonly #ready: Set<Sender>
  readonly #ledger: Ledger
  /** What each client has heard, in its order, as one number. */
  readonly #orders: Int32Array
  #open = true

  constructor(plan: Plan, settings: Settings) {
    this.#plan = plan
    this.#window = settings.window
    this.#ledger = new Ledger(plan.clients.length * plan.senders)
    this.#orders = new Int32Array(plan.clients.length)
    this.#senders = plan.clients.slice(0, plan.senders).map((client) => this.#sender(client))
    this.#ready = new Set(this.#senders)
    for (const client of plan.clients) {
      client.onMessage = this.#listener(client.index)
      client.onTurn = () => this.#sendReady()
    }
    const victim = plan.clients[1]
    if (settings.lie && victim) victim.onMessage = liar(settings.lie, victim.onMessage)
  }

  /** Warms up, measures, lets what is in flight arrive, and closes the books. */
  async run(settings: Settings): Promise<Outcome> {
    const progress = () => this.deliveries
    this.#sendReady()
    await phase(progress, settings.warmUp, settings)
    const measured = await phase(progress, settings.measured, settings)
    this.#open = false
    await drain(() => this.#senders.every((sender) => sender.inFlight === 0), progress, settings.stallMs)
    await Promise.all(this.#plan.clients.map((client) => client.fence()))
    this.#closeBooks()
    const { count: deliveries, cpuSeconds, wallSeconds, stealPercent } = measured
    return {
      figures: {
        cpuUsPerDelivery: (cpuSeconds / deliveries) * 1e6,
        deliveriesPerSecond: deliveries / wallSeconds,
        deliveries,
        cpuSeconds,
        wallSeconds,
        stealPercent,
      },
      defects: this.#ledger.defects,
    }
  }

  #sender(client: Client): Sender {
    return {
      client,
      command: `PRIVMSG ${this.#plan.target(client.index)} :`,
      receivers: this.#plan.receivers(client.index).length,
      sent: 0,
      inFlight: 0,
      waiting: new Int32Array(this.#window),
    }
  }

  /** Fills the windows that have room. Each message is a write of its own, as from people and not from a pipe. */
  #sendReady() {
    if (!this.#open || this.#ready.size === 0) return
    for (const sender of this.#ready) {
      for (; sender.inFlight < this.#window; sender.inFlight++) {
        sender.waiting[sender.sent % this.#window] = sender.receivers
        sender.client.send(`${sender.command}${textOf(sender.client.index, sender.sent)}\r\n`)
        sender.sent++
      }
    }
    this.#ready.clear()
  }

  #listener(receiver: number): Hear {
    const head = Buffer.from(` PRIVMSG ${this.#plan.seen(receiver)} :`)
    const { defects } = this.#ledger
    return (bytes, start, end) => {
      const index = senderOf(bytes, end)
      const seq = seqOf(bytes, end)
      const sender = this.#senders[index]
      if (!sender || seq < 0 || seq >= sender.sent || !hasHead(bytes, start, end, index, head)) {
        defects.corrupted++
        return
      }
      if (!isIntact(bytes, end, index, seq)) defects.corrupted++
      this.deliveries++
      this.#orders[receiver] = Math.imul((this.#orders[receiver] ?? 0) ^ index, 31) + seq
      const advanced = this.#ledger.book(receiver * this.#senders.length + index, seq)
      for (let each = seq - advanced + 1; each <= seq; each++) this.#heard(sender, each)
    }
  }

  #heard(sender: Sender, seq: number) {
    const slot = seq % this.#window
    const waiting = (sender.waiting[slot] ?? 0) - 1
    sender.waiting[slot] = waiting
    if (waiting > 0) return
    sender.inFlight--
    this.#ready.add(sender)
  }

  #closeBooks() {
    const { clients, receivers, shared } = this.#plan
    for (const { client, sent } of this.#senders) {
      for (const receiver of receivers(client.index)) {
        this.#ledger.close(receiver.index * this.#senders.length + client.index, sent)
      }
    }
    if (!shared) return
    // A sender without echo-message has not heard itself, so its order says nothing.
    const listeners = clients.filter(({ echo, index }) => echo || index >= this.#senders.length)
    const agreed = this.#orders[listeners.at(-1)?.index ?? 0]
    const disagreed = listeners.filter(({ index }) => this.#orders[index] !== agreed)
    this.#ledger.defects.disagreed = disagreed.length
  }
}

/** Whether a line is `[@tags] :b<sender>!… PRIVMSG <target> :` and then the text. */
function hasHead(bytes: Buffer, start: number, end: number, sender: number, head: Buffer): boolean {
  const source = bytes[start] === 64 ? bytes.indexOf(32, start) + 1 : start
  const text = end - TEXT_BYTES
  if (text - head.length <= source) return false
  if (bytes[source] !== 58 || readDigits(bytes, source + 2, 4) !== sender) return false
  return bytes.compare(head, 0, head.length, text - head.length, text) === 0
}
