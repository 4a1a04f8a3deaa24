// From a connection to a session under the wanted nick: https://modern.ircdocs.horse/#connection-registration

import type { Context, Handler } from "./context.ts"

/** `nick_`, `nick__`, `nick___`: who holds them all means it. */
const UNDERSCORES_MAX = 3
/** ms between tries to get the wanted nick back; its holder's QUIT or NICK is acted on at once. */
const REGAIN_MS = 30_000

export interface Person {
  readonly nick: string
  readonly username: string
  readonly realname: string
  /** The first registration must be under this very nick. */
  readonly nickFixed: boolean
  /** It comes for one thing and goes again: nobody is there by it. https://ircv3.net/specs/extensions/pre-away.html */
  readonly isNowhere?: boolean
}

export class Registration {
  #person: Person
  #wanted: string
  #asked: string | undefined
  #once = false
  #triedAt = 0

  constructor(person: Person) {
    this.#person = person
    this.#wanted = person.nick
  }

  get isNowhere(): boolean {
    return this.#person.isNowhere === true
  }

  get wanted(): string {
    return this.#wanted
  }

  /** The user asks for another nick: that one is wanted as soon as it is granted. */
  ask(context: Context, nick: string) {
    this.#asked = nick
    context.send(`NICK ${nick}`)
  }

  /** Our nick changed. */
  became(context: Context, nick: string) {
    if (this.#asked !== undefined && context.view.same(nick, this.#asked)) this.#wanted = nick
    this.#asked = undefined
  }

  begin(context: Context) {
    const { username, realname } = this.#person
    context.send("CAP LS 302")
    context.send(`NICK ${this.#wanted}`)
    context.send(`USER ${username} 0 * :${realname}`)
  }

  welcomed(context: Context) {
    this.#once = true
    this.#triedAt = context.now
  }

  /** 432, 433, 436, 437. */
  refused(context: Context, nick: string, reason: string, inUse: boolean) {
    if (context.view.registered) return this.#stays(context, nick, reason)
    const next = `${context.view.nick}_`
    const tries = next.length - this.#wanted.length
    const over = !inUse || tries > UNDERSCORES_MAX || (this.#person.nickFixed && !this.#once)
    context.tell({ type: "nickTaken", wanted: this.#wanted, using: over ? undefined : next, reason })
    if (over) return
    context.view.nick = next
    context.send(`NICK ${next}`)
  }

  // A try to regain the nick is made silently, and so is its failure; what the user asked for is answered.
  #stays(context: Context, nick: string, reason: string) {
    this.#later(context)
    if (this.#asked !== undefined) context.tell({ type: "error", code: "433", params: [nick], text: reason })
    this.#asked = undefined
  }

  /** Somebody let go of a nick. */
  freed(context: Context, nick: string) {
    if (context.view.same(nick, this.#wanted)) this.#regain(context)
  }

  tick(context: Context) {
    if (context.now - this.#triedAt >= REGAIN_MS) this.#regain(context)
  }

  #regain(context: Context) {
    if (!context.view.registered || context.view.isOwn(this.#wanted)) return
    this.#later(context)
    context.send(`NICK ${this.#wanted}`)
  }

  #later(context: Context) {
    this.#triedAt = context.now
  }
}

export const onWelcome: Handler = (context, { params }) => {
  const { view } = context
  view.nick = params[0] ?? view.nick
  view.registered = true
  context.registration.welcomed(context)
}
