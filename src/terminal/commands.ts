// The commands of `chat connect`, as a table: `/help` and completion are made from it.

import type { Spoken } from "../client/happening.ts"
import type { Session } from "../client/session.ts"
import { printable } from "../protocol/printable.ts"
import { DEVICE_COMMANDS } from "./device-commands.ts"
import { MESSAGE_COMMANDS } from "./message-commands.ts"
import { MODERATION_COMMANDS } from "./moderation-commands.ts"
import { changePassword } from "./password.ts"
import type { Recent } from "./recent.ts"
import { after, asChannel, channelFirst, words } from "./typed.ts"

/** What a command may use. */
export interface Desk {
  readonly session: Session
  /** Where typed text goes: a channel or a nick. */
  target: string | undefined
  readonly recent: Recent
  /** What /yes does, until then (ms since 1970). */
  asked: { readonly until: number; run(): void } | undefined
  /** A channel that we are in, or about to be, named with or without its sign. */
  known(name: string): string | undefined
  /** Shows messages, a line each, with the numbers by which they can be meant from now on. */
  list(messages: readonly Spoken[]): void
  /** A line for standard error. */
  note(text: string, indent?: number): void
  /** Lines typed without being shown; none where that cannot be. */
  secrets(whats: readonly string[]): Promise<readonly string[]>
  /** Sends what was caused since. */
  flush(): void
  quit(reason?: string): void
}

export interface Command {
  readonly syntax: string
  readonly help: string
  /** Whether it means something without a connection: messages wait for the next one. */
  readonly offline?: true
  /** Returns false when what it needs was not given. */
  run(desk: Desk, rest: string): boolean | void
}

/** Of /help, before what a command does. */
const USAGE_COLUMNS = 30

function explain(note: Desk["note"], usage: string, help: string) {
  const isShort = usage.length <= USAGE_COLUMNS
  if (!isShort) note(usage)
  note(`${(isShort ? usage : "").padEnd(USAGE_COLUMNS)} ${help}`, USAGE_COLUMNS + 1)
}

export const COMMANDS: Readonly<Record<string, Command>> = {
  join: {
    syntax: "CHANNEL [PASSWORD]",
    help: "enter a channel; what you type goes there from now on",
    offline: true,
    run(desk, rest) {
      const [name = "", password] = words(rest)
      if (name === "") return false
      desk.target = asChannel(desk.session, name)
      desk.session.join(desk.target, password)
    },
  },
  part: {
    syntax: "[CHANNEL] [REASON]",
    help: "leave a channel",
    run(desk, rest) {
      const [channel, reason] = channelFirst(desk, rest)
      if (channel === undefined) return false
      desk.session.command("PART", [channel], reason || undefined)
    },
  },
  msg: {
    syntax: "NICK|CHANNEL TEXT",
    help: "say something to one person or another channel",
    offline: true,
    run({ session, known }, rest) {
      const [name = ""] = words(rest)
      const text = after(rest, name)
      if (text === "") return false
      session.say("message", known(name) ?? name, text)
    },
  },
  query: {
    syntax: "NICK [TEXT]",
    help: "talk with one person; what you type goes to them from now on",
    offline: true,
    run(desk, rest) {
      const [nick = ""] = words(rest)
      if (nick === "") return false
      desk.target = nick
      const text = after(rest, nick)
      if (text !== "") desk.session.say("message", nick, text)
    },
  },
  me: {
    syntax: "ACTION",
    help: "say what you do: /me waves",
    offline: true,
    run({ session, target }, rest) {
      if (target === undefined || rest === "") return false
      session.say("action", target, rest)
    },
  },
  nick: {
    syntax: "NICK",
    help: "take another nick",
    run({ session }, rest) {
      const [nick] = words(rest)
      if (nick === undefined) return false
      session.rename(nick)
    },
  },
  names: {
    syntax: "[CHANNEL]",
    help: "who is in a channel",
    offline: true,
    run(desk, rest) {
      const [name] = channelFirst(desk, rest)
      if (name === undefined) return false
      const channel = desk.session.view.channel(name)
      if (!channel) return desk.session.command("NAMES", [name])
      const nicks = [...channel.members.values()].map(({ nick, signs }) => signs.slice(0, 1) + nick)
      desk.note(
        printable(`${channel.name} (${nicks.length}): ${nicks.sort((a, b) => a.localeCompare(b)).join(" ")}`),
      )
    },
  },
  list: {
    syntax: "",
    help: "the channels of this server",
    run: ({ session }) => session.command("LIST", []),
  },
  topic: {
    syntax: "[CHANNEL] [TEXT]",
    help: "show or set what a channel is about",
    run(desk, rest) {
      const [channel, text] = channelFirst(desk, rest)
      if (channel === undefined) return false
      desk.session.command("TOPIC", [channel], text === "" ? undefined : text)
    },
  },
  kick: {
    syntax: "[CHANNEL] NICK [REASON]",
    help: "remove somebody from a channel (operators)",
    run(desk, rest) {
      const [channel, left] = channelFirst(desk, rest)
      const [nick = ""] = words(left)
      if (channel === undefined || nick === "") return false
      desk.session.command("KICK", [channel, nick], after(left, nick) || undefined)
    },
  },
  ...MODERATION_COMMANDS,
  password: {
    syntax: "",
    help: "give your account a password, or another one; it is asked for, and not shown",
    run: (desk) => void changePassword(desk),
  },
  away: {
    syntax: "[TEXT]",
    help: "say that you are away; without a text: that you are back",
    run: ({ session }, rest) => session.command("AWAY", [], rest === "" ? undefined : rest),
  },
  whois: {
    syntax: "NICK",
    help: "who somebody is",
    run({ session }, rest) {
      const [nick] = words(rest)
      if (nick === undefined) return false
      session.command("WHOIS", [nick])
    },
  },
  ignore: {
    syntax: "[NICK]",
    help: "show nothing of somebody any more; again: show it; alone: whom you ignore",
    offline: true,
    run({ session, note }, rest) {
      const [nick] = words(rest)
      const { ignored } = session.view
      if (nick === undefined) return note(printable(`ignored: ${[...ignored].join(" ") || "nobody"}`))
      if (ignored.delete(nick)) return note(printable(`${nick} is heard again`))
      ignored.add(nick)
      note(printable(`${nick} is ignored`))
    },
  },
  ...MESSAGE_COMMANDS,
  ...DEVICE_COMMANDS,
  raw: {
    syntax: "LINE",
    help: "send an IRC line as it is",
    run({ session }, rest) {
      if (rest === "") return false
      session.send(rest)
    },
  },
  quit: {
    syntax: "[REASON]",
    help: "leave",
    offline: true,
    run: (desk, rest) => desk.quit(rest || undefined),
  },
  help: {
    syntax: "[COMMAND]",
    help: "this list",
    offline: true,
    run({ note }, rest) {
      const [asked] = words(rest)
      const name = asked?.replace(/^\//, "").toLowerCase()
      const meant = Object.entries(COMMANDS).filter(([each]) => name === undefined || name === each)
      if (meant.length === 0) note(printable(`there is no command /${name}; /help lists the commands`))
      for (const [each, { syntax, help }] of meant) explain(note, `/${each} ${syntax}`.trim(), help)
      if (name === undefined) explain(note, "//TEXT", "say a text that begins with /")
    },
  },
}
