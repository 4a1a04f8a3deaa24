// The server's console: a few commands at the terminal it was started from.

import { createInterface } from "node:readline"
import type { Ban } from "../core/bans.ts"
import { acted } from "../core/commands/staff-acted.ts"
import { parseDuration } from "../protocol/duration.ts"
import { printable } from "../protocol/printable.ts"
import type { ChannelShown } from "../server/channels.ts"
import type { Administration } from "../server/administration.ts"
import type { Outcome } from "../server/outcome.ts"
import type { Person } from "../server/people.ts"
import { clock, day } from "../terminal/clock.ts"
import { table } from "./table.ts"
import type { LineWriter } from "./log.ts"

export interface ConsoleOptions {
  readonly administration: Administration
  onLine(write: LineWriter): void
  stop(): void
}

const HELP = `  /list                          who is here
  /kick <nick> [reason]          disconnects
  /kick #channel <nick> [reason] removes from a channel
  /ban <whom> [time] [reason]    keeps out an account, an address, a range or a mask
  /unban <whom>                  lets in again
  /bans                          who is kept out
  /lockdown on|off               lets nobody new in, or everybody again
  /quit                          stops the server
  /help                          this`

export function openConsole({ administration, onLine, stop }: ConsoleOptions): { close(): void } {
  const { stdin, stdout } = process
  const reader = createInterface({ input: stdin, output: stdout, prompt: "> " })
  const say = (text: string) => void stdout.write(`${text}\n`)
  onLine((line) => {
    // Erases the line that is being typed, and writes it again below.
    stdout.write("\r\x1b[K")
    say(line)
    reader.prompt(true)
  })
  reader.on("line", (line) => {
    const answer = obey(line.trim(), administration, stop)
    if (answer !== "") say(printableLines(answer))
    reader.prompt()
  })
  // Ctrl+C, Ctrl+D, and a terminal that was closed.
  reader.on("SIGINT", stop)
  reader.on("close", stop)
  reader.prompt()
  return {
    close() {
      reader.off("close", stop)
      onLine(say)
      reader.close()
      stdout.write("\r\x1b[K")
    },
  }
}

function obey(line: string, administration: Administration, stop: () => void): string {
  const [command = "", ...words] = line.split(/\s+/)
  switch (command) {
    case "":
      return ""
    case "/list":
      return peopleTable(administration.people.list())
    case "/kick":
      return `  ${wordsOf(administration.people.kickBy(words))}`
    case "/ban":
      return `  ${wordsOf(ban(administration, words))}`
    case "/unban":
      return `  ${wordsOf(administration.bans.lift(words[0] ?? ""))}`
    case "/bans":
      return bansTable(administration.bans.list())
    case "/lockdown":
      return words[0] === "on" || words[0] === "off"
        ? `  ${wordsOf(administration.lockdown(words[0] === "on"))}`
        : "  on or off?"
    case "/quit":
      administration.record(acted("stop"))
      stop()
      return "  stopping"
    case "/help":
      return HELP
    default:
      return "  unknown; /help lists the commands"
  }
}

function ban({ bans }: Administration, [target = "", ...words]: readonly string[]): Outcome {
  if (target === "") return { error: "whom? /ban NAME|ADDRESS|MASK [TIME] [REASON]" }
  const lastsMs = parseDuration(words[0] ?? "")
  return bans.ban({ target, lastsMs, reason: words.slice(lastsMs === undefined ? 0 : 1).join(" ") })
}

function wordsOf(outcome: Outcome): string {
  return "done" in outcome ? outcome.done : outcome.error
}

export function peopleTable(people: readonly Person[]): string {
  if (people.length === 0) return "  nobody is here"
  const rows = people.map(({ nick, certificate, account, address, since, tlsVersion, channels }) => [
    nick,
    certificate ?? (account === undefined ? "(guest)" : "(password)"),
    address,
    new Date(since).toTimeString().slice(0, 8),
    tlsVersion,
    channels.join(" "),
  ])
  return table(["nick", "certificate", "address", "since", "tls", "channels"], rows)
}

export function channelsTable(channels: readonly ChannelShown[]): string {
  if (channels.length === 0) return "  there are no channels"
  const rows = channels.map(({ name, members, modes, topic }) => [name, String(members), modes, topic])
  return table(["channel", "members", "modes", "topic"], rows)
}

export function bansTable(bans: readonly Ban[]): string {
  if (bans.length === 0) return "  nobody is banned"
  const rows = bans.map(({ kind, value, until, by, reason }) => [
    kind,
    value,
    until === undefined ? "for good" : `${day(until)} ${clock(until)}`,
    by,
    reason,
  ])
  return table(["kind", "whom", "until", "by", "reason"], rows)
}

function printableLines(text: string): string {
  return text.split("\n").map(printable).join("\n")
}
