// Happenings as lines for people. Messages are for standard output, `HH:MM nick text`; everything else for standard
// error. All that a peer wrote passes through `printable` here.

import type { Happening, Spoken } from "../client/happening.ts"
import type { View } from "../client/view.ts"
import { printable } from "../protocol/printable.ts"
import { answerWords } from "./answers.ts"
import { clock, day, duration } from "./clock.ts"
import { bold, coloured, dash, dim, type Style } from "./style.ts"

export interface Printed {
  readonly stream: "out" | "err"
  readonly text: string
  readonly bell?: boolean
}

/** Remembers the day last shown. */
export class Words {
  readonly #view: View
  readonly #style: Style
  #day: string

  constructor(view: View, style: Style, now: number) {
    this.#view = view
    this.#style = style
    this.#day = day(now)
  }

  of(happening: Happening): Printed[] {
    if ("past" in happening) return [...this.#newDay(happening.at), this.#spoken(happening)]
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

  #spoken({ type, at, target, from, text, mention, past }: Spoken): Printed {
    const name = coloured(printable(from), this.#style)
    const where = this.#where(target)
    const who = type === "action" ? `* ${name}` : type === "notice" ? `-${name}-` : name
    const words = printable(text)
    const line = `${clock(at)} ${where}${who} ${mention ? bold(words, this.#style) : words}`
    return { stream: type === "notice" ? "err" : "out", text: line, bell: mention && !past }
  }

  // A channel is named when there are several; a direct conversation always.
  #where(target: string): string {
    if (this.#view.isChannel(target)) return this.#view.channels().length > 1 ? `${printable(target)} ` : ""
    return this.#view.isOwn(target) || target === "*" ? "" : `@${printable(target)} `
  }

  #event(happening: Exclude<Happening, Spoken>): string | undefined {
    switch (happening.type) {
      case "registered":
        return `connected${happening.network ? ` to ${printable(happening.network)}` : ""} as ${printable(happening.nick)}; /help lists the commands`
      case "join":
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
        return say`${happening.from} set ${happening.target} ${happening.changes.join(" ")}`
      case "away":
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
        return say`not delivered to ${happening.target} (${happening.reason}): ${happening.text}`
      case "joinRefused":
        return say`cannot join ${happening.target}: ${happening.reason}`
      case "nickTaken":
        return (
          happening.using && say`${happening.wanted} is in use; you are ${happening.using} until it is free`
        )
      case "error":
        return say`${[happening.params.join(" "), happening.text].filter((each) => each !== "").join(": ")} (${happening.code})`
      case "answer":
        return answerWords(happening)
      // The end of a connection is told where it ends.
      case "refused":
      case "history":
        return undefined
    }
  }
}

function note(text: string): Printed {
  return { stream: "err", text }
}

function topicWords({ from, target, text }: Happening & { type: "topic" }): string {
  if (from === undefined) return say`topic of ${target}: ${text}`
  return text === ""
    ? say`${from} removed the topic of ${target}`
    : say`${from} set the topic of ${target}: ${text}`
}

function caughtUpWords({ tookMs, fetched, complete }: Happening & { type: "caughtUp" }): string {
  const lost = complete ? "0 lost" : "more may be lost: this server did not give all of it"
  return `reconnected in ${duration(tookMs)}, ${fetched} fetched, ${lost}`
}

/** Servers put `Quit: ` before what the user said, and often the user said nothing. */
function because(said: string): string {
  const reason = said.replace(/^Quit: ?/, "")
  return reason === "" ? "" : say`: ${reason}`
}

/** A template whose every value is made printable. */
function say(parts: TemplateStringsArray, ...values: string[]): string {
  return parts.map((part, i) => part + printable(values[i] ?? "")).join("")
}
