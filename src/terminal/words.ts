// Happenings as lines for people. Messages are for standard output, `HH:MM nick text`; everything else for standard
// error. All that a peer wrote passes through `printable` here.

import type { Happening, Spoken } from "../client/happening.ts"
import { historyPage } from "../client/isupport.ts"
import type { View } from "../client/view.ts"
import { printable } from "../protocol/printable.ts"
import { answerWords } from "./answers.ts"
import { clock, day } from "./clock.ts"
import { modeWords } from "./mode-words.ts"
import { Crowd } from "./crowd.ts"
import { Recent } from "./recent.ts"
import {
  because,
  caughtUpWords,
  cutWords,
  errorWords,
  inOneLine,
  moreWords,
  ownWords,
  say,
  sparseWords,
  topicWords,
} from "./sentences.ts"
import { bold, coloured, dash, dim, type Style } from "./style.ts"

export interface Printed {
  readonly stream: "out" | "err"
  readonly text: string
  readonly bell?: boolean
  /** Columns before what goes on in a second line, where lines are broken. */
  readonly indent?: number
}

/** Characters of a message that is only referred to. */
const QUOTED_MAX = 40
/** Code that was pasted keeps its shape. */
const TAB = "    "
/** Below the time, where a message goes on. */
const INDENT = "      "

/** Remembers the day last shown, and what was said. */
export class Words {
  readonly #view: View
  readonly #style: Style
  #day: string
  readonly recent: Recent
  readonly #crowd = new Crowd()
  /** What was told already: coming back to it is no news. */
  readonly #settled = { account: "", channels: new Set<string>(), isBack: false }

  constructor(view: View, style: Style, now: number) {
    this.#view = view
    this.recent = new Recent(view)
    this.#style = style
    this.#day = day(now)
  }

