// chat tail: follows a channel. Plain lines, or NDJSON in which every object has "v":1 and a "type".

import type { Happening } from "../client/happening.ts"
import { printable } from "../protocol/printable.ts"
import { clock } from "../terminal/clock.ts"
import { EXIT, UserError, type ExitCode } from "../user-error.ts"
import { cliCommand } from "./command.ts"
import {
  channelName,
  dial,
  type Dialled,
  fatal,
  isTarget,
  placeOf,
  removedFrom,
  SERVER_FLAGS,
} from "./dialling.ts"
import type { Parsed } from "./flags.ts"
import { objectsOf, writeObject } from "./happening-json.ts"

const FLAGS = {
  ...SERVER_FLAGS,
  json: {
    type: "boolean",
    description: "one JSON object a line: message, join, part, reaction, redacted, gap, error",
  },
} as const

export const tail = cliCommand({
  name: "tail",
  operands: "TARGET",
  summary: "follow a channel",
  examples: [
    ["chat tail ops", "what is said in #ops, as HH:MM nick text"],
    ["chat tail ops --json | jq -r .text", "for programs"],
  ],
  flags: FLAGS,
  operandsMax: 1,
  run,
})

async function run({ flags, positionals }: Parsed<typeof FLAGS>): Promise<ExitCode> {
  const [named] = positionals
  if (named === undefined || !isTarget(named))
    throw new UserError("follow what?", {
      hint: "chat tail TARGET; an unquoted # starts a comment: write ops or '#ops'",
      exitCode: EXIT.usage,
    })
  const write = flags.json ? writeJson : writeLine
  // What was said before we came is not news; what was said while we were cut off is.
  let everLost = false
  const dialled = await dial(placeOf(flags.host, flags.server), flags, {
    channels: [channelName(named)],
    isNowhere: true,
    nickFixed: false,
    retry: "standing",
    askWords: undefined,
    happened(happenings, current) {
      for (const happening of happenings) {
        if (!isOld(happening) || everLost) write(happening, current)
        const end = fatal(happening, current) ?? failed(happening)
        if (end) current.link.fail(end)
      }
    },
    waiting(reason) {
      everLost = true
      process.stderr.write(`chat: ${printable(reason)}; trying again\n`)
    },
  })
  const { link } = dialled
  let interrupted = false
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.on(signal, () => {
      interrupted = true
      link.quit()
    })
  // Who reads us may go away first: that is an end like any other.
  process.stdout.on("error", () => link.quit())
  try {
    await link.run()
  } catch (error) {
    if (flags.json && error instanceof UserError)
      writeObject({ type: "error", code: error.exitCode, what: error.message })
    throw error
  }
  return interrupted ? EXIT.interrupted : EXIT.done
}

function isOld(happening: Happening): boolean {
  return ("past" in happening && happening.past) || ("fetched" in happening && happening.fetched === true)
}

function failed(happening: Happening): UserError | undefined {
  if (happening.type === "kick" && happening.own) return removedFrom(happening)
  if (happening.type !== "joinRefused") return undefined
  return new UserError(`cannot join ${printable(happening.target)}: ${printable(happening.reason)}`, {
    exitCode: EXIT.noSuchTarget,
  })
}

function writeLine(happening: Happening) {
  if (!("past" in happening)) return
  const { at, from, text, type } = happening
  const who = type === "action" ? `* ${printable(from)}` : printable(from)
  for (const line of text.split("\n")) process.stdout.write(`${clock(at)} ${who} ${printable(line)}\n`)
}

function writeJson(happening: Happening, { session, place }: Dialled) {
  for (const object of objectsOf(happening, session.view.network || place.address.host)) writeObject(object)
}
