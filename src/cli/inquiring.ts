// What search and history share: a connection that asks, page by page, and leaves again.

import type { Happening, Spoken } from "../client/happening.ts"
import type { Session } from "../client/session.ts"
import { historyPage } from "../client/isupport.ts"
import { printable } from "../protocol/printable.ts"
import { serverTime } from "../protocol/server-time.ts"
import { parseWhen, WHEN } from "../terminal/when.ts"
import { clock } from "../terminal/clock.ts"
import { cutWords, sparseWords } from "../terminal/sentences.ts"
import { EXIT, UserError, type ExitCode } from "../user-error.ts"
import { dial, fatal, isTarget, placeOf, SERVER_FLAGS, type Who } from "./dialling.ts"
import { objectsOf, writeObject } from "./happening-json.ts"

export const INQUIRY_FLAGS = {
  limit: { type: "string", valueHint: "N", description: "so many messages at most" },
  after: {
    type: "string",
    valueHint: "TIME",
    description: "not older: 2026-11-20, 2026-11-20T14:02, yesterday, 3h",
  },
  before: { type: "string", valueHint: "TIME", description: "not newer" },
  json: { type: "boolean", description: "one JSON object a line" },
  ...SERVER_FLAGS,
} as const

interface Flags extends Who {
  readonly json: boolean | undefined
  readonly server: string | undefined
  readonly host: string | undefined
}

export interface Inquiry {
  /** A channel or a person, with or without a sign; undefined: all channels of the profile, and all talks. */
  readonly target: string | undefined
  readonly limit: number
  /** Whether the next page holds what is newer; else what is older. */
  readonly forward: boolean
  /** The capability without which the server cannot answer, and the words for that. */
  readonly needs: readonly [capability: string, words: string]
  /** Asks for the next page, given all that was found; false when there is none. `target` as it was resolved. */
  ask(session: Session, target: string | undefined, found: readonly Spoken[]): boolean
}

/** Asks, prints what was found, oldest first, and ends. */
export async function inquire(flags: Flags, inquiry: Inquiry): Promise<ExitCode> {
  const place = placeOf(flags.host, flags.server)
  const known = place.profile?.server.channels ?? []
  const state: State = { target: inquiry.target, phase: "begin", found: [] }
  const dialled = await dial(place, flags, {
    channels: inquiry.target === undefined ? known : [],
    nickFixed: false,
    isNowhere: true,
    retry: "never",
    askWords: undefined,
    happened(happenings, current) {
      const { session, link } = current
      for (const happening of happenings) {
        const end = fatal(happening, current) ?? refused(happening, state)
        if (end) return link.fail(end)
        if (happening.type === "registered") {
          const [capability, words] = inquiry.needs
          if (!session.view.capabilities.has(capability)) return link.fail(new UserError(words))
          enter(session, state, known)
        }
        if (state.phase === "listing") listed(happening, session, state)
        if (happening.type !== "found") continue
        const { by, cutAt } = happening
        if (cutAt !== undefined) process.stderr.write(`chat: ${stoppedWords(by, cutAt, inquiry)}\n`)
        const isCut = by === "history" && cutAt !== undefined
        if (!take(happening.messages, session, inquiry, state, isCut)) link.quit()
      }
      if (state.phase !== "asking" && isThere(session, state)) {
        state.phase = "asking"
        inquiry.ask(session, state.target, [])
        link.flush()
      }
    },
  })
  process.on("SIGINT", () => process.exit(EXIT.interrupted))
  await dialled.link.run()
  const server = dialled.session.view.network || place.address.host
  show(state.found, flags.json === true, server)
  if (state.found.length >= inquiry.limit) {
    const which = inquiry.forward ? "first" : "newest"
    process.stderr.write(`chat: these are the ${which} ${state.found.length}; --limit N may show more\n`)
  }
  return EXIT.done
}

interface State {
  target: string | undefined
  /** Oldest first. */
  found: Spoken[]
  phase: "begin" | "listing" | "joining" | "person" | "asking"
}

/** Into the channel that is asked about, if there is one: a name without a sign may be a person's. */
function enter(session: Session, state: State, known: readonly string[]) {
  const { target } = state
  if (target === undefined) state.phase = "joining"
  else {
    const channel = session.view.isChannel(target) ? target : `#${target}`
    const isKnown = known.some((name) => session.view.same(name, channel)) || session.view.channel(channel)
    if (isKnown) join(session, state, channel)
    else {
      // A JOIN would make a channel that is not there.
      state.phase = "listing"
      session.command("LIST", [channel])
    }
  }
}

function join(session: Session, state: State, channel: string) {
  state.phase = "joining"
  state.target = channel
  if (!session.view.channel(channel)) session.join(channel)
}

function listed(happening: Happening, session: Session, state: State) {
  if (happening.type !== "answer") return
  const [name = ""] = happening.params
  if (happening.code === "322") join(session, state, name)
  if (happening.code === "323") state.phase = "person"
}

