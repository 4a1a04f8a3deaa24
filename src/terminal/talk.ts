// Line mode: what is typed becomes commands and messages, what happens becomes lines.

import type { Happening, Spoken } from "../client/happening.ts"
import type { Session } from "../client/session.ts"
import { printable } from "../protocol/printable.ts"
import { COMMANDS, type Desk } from "./commands.ts"
import type { Recent } from "./recent.ts"
import type { Printed, Words } from "./words.ts"

export interface TalkOptions {
  readonly session: Session
  readonly words: Words
  print(line: Printed): void
  /** Sends and shows what a command has caused. */
  flush(): void
  quit(reason?: string): void
  /** Lines typed without being shown; none where that cannot be. */
  secrets(whats: readonly string[]): Promise<readonly string[]>
  /** The known word that is meant by another, if one is near. */
  nearest(word: string, known: Iterable<string>): string | undefined
}

export class Talk implements Desk {
  readonly #options: TalkOptions
  target: string | undefined
  asked: Desk["asked"]
  /** Nicks that spoke, the last first: completion offers them in this order. */
  readonly speakers: string[] = []
  /** Channels that we came into and have not left, by folded name. */
  readonly #entered = new Set<string>()

  constructor(options: TalkOptions, target: string | undefined) {
    this.#options = options
    this.target = target
  }

  get session(): Session {
    return this.#options.session
  }

  get recent(): Recent {
    return this.#options.words.recent
  }

  known = (name: string) => {
    const { view, wanted } = this.session
    return view.isChannel(name) ? name : wanted.get(view.key(`#${name}`))?.name
  }

  list(messages: readonly Spoken[]) {
    for (const line of this.#options.words.choice(messages)) this.#options.print(line)
  }

  note = (text: string, indent?: number) =>
    this.#options.print({ stream: "err", text, ...(indent === undefined ? {} : { indent }) })

  secrets = (whats: readonly string[]) => this.#options.secrets(whats)

  flush = () => this.#options.flush()

  quit(reason?: string) {
    this.#options.quit(reason)
  }

  /** A line from the keyboard or a pipe. */
  typed(line: string) {
    if (line.startsWith("/") && !line.startsWith("//")) this.#command(line)
    // A slip would tell everybody what was for the server alone: a password, for instance.
    else if (/^[\s\p{Cc}]+\/[a-z]/iu.test(line))
      this.note("nothing was sent: a command begins its line; //TEXT says it")
    else if (line.trim() !== "") this.#say(line.startsWith("//") ? line.slice(1) : line)
    this.#options.flush()
  }

  /** Lines that came at once: they are one message, unless they begin with a command. */
  entered(lines: readonly string[]) {
    const [first = ""] = lines
    if (lines.length === 1 || /^\/(?!\/)/.test(first)) return lines.forEach((line) => this.typed(line))
    this.#say(lines.join("\n"))
    this.#options.flush()
  }

  #say(text: string) {
    if (this.target === undefined) this.note("you are in no channel: /join CHANNEL first")
    else this.session.say("message", this.target, text)
  }

  #command(line: string) {
    const [, name = "", rest = ""] = /^\/(\S*)\s*(.*)$/s.exec(line) ?? []
    const command = Object.hasOwn(COMMANDS, name.toLowerCase()) ? COMMANDS[name.toLowerCase()] : undefined
    if (!command) {
      const near = this.#options.nearest(name, Object.keys(COMMANDS))
      const hint = near ? `did you mean /${near}?` : "/help lists the commands"
      return this.note(printable(`there is no command /${name}; ${hint}`))
    }
    if (!command.offline && !this.session.view.registered)
      return this.note("not connected just now: nothing was sent")
    if (command.run(this, rest) === false) this.note(`usage: /${name.toLowerCase()} ${command.syntax}`)
  }

  happened(happenings: readonly Happening[]) {
    for (const happening of happenings) {
      this.#follow(happening)
      for (const line of this.#options.words.of(happening)) this.#options.print(line)
    }
  }

  /** What is typed goes to the channel last joined or named; one that we are back in after a lost connection was not joined. */
  #follow(happening: Happening) {
    if (happening.type === "join" && happening.own) this.#enter(happening.target)
    const closed = (happening.type === "part" || happening.type === "kick") && happening.own
    if (closed || happening.type === "joinRefused") this.#leave(happening.target)
    if ("past" in happening && !happening.own) this.#spoke(happening.from)
    if (happening.type === "nick") this.#renamed(happening)
  }

  #renamed({ from, to, own, fetched }: Happening & { type: "nick" }) {
    this.#spoke(to)
    if (own || fetched) return
    // Under the old nick somebody else may come.
    if (this.target !== undefined && this.session.view.same(this.target, from)) this.target = to
    this.recent.renamed(from, to)
  }

  #enter(target: string) {
    const key = this.session.view.key(target)
    // All may be refused, after a lost connection, before one of them is open again.
    if (!this.#entered.has(key) || this.target === undefined) this.target = target
    this.#entered.add(key)
  }

  #leave(target: string) {
    const { view } = this.session
    this.#entered.delete(view.key(target))
    if (this.target !== undefined && view.same(this.target, target))
      this.target = view.channels().at(-1)?.name
  }

  #spoke(nick: string) {
    const at = this.speakers.indexOf(nick)
    if (at >= 0) this.speakers.splice(at, 1)
    this.speakers.unshift(nick)
    if (this.speakers.length > 200) this.speakers.pop()
  }
}