  of(happening: Happening): Printed[] {
    if (this.#crowd.takes(happening)) {
      this.#crowd.add(happening)
      return []
    }
    return [...this.#crowdWords(), ...this.#told(happening)]
  }

  #crowdWords(): Printed[] {
    const moved = this.#crowd.take()
    if (!moved) return []
    const text = `${clock(moved.at)} ${this.#where(moved.where, false)}${moved.words}`
    return [...this.#newDay(moved.at), note(dim(text, this.#style))]
  }

  #told(happening: Happening): Printed[] {
    const isOut = (happening.type === "part" || happening.type === "kick") && happening.own
    if (isOut || happening.type === "joinRefused")
      this.#settled.channels.delete(this.#view.key(happening.target))
    if ("past" in happening) {
      this.recent.shown(happening)
      return [...this.#newDay(happening.at), this.#spoken(happening)]
    }
    if (happening.type === "found") return this.#found(happening)
    const text = this.#event(happening)
    if (text === undefined) return []
    if (!("at" in happening)) return [note(text)]
    return [...this.#newDay(happening.at), note(dim(`${clock(happening.at)} ${text}`, this.#style))]
  }

  #newDay(at: number): Printed[] {
    const today = day(at)
    if (today === this.#day) return []
    this.#day = today
    const line = dash(this.#style)
    return [note(dim(`${line} ${today} ${line}`, this.#style))]
  }

  #found(found: Happening & { type: "found" }): Printed[] {
    if (found.by === "history") return this.#readBack(found)
    const { messages, cutAt, asked } = found
    const more = moreWords(messages, asked[0] ?? "", historyPage(this.#view))
    const cut = cutAt === undefined ? [] : [note(cutWords(cutAt))]
    const listed = messages.length > 0 ? this.#list(messages, true) : [note("nothing was found")]
    return [...listed, ...(more === undefined ? cut : [note(more)])]
  }

  #readBack({ messages, end, asked, cutAt }: Happening & { type: "found" }): Printed[] {
    const [verb, target = "", place = "", count = ""] = asked
    const isFirst = !place.startsWith("timestamp=") && !this.recent.isReadBack(target)
    const known = end === "earlier" && isFirst ? this.recent.latest(target, Number(count)) : []
    if (messages.length === 0 && known.length > 0) {
      this.recent.readBack(known)
      return [note("nothing earlier is kept here than what was shown, which ends so:"), ...this.#list(known)]
    }
    this.recent.readBack(messages)
    if (cutAt !== undefined)
      return [...this.#list(messages), note(sparseWords(cutAt, verb === "AFTER", "/history "))]
    if (messages.length === 0 && end === undefined) return [note("nothing was found")]
    if (messages.length === 0 && verb === "LATEST") return [note("nothing is kept of what was said there")]
    const before = end === "earlier" ? [note("this is the beginning: nothing earlier is kept here")] : []
    const after = end === "later" ? [note("nothing was said after that")] : []
    return [...before, ...this.#list(messages), ...after]
  }

  /** To choose from, a line each. */
  choice(messages: readonly Spoken[]): Printed[] {
    if (messages.length === 0) return [note("there is nothing")]
    return this.#list(messages.map((spoken) => ({ ...spoken, text: inOneLine(spoken.text) })))
  }

  /** Messages with the numbers that mean them from now on. */
  #list(messages: readonly Spoken[], everywhere = false): Printed[] {
    if (messages.length === 0) return []
    this.recent.list(messages)
    const columns = `[${messages.length}]`.length
    return messages.map((spoken, i) => {
      const date = day(spoken.at) === this.#day ? "" : `${day(spoken.at)} `
      const { text } = this.#spoken(spoken, date, everywhere)
      return { stream: "out", text: `${`[${i + 1}]`.padStart(columns)} ${text}` }
    })
  }

  #spoken(spoken: Spoken, date = "", everywhere = false): Printed {
    const { type, at, target, from, text, mention, past } = spoken
    const name = coloured(printable(from), this.#style)
    const where = this.#where(target, everywhere)
    const who = type === "action" ? `* ${name}` : type === "notice" ? `-${name}-` : name
    const words = inLines(text)
    const said = `${this.#answered(spoken)}${mention ? bold(words, this.#style) : words}`
    const line = `${date}${clock(at)} ${where}${who} ${said}`
    return { stream: type === "notice" ? "err" : "out", text: line, bell: mention && !past }
  }

  // A channel is named when there are several; a direct conversation always.
  #where(target: string, everywhere: boolean): string {
    if (this.#view.isChannel(target))
      return everywhere || this.#view.channels().length > 1 ? `${printable(target)} ` : ""
    return this.#view.isOwn(target) || target === "*" ? "" : `@${printable(target)} `
  }

  /** What a message answers, where it is known. */
  #answered({ replyTo }: Spoken): string {
    const to = replyTo === undefined ? undefined : this.recent.byId(replyTo)
    return to ? dim(`(to ${this.#quoted(to)}) `, this.#style) : ""
  }

  #quoted({ from, text }: Spoken): string {
    const line = printable(text.replaceAll("\n", " "))
    const characters = [...line]
    const cut = characters.length > QUOTED_MAX ? `${characters.slice(0, QUOTED_MAX).join("")}...` : line
    return `${printable(from)}: ${cut}`
  }

  #reacted({ from, text, of, target, removed }: Happening & { type: "reaction" }): string {
    const to = this.recent.byId(of)
    const what = to ? ` to ${this.#quoted(to)}` : ""
    const does = removed ? "no longer reacts" : "reacts"
    return this.#where(target, false) + say`${from} ${does} ${text}` + what
  }

  #takenBack({ from, of, target, reason }: Happening & { type: "redacted" }): string {
    const message = this.recent.byId(of)
    this.recent.forget(of)
    const where = this.#where(target, false)
    if (!message) return say`${where}${from} took a message back` + because(reason)
    const whose = this.#view.same(message.from, from) ? "" : say` of ${message.from}`
    return say`${where}${from} took back the message${whose} of ${clock(message.at)}` + because(reason)
  }

  #isBackIn(target: string): boolean {
    const { channels } = this.#settled
    const key = this.#view.key(target)
    const isBack = channels.has(key)
    channels.add(key)
    return isBack
  }

  #event(happening: Exclude<Happening, Spoken>): string | undefined {
    switch (happening.type) {
      case "registered":
        if (this.#settled.isBack) return say`connected again as ${happening.nick}`
        this.#settled.isBack = true
        return `connected${happening.network ? ` to ${printable(happening.network)}` : ""} as ${printable(happening.nick)}; /help lists the commands`
      case "loggedIn":
        if (this.#settled.account === happening.account) return undefined
        this.#settled.account = happening.account
        return say`logged in as ${happening.account}`
      case "reaction":
        return this.#reacted(happening)
      case "redacted":
        return this.#takenBack(happening)
      case "unread": {
        const count = `${happening.count}${happening.orMore ? " or more" : ""}`
        const where = this.#view.isChannel(happening.target) ? "in" : "from"
        const line = dash(this.#style)
        return dim(say`${line} ${count} unread ${where} ${happening.target} ${line}`, this.#style)
      }
      case "join":
        if (happening.own && this.#isBackIn(happening.target)) return undefined
        return say`${happening.own ? "you" : happening.from} joined ${happening.target}`
      case "part":
        return (
          say`${happening.own ? "you" : happening.from} left ${happening.target}` + because(happening.reason)
        )
      case "quit":
        return say`${happening.from} quit` + because(happening.reason)
      case "nick":
        return happening.own
          ? say`you are now ${happening.to}`
          : say`${happening.from} is now ${happening.to}`
      case "kick": {
        const who = happening.own ? "you" : happening.who
        return say`${happening.from} removed ${who} from ${happening.target}` + because(happening.reason)
      }
      case "topic":
        return topicWords(happening)
      case "mode":
        return modeWords(this.#view, happening)
      case "away":
        // Who comes for a moment and is nobody's presence is not worth a word.
        if (happening.text === "*") return undefined
        return happening.text === undefined
          ? say`${happening.from} is back`
          : say`${happening.from} is away` + because(happening.text)
      case "invite":
        return say`${happening.from} invites you: /join ${happening.target}`
      case "gap":
        return happening.complete
          ? undefined
          : say`${happening.target}: what was said meanwhile could not all be fetched`
      case "caughtUp":
        return caughtUpWords(happening)
      case "undelivered":
        return (
          say`not delivered to ${happening.target} (${happening.reason}): ` +
          inLines(ownWords(happening.text))
        )
      case "unconfirmed": {
        const { target, text, wasSent } = happening
        const what = wasSent ? "not confirmed by the server yet, to" : "kept until there is a connection, to"
        return `${what} ${say`${target}: ${inOneLine(ownWords(text))}`}`
      }
      case "joinRefused":
        return say`cannot join ${happening.target}: ${happening.reason}`
      case "nickTaken":
        return (
          happening.using && say`${happening.wanted} is in use; you are ${happening.using} until it is free`
        )
      case "error":
        return errorWords(happening)
      case "answer":
        return answerWords(happening)
      // The end of a connection is told where it ends.
      case "refused":
      case "loginRefused":
      case "found":
      case "history":
        return undefined
    }
  }
}

function inLines(text: string): string {
  return text.replaceAll("\t", TAB).split("\n").map(printable).join(`\n${INDENT}`)
}

function note(text: string): Printed {
  return { stream: "err", text }
}
