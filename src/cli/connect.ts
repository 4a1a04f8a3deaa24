// chat connect: the terminal client. On a terminal a prompt; with --line, in a pipe or on a simple terminal plain lines.

import { createInterface } from "node:readline/promises"
import type { Happening } from "../client/happening.ts"
import { printable } from "../protocol/printable.ts"
import { completer } from "../terminal/complete.ts"
import { plainScreen, promptScreen, type Screen } from "../terminal/screens.ts"
import { Talk } from "../terminal/talk.ts"
import { Words } from "../terminal/words.ts"
import { duration } from "../terminal/clock.ts"
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
import { nearest } from "./nearest.ts"

const CHANNEL_DEFAULT = "#general"

const FLAGS = {
  join: {
    type: "string",
    valueHint: "CHANNEL",
    description: "a channel to be in; default: those of last time, or #general",
    repeatable: true,
  },
  ...DIAL_FLAGS,
  line: {
    type: "boolean",
    description: "plain lines, no prompt, no colour: for screen readers and simple terminals",
  },
  "no-retry": { type: "boolean", description: "end when the connection is lost" },
  retry: { type: "boolean", description: "try again even if the first connection fails" },
  "no-color": { type: "boolean", description: "no colours, and no prompt that needs escape sequences" },
  ascii: { type: "boolean", description: "only ASCII in what this program itself writes" },
} as const

export const connect = cliCommand({
  name: "connect",
  operands: "[HOST[:PORT]]",
  summary: "chat on a server; without an address, on the last one used",
  examples: [
    ["chat connect lab.local --pin otter-maple-…", "the first time, with the six words its host gave you"],
    ["chat connect lab.local --cert alice.pem …", "as alice, whose key is in alice.key"],
    ["chat connect", "the server of last time"],
    ["echo hello | chat connect", "say it and leave"],
  ],
  flags: FLAGS,
  operandsMax: 1,
  run,
})

async function run({ flags, positionals }: Parsed<typeof FLAGS>): Promise<ExitCode> {
  const place = placeOf(positionals[0], undefined)
  const channels = channelsOf(flags.join, place.profile?.server.channels)
  const typing = process.stdin.isTTY === true
  const fancy =
    typing && process.stdout.isTTY === true && !flags.line && !flags["no-color"] && !isSimple(process.env)
  let talk: Talk | undefined
  let screen: Screen | undefined
  const ready = Promise.withResolvers<void>()
  const dialled = await dial(place, flags, {
    channels,
    nickFixed: !typing,
    retry: flags["no-retry"] ? "never" : flags.retry ? "always" : "standing",
    askWords: typing ? askWords : undefined,
    happened(happenings, { link, session }) {
      talk?.happened(happenings)
      screen?.prompt(talk?.target)
      for (const happening of happenings) {
        const end = fatal(happening) ?? ended(happening, dialled)
        if (end) link.fail(end)
      }
      if (happenings.some(changesProfile)) remember(dialled)
      if (
        session.view.greeted &&
        [...session.wanted.values()].every(({ name }) => session.view.channel(name))
      )
        ready.resolve()
    },
    waiting: (reason, inMs) =>
      screen?.print({ stream: "err", text: printable(`${reason}; trying again in ${duration(inMs)}`) }),
  })
  const { link, session } = dialled
  talk = new Talk(
    {
      session,
      words: new Words(session.view, { colour: fancy, ascii: flags.ascii === true }, Date.now()),
      print: (line) => screen?.print(line),
      flush: () => link.flush(),
      quit: (reason) => link.quit(reason),
      nearest,
    },
    channels.at(-1),
  )
  let interrupted = false
  const interrupt = () => {
    interrupted = true
    link.quit()
  }
  screen = fancy ? promptScreen(process, completer(talk), interrupt) : plainScreen(process)
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt)
  const over = link.run()
  over.catch(() => {})
  try {
    await Promise.race([over, Promise.race([over, ready.promise]).then(() => read(screen, talk, dialled))])
    await over
  } finally {
    screen.close()
  }
  return interrupted ? EXIT.interrupted : EXIT.done
}

/** Everything typed, then the end: what is queued is sent and confirmed first. */
async function read(screen: Screen, talk: Talk, { link }: Dialled) {
  for await (const line of screen.lines()) {
    talk.typed(line)
    screen.prompt(talk.target)
    await link.settled(WINDOW)
  }
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

async function askWords(): Promise<string> {
  const readline = createInterface({ input: process.stdin, output: process.stderr, terminal: false })
  process.stderr.write("First time with this server. Type the six words its host gave you:\n> ")
  try {
    return await readline.question("")
  } finally {
    readline.close()
  }
}
