// chat connect: the terminal client. On a terminal a prompt; with --line, in a pipe or on a simple terminal plain lines.

import { createInterface } from "node:readline/promises"
import { parsePin } from "../authority/pin.ts"
import type { Happening } from "../client/happening.ts"
import type { Session } from "../client/session.ts"
import type { Link } from "../dial/link.ts"
import { printable } from "../protocol/printable.ts"
import { completer } from "../terminal/complete.ts"
import { plainScreen, promptScreen, type Screen } from "../terminal/screens.ts"
import { Talk } from "../terminal/talk.ts"
import { Words } from "../terminal/words.ts"
import { Outage } from "../terminal/outage.ts"
import { ownWords } from "../terminal/sentences.ts"
import { WINDOW } from "../client/outbox.ts"
import { EXIT, UserError, type ExitCode } from "../user-error.ts"
import { cliCommand } from "./command.ts"
import {
  channelName,
  dial,
  DIAL_FLAGS,
  type Dialled,
  fatal,
  isTarget,
  placeOf,
  remember,
  removedFrom,
} from "./dialling.ts"
import type { Parsed } from "./flags.ts"
import { nearest } from "../nearest.ts"
import { report } from "./run.ts"

const CHANNEL_DEFAULT = "#general"

/** How the chat is shown, and what is done when it ends. */
export const CHAT_FLAGS = {
  line: {
    type: "boolean",
    description: "plain lines, no prompt, no colour: for screen readers and simple terminals",
  },
  "no-retry": { type: "boolean", description: "end when the connection is lost" },
  retry: { type: "boolean", description: "try again even if the first connection fails" },
  "no-color": { type: "boolean", description: "no colours, and no prompt that needs escape sequences" },
  ascii: { type: "boolean", description: "only ASCII in what this program itself writes" },
} as const

const FLAGS = {
  join: {
    type: "string",
    valueHint: "CHANNEL",
    description: "a channel to be in; default: those of last time, or #general",
    repeatable: true,
  },
  ...DIAL_FLAGS,
  ...CHAT_FLAGS,
} as const

export const connect = cliCommand({
  name: "connect",
  operands: "[HOST[:PORT]]",
  summary: "chat on a server; without an address, on the last one used",
  examples: [
    ["chat connect lab.local --pin otter-mango-…", "the first time, with the six words its host gave you"],
    ["chat connect lab.local --cert alice.pem …", "as alice, whose key is in alice.key"],
    ["chat connect lab.local --sasl alice", "as alice, who has a password"],
    ["chat connect", "the server of last time"],
    ["echo hello | chat connect", "say it and leave"],
  ],
  flags: FLAGS,
  operandsMax: 1,
  run: openChat,
})

export async function openChat({ flags, positionals }: Parsed<typeof FLAGS>): Promise<ExitCode> {
  const place = placeOf(positionals[0], undefined)
  const channels = channelsOf(flags.join, place.profile?.server.channels)
  const typing = process.stdin.isTTY === true
  const ready = Promise.withResolvers<void>()
  const outage = new Outage()
  let asked = false
  let talk: Talk | undefined
  let screen: Screen | undefined
  const dialled = await dial(place, flags, {
    channels,
    // A person sees that the nick is another one; a script that asked for one would not.
    nickFixed: !typing,
    isRead: typing,
    retry: flags["no-retry"] ? "never" : flags.retry ? "always" : "standing",
    askWords: typing ? () => askWords().finally(() => (asked = true)) : undefined,
    happened(happenings, current) {
      talk?.happened(happenings)
      const { greeted, registered } = current.session.view
      if (greeted && registered) outage.over()
      screen?.prompt(talk?.target)
      screen?.offline(outage.isOn)
      react(happenings, current)
      if (isEverywhere(current)) ready.resolve()
    },
    waiting(reason, inMs) {
      const text = outage.words(reason, inMs, Date.now())
      if (text !== undefined) screen?.print({ stream: "err", text: printable(text) })
      screen?.prompt(talk?.target)
      screen?.offline(outage.isOn)
      // Also before the first connection stands: what is typed is shown as kept, and /quit is heard.
      if (typing) ready.resolve()
    },
    told: (text) => screen?.print({ stream: "err", text }),
  })
  if (asked) process.stderr.write(`${flags.ascii ? "*" : "✓"} they match; remembered\n`)
  const { link, session } = dialled
  const colour =
    typing && process.stdout.isTTY === true && !flags.line && !flags["no-color"] && !isSimple(process.env)
  talk = new Talk(
    {
      session,
      words: new Words(session.view, { colour, ascii: flags.ascii === true }, Date.now()),
      print: (line) => screen?.print(line),
      flush: () => link.flush(),
      quit: (reason) => link.quit(reason),
      secrets: async (whats) => (await screen?.secrets(whats)) ?? [],
      nearest,
    },
    channels.at(-1),
  )
  const interrupt = interruptOf(link, () => {
    screen?.close()
    tellUnconfirmed(session)
  })
  screen = colour ? promptScreen(process, completer(talk), interrupt.now) : plainScreen(process)
  await converse(dialled, screen, talk, ready.promise)
  return interrupt.happened() ? EXIT.interrupted : EXIT.done
}

