// chat send: one message, or standard input line by line. Never reads commands: a log line that begins with /kick stays
// text. Ends when the server has confirmed every line, with an exit code that says whether it did.

import { createInterface } from "node:readline"
import type { Happening } from "../client/happening.ts"
import type { Session } from "../client/session.ts"
import { WINDOW } from "../client/outbox.ts"
import { printable } from "../protocol/printable.ts"
import { EXIT, UserError, type ExitCode } from "../user-error.ts"
import { cliCommand } from "./command.ts"
import { dial, type Dialled, fatal, isTarget, placeOf, removedFrom, SERVER_FLAGS } from "./dialling.ts"
import type { Parsed } from "./flags.ts"

export const send = cliCommand({
  name: "send",
  operands: "TARGET [TEXT]",
  summary: "say something in a channel or to a person: TEXT, or standard input line by line",
  examples: [
    ["chat send ops 'deploy done'", "one message to #ops (a # begins a comment in most shells)"],
    ["tail -f build.log | chat send ops", "every line, as fast as the server allows"],
  ],
  flags: SERVER_FLAGS,
  operandsMax: 2,
  run,
})

async function run({ flags, positionals }: Parsed<typeof SERVER_FLAGS>): Promise<ExitCode> {
  const [named, text] = positionals
  if (named === undefined || !isTarget(named))
    throw new UserError("send to whom?", {
      hint: "chat send TARGET [TEXT]; an unquoted # starts a comment: write ops or '#ops'",
      exitCode: EXIT.usage,
    })
  const target = Promise.withResolvers<string>()
  const dialled = await dial(placeOf(flags.host, flags.server), flags, {
    channels: /^[#&]/.test(named) ? [named] : [],
    nickFixed: false,
    isNowhere: true,
    retry: "standing",
    askWords: undefined,
    happened(happenings, current) {
      for (const happening of happenings) {
        const resolved = targetOf(named, happening, current)
        if (resolved !== undefined) target.resolve(resolved)
        const end = fatal(happening, current) ?? failed(happening)
        if (end) current.link.fail(end)
      }
    },
    waiting: (reason) => process.stderr.write(`chat: ${printable(reason)}; trying again\n`),
  })
  process.on("SIGINT", () => process.exit(EXIT.interrupted))
  const over = dialled.link.run()
  over.catch(() => {})
  await Promise.race([over, target.promise.then((to) => sendAll(dialled, to, text))])
  await over
  return EXIT.done
}

async function sendAll({ session, link }: Dialled, target: string, text: string | undefined) {
  const lines = text === undefined ? createInterface({ input: process.stdin, crlfDelay: Infinity }) : [text]
  for await (const line of lines) {
    session.say("message", target, line)
    link.flush()
    // The pipe waits until the server has confirmed enough: no flood limit is met and no line is kept here in heaps.
    await link.settled(WINDOW)
  }
  await link.settled(0)
  link.quit()
}

/**
 * Where to send, as soon as it is known: without a sign it is a person who is on, else a channel that is there, else a member who
 * reads it later. A JOIN would make a channel of a name that was mistyped.
 */
function targetOf(named: string, happening: Happening, { session, place }: Dialled): string | undefined {
  if (happening.type === "registered") {
    if (session.view.isChannel(named)) return named
    session.command("ISON", [named])
  }
  const answered = answerTo(happening)
  if (answered === "ISON") {
    if (isOn(named, happening, session)) return named
    const known = place.profile?.server.channels.find((name) => session.view.same(name, `#${named}`))
    if (known !== undefined) return entered(known, session)
    session.command("LIST", [`#${named}`])
  }
  if (happening.type === "answer" && happening.code === "322")
    return entered(happening.params[0] ?? "", session)
  return answered === "LIST" ? named : undefined
}

/** What a server answers last; one without ISON or LIST says so. */
function answerTo(happening: Happening): string | undefined {
  if (happening.type === "answer") return { "303": "ISON", "323": "LIST" }[happening.code]
  return happening.type === "error" ? happening.params[0] : undefined
}

function isOn(nick: string, happening: Happening, { view }: Session): boolean {
  return happening.type === "answer" && happening.text.split(" ").some((each) => view.same(each, nick))
}

function entered(channel: string, session: Session): string {
  session.join(channel)
  return channel
}

const NO_SUCH_TARGET: ReadonlySet<string> = new Set("401 402 403 404 442 471 473 474 475 476".split(" "))

function failed(happening: Happening): UserError | undefined {
  if (happening.type === "kick" && happening.own) return removedFrom(happening)
  if (happening.type !== "undelivered" && happening.type !== "joinRefused") return undefined
  const { target, code, reason } = happening
  if (code === "401" && !/^[#&]/.test(target)) return nobody(printable(target))
  const exitCode = NO_SUCH_TARGET.has(code)
    ? EXIT.noSuchTarget
    : happening.type === "joinRefused"
      ? EXIT.noSuchTarget
      : code === "UNCONFIRMED"
        ? EXIT.unreachable
        : EXIT.tooFastOrBig
  return new UserError(`not delivered to ${printable(target)}: ${printable(reason)}`, { exitCode })
}

function nobody(name: string): UserError {
  return new UserError(`nobody is called ${name} here, and there is no channel #${name}`, {
    hint: `did you mean a new channel? chat send '#${name}' makes it`,
    exitCode: EXIT.noSuchTarget,
  })
}