function isThere({ view, wanted }: Session, { target, phase }: State): boolean {
  if (!view.greeted) return false
  if (phase === "person") return true
  if (phase !== "joining") return false
  if (target !== undefined) return view.channel(target) !== undefined
  return [...wanted.values()].every(({ name }) => view.channel(name))
}

function stoppedWords(by: "search" | "history", cutAt: number, { forward }: Inquiry): string {
  return by === "search" ? cutWords(cutAt) : sparseWords(cutAt, forward, "--")
}

/** False when that was all. */
function take(
  page: readonly Spoken[],
  session: Session,
  inquiry: Inquiry,
  state: State,
  isCut: boolean,
): boolean {
  // Pages that are bounded by a time bring what was said at that very time once more.
  const known = new Set(state.found.map(({ id }) => id))
  const fresh = page.filter(({ id }) => id === undefined || !known.has(id))
  state.found = inquiry.forward ? [...state.found, ...fresh] : [...fresh, ...state.found]
  // A page of nothing but that very time, which no time leads out of.
  if (fresh.length === 0 && page.length >= historyPage(session.view))
    process.stderr.write(`chat: ${crowdedWords(state.found, inquiry)}\n`)
  if (isCut || fresh.length === 0 || state.found.length >= inquiry.limit) return false
  return inquiry.ask(session, state.target, state.found)
}

function crowdedWords(found: readonly Spoken[], { forward }: Inquiry): string {
  const next = forward
    ? `--after ${serverTime((found.at(-1)?.at ?? 0) + 1)}`
    : `--before ${serverTime((found[0]?.at ?? 0) - 1)}`
  return `more may have been said at one time than a page has room for; ${next} goes on behind it`
}

function refused(happening: Happening, { target }: State): UserError | undefined {
  if (happening.type === "joinRefused" && target !== undefined)
    return noSuch(happening.target, happening.reason)
  if (happening.type !== "error") return undefined
  const [command = ""] = happening.params
  // 417 ERR_INPUTTOOLONG: so many words are too many for one line.
  if (happening.code === "417")
    return new UserError("that is too much to ask for at once", { exitCode: EXIT.tooFastOrBig })
  if (command !== "SEARCH" && command !== "CHATHISTORY") return undefined
  const isTargetsFault = happening.code === "INVALID_TARGET" || happening.params.includes("in")
  if (target !== undefined && isTargetsFault) return noSuch(target, happening.text)
  return new UserError(printable(`the server does not answer: ${happening.text}`))
}

function noSuch(target: string, reason: string): UserError {
  return new UserError(`nothing can be read of ${printable(target)}: ${printable(reason)}`, {
    hint: "there is no such channel or person, or it is not for you",
    exitCode: EXIT.noSuchTarget,
  })
}

function show(messages: readonly Spoken[], json: boolean, server: string) {
  if (messages.length === 0) process.stderr.write("chat: nothing was found\n")
  for (const spoken of messages) {
    if (json) for (const object of objectsOf(spoken, server)) writeObject(object)
    else process.stdout.write(`${lineOf(spoken)}\n`)
  }
}

function lineOf({ at, target, from, type, text }: Spoken): string {
  const date = new Date(at)
  const day = [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((n) => String(n).padStart(2, "0"))
  const who = type === "action" ? `* ${printable(from)}` : printable(from)
  const words = text.split("\n").map(printable).join("\n    ")
  return `${day.join("-")} ${clock(at)} ${printable(target)} ${who} ${words}`
}

export function limitOf(text: string | undefined, otherwise: number, of = "messages"): number {
  if (text === undefined) return otherwise
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text)
  throw new UserError(`--limit ${text} is no number of ${of}`, { exitCode: EXIT.usage })
}

export interface Bounds {
  readonly after: number | undefined
  readonly before: number | undefined
}

/** In ms since 1970. */
export function boundsOf(flags: Readonly<Record<keyof Bounds, string | undefined>>): Bounds {
  const bounds = { after: timeOf("after", flags.after), before: timeOf("before", flags.before) }
  const { after, before } = bounds
  if (after === undefined || before === undefined || after <= before) return bounds
  throw new UserError(`--after ${flags.after} is later than --before ${flags.before}`, {
    hint: "--after takes the earlier of the two",
    exitCode: EXIT.usage,
  })
}

/** ms since 1970, or undefined when the flag was not given. */
export function timeOf(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const at = parseWhen(text, Date.now())
  if (at !== undefined) return at
  throw new UserError(`--${flag} ${text} is no time`, {
    hint: `write ${WHEN}`,
    exitCode: EXIT.usage,
  })
}

export function targetOf(text: string): string {
  if (isTarget(text)) return text
  throw new UserError(`${JSON.stringify(text)} cannot be a channel or a person`, { exitCode: EXIT.usage })
}