/** Until the connection is over: reads what is typed from when the channels are open, or have to be waited for. */
async function converse(dialled: Dialled, screen: Screen, talk: Talk, ready: Promise<void>) {
  let isOver = false
  const over = dialled.link.run().finally(() => (isOver = true))
  const reading = Promise.race([over, ready]).then(() => read(screen, talk, dialled, () => isOver))
  try {
    await Promise.race([over, reading])
    await over
  } finally {
    screen.close()
    tellUnconfirmed(dialled.session)
  }
}

/** What was written and may have reached nobody is given back. */
function tellUnconfirmed(session: Session) {
  for (const { target, text, wasSent } of session.unconfirmed()) {
    const what = wasSent ? "not confirmed by the server, to" : "not sent, to"
    const words = ownWords(text).split("\n").map(printable).join("\n")
    process.stderr.write(`chat: ${what} ${printable(target)}: ${words}\n`)
  }
}

function interruptOf(link: Link, restore: () => void) {
  let interrupted = false
  const now = () => {
    // The second time nothing is waited for, neither a server's goodbye nor a connection being made.
    if (interrupted) {
      restore()
      process.exit(EXIT.interrupted)
    }
    interrupted = true
    link.quit()
  }
  process.on("SIGINT", now).on("SIGTERM", now)
  return { now, happened: () => interrupted }
}

function react(happenings: readonly Happening[], dialled: Dialled) {
  for (const happening of happenings) {
    const end = fatal(happening, dialled) ?? ended(happening, dialled)
    if (end) dialled.link.fail(end)
  }
  if (happenings.some(changesProfile)) remember(dialled)
}

/** In every channel that is wanted and was not refused: what is typed has somewhere to go. */
function isEverywhere({ session: { view, wanted } }: Dialled): boolean {
  return view.greeted && [...wanted.values()].every(({ name }) => view.channel(name))
}

/** To a person who has ended the input, for whom nothing would seem to happen. */
const WAITS = "what is kept is sent when there is a connection; Ctrl+C leaves without"

/** Everything typed, then the end: what is queued is sent and confirmed first. */
async function read(screen: Screen, talk: Talk, { link, session }: Dialled, isOver: () => boolean) {
  for await (const lines of screen.lines()) {
    talk.entered(lines)
    screen.prompt(talk.target)
    // Who types is not held up by what waits for a connection.
    if (!session.reading.isRead) await link.settled(WINDOW)
  }
  // The screen ends with the connection, too.
  if (isOver()) return
  if (session.reading.isRead && !session.view.registered && session.unconfirmed().length > 0)
    screen.print({ stream: "err", text: WAITS })
  await link.settled(0)
  link.quit()
}

function channelsOf(named: readonly string[], known: readonly string[] | undefined): string[] {
  if (named.length > 0) return named.map(checkedChannel)
  return known && known.length > 0 ? [...known] : [CHANNEL_DEFAULT]
}

function checkedChannel(text: string): string {
  if (isTarget(text)) return channelName(text)
  throw new UserError(`${JSON.stringify(text)} cannot be a channel`, {
    hint: "give --join once for each channel",
    exitCode: EXIT.usage,
  })
}

/** Kicked from the only channel in use: there is nothing left to do here. */
function ended(happening: Happening, { session }: Dialled): UserError | undefined {
  if (happening.type !== "kick" || !happening.own || session.wanted.size > 0) return undefined
  return removedFrom(happening)
}

function changesProfile(happening: Happening): boolean {
  return (
    ((happening.type === "join" || happening.type === "part") && happening.own) ||
    happening.type === "registered"
  )
}

/** Nothing that needs an escape sequence. */
function isSimple({ NO_COLOR, TERM }: NodeJS.ProcessEnv): boolean {
  return (NO_COLOR !== undefined && NO_COLOR !== "") || TERM === "dumb"
}

/** Tries at words that are none; the right ones are not asked for twice. */
const TRIES_MAX = 3

async function askWords(): Promise<string> {
  const readline = createInterface({ input: process.stdin, output: process.stderr, terminal: false })
  process.stderr.write(
    "First time with this server. Type the six words its host gave you\n(Enter alone: I have none):\n",
  )
  try {
    for (let tries = 1; ; tries++) {
      process.stderr.write("> ")
      const text = await readline.question("")
      if (text.trim() === "" || tries === TRIES_MAX || isPin(text)) return text
    }
  } finally {
    readline.close()
  }
}

/** Otherwise it says what is wrong. */
function isPin(text: string): boolean {
  try {
    parsePin(text)
    return true
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    report(error)
    return false
  }
}
